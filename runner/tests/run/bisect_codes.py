#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What `git bisect run` is told: 0 good, 1 bad, 125 can't say; nothing else, whatever happens.

Usage: bisect_codes.py RENAME-ORACLE MUTANTS
"""

import os
import signal
import subprocess
import sys

from oracle import DEADLINE_S, Oracle, expect

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


def code_when_interrupted(oracle):
    """TERM while a guest that never says anything is waited for."""
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
        return process.wait(timeout=DEADLINE_S)


def main(program, mutants):
    with Oracle(program) as oracle:
        here = ["-s", SHAPE, "-t"]
        hasty = ["--control-step-budget", "0.3", *here]  # what it can't say, it can't say sooner
        refused = in_place_of(oracle, "refused", SHAPE,
                              f"env RO_FAULT=refused {mutants}/faulty_{SHAPE}")
        liar = in_place_of(oracle, "liar", SHAPE, f"{mutants}/not_renamed")
        dead = in_place_of(oracle, "dead", SHAPE, "false")
        blind = in_place_of(oracle, "blind", "control_block", "false")
        cases = (
            (GOOD, "a pass", [*here, "native"]),
            (BAD, "a failed rename", [*here, refused]),
            (CANT_SAY, "a host that sees something else", [*hasty, liar]),
            (CANT_SAY, "a guest that does not start", [*hasty, dead]),
            (CANT_SAY, "a control that is wrong", [*hasty, blind]),
            (CANT_SAY, "no controls", [*here, "native", "--no-controls"]),
            (CANT_SAY, "a target that is skipped", [*here, "nanvix-standalone"]),
            (CANT_SAY, "no sysroot", [*here, "nanvix-standalone", "--nanvix", "/nowhere"]),
            (CANT_SAY, "no such target", [*here, "nowhere"]),
            (CANT_SAY, "a mistyped option", [*here, "native", "--no-control"]),
            (CANT_SAY, "a missing argument", ["-s"]),
        )
        for wanted, what, arguments in cases:
            code = code_of(oracle, *arguments)
            expect(code == wanted, f"{what}: exit code {code}, not {wanted}")
        code = code_when_interrupted(oracle)
        expect(code == CANT_SAY, f"interrupted: exit code {code}")


if __name__ == "__main__":
    main(*sys.argv[1:])
