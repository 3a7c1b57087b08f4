# SPDX-License-Identifier: MIT
"""What `git bisect run` is told: 0 good, 1 bad, 125 can't say; nothing else, whatever happens."""
import os
import signal
import subprocess

import pytest

from support.build import DEADLINE_S

GOOD, BAD, CANT_SAY = 0, 1, 125
SHAPE = "tmp_root_sibling"
ARGUMENTS = ["--dir={work}", "--nonce={nonce}", "--keep"]


def in_place_of(oracle, name, program, replacement):
    """A target that runs `replacement` where it should run `program`."""
    script = f'case $1 in */{program}) shift; exec {replacement} "$@";; esac; exec "$@"'
    return oracle.descriptor(name, launch={
        "argv": ["/bin/sh", "-c", script, "sh", "{probe}", *ARGUMENTS], "directory": "/"})


def code_of(oracle, *arguments):
    command = oracle.command(*arguments)
    command[1] = "bisect"
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, timeout=DEADLINE_S, check=False)
    return done.returncode


def test_a_signal_while_a_silent_guest_is_waited_for_is_no_answer(oracle):
    fifo = f"{oracle.scratch}/launched"
    os.mkfifo(fifo)
    target = oracle.descriptor("silent", launch={
        "argv": ["/bin/sh", "-c", f"echo >{fifo}; exec sleep 60"], "directory": "/"})
    command = oracle.command("-t", target, "-s", SHAPE, "--no-controls", "--boot-budget", "60")
    command[1] = "bisect"
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:
        with open(fifo, encoding="ascii") as launched:
            launched.read()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=DEADLINE_S) == CANT_SAY


@pytest.fixture(name="targets")
def targets_by_what_they_do(oracle, build):
    mutants = build.mutants("linux-x86_64")
    return {"native": "native",
            "refused": in_place_of(oracle, "refused", SHAPE,
                                   f"env RO_FAULT=refused {mutants}/faulty_{SHAPE}"),
            "liar": in_place_of(oracle, "liar", SHAPE, f"{mutants}/not_renamed"),
            "dead": in_place_of(oracle, "dead", SHAPE, "false"),
            "blind": in_place_of(oracle, "blind", "control_block", "false")}


HERE = ["-s", SHAPE, "-t"]
HASTY = ["--control-step-budget", "0.3", *HERE]  # what it can't say, it can't say sooner


@pytest.mark.parametrize("wanted, what, arguments", [
    (GOOD, "a pass", [*HERE, "{native}"]),
    (BAD, "a failed rename", [*HERE, "{refused}"]),
    (CANT_SAY, "a host that sees something else", [*HASTY, "{liar}"]),
    (CANT_SAY, "a guest that does not start", [*HASTY, "{dead}"]),
    (CANT_SAY, "a control that is wrong", [*HASTY, "{blind}"]),
    (CANT_SAY, "no controls", [*HERE, "{native}", "--no-controls"]),
    (CANT_SAY, "a target that is skipped", [*HERE, "nanvix-standalone"]),
    (CANT_SAY, "no sysroot", [*HERE, "nanvix-standalone", "--nanvix", "/nowhere"]),
    (CANT_SAY, "no such target", [*HERE, "nowhere"]),
    (CANT_SAY, "a mistyped option", [*HERE, "{native}", "--no-control"]),
    (CANT_SAY, "a missing argument", ["-s"]),
], ids=lambda value: value if isinstance(value, str) else "")
def test_the_exit_code_is_what_git_bisect_wants(wanted, what, arguments, oracle, targets):
    assert code_of(oracle, *(word.format(**targets) for word in arguments)) == wanted, what
