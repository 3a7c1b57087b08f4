# SPDX-License-Identifier: MIT
"""A guard that is killed takes all with it that it started and made, whichever of its processes gets the
SIGKILL, and so does a gate that runs a harness: the harness leaves its session, loses its parents, is
deaf and goes on in ever new processes.
"""
import os
import signal
import subprocess
import tempfile

import pytest

from support import lives
from support.build import DEADLINE_S

HARNESS = """#!/bin/sh
[ $# -gt 0 ] || exit 1
trap '' TERM
on() { sleep 0.02; (on &); }
(on >/dev/null 2>&1 &)
(setsid setsid sleep 600 >/dev/null 2>&1 &)
: > up
sleep 600
"""


@pytest.fixture(name="place")
def a_harness_and_a_temporary_directory():
    with tempfile.TemporaryDirectory(prefix="killed.") as place:
        os.mkdir(f"{place}/tmp")
        with open(f"{place}/harness", "w", encoding="ascii") as file:
            file.write(HARNESS)
        os.chmod(f"{place}/harness", 0o755)
        yield place


def working_in(place):
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.readlink(f"/proc/{name}/cwd").startswith(f"{place}/tmp"):
                found.append(int(name))
        except OSError:  # it has ended
            continue
    return found


def is_up(place):
    return any("up" in names for _, _, names in os.walk(f"{place}/tmp"))


def start(place, program, *arguments):
    process = subprocess.Popen([program, *arguments, f"{place}/harness"], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               env={"TMPDIR": f"{place}/tmp", "PATH": "/usr/bin:/bin"},
                               start_new_session=True)
    lives.wait_for(lambda: is_up(place) or process.poll() is not None, "not up")
    return process


def expect_nothing_left(place):
    lives.wait_for(lambda: not working_in(place), lambda: working_in(place), lives.GONE_S)
    lives.wait_for(lambda: not os.listdir(f"{place}/tmp"), lambda: os.listdir(f"{place}/tmp"),
                   lives.GONE_S)


GUARD = ["guard", "--timeout", "300", "--mode", "flag-direct"]
GATE = ["gate", "--harness-mode", "flag-direct", "--harness"]


@pytest.mark.parametrize("command, who", [*((GUARD, who) for who in [*lives.KILLED, "run"]),
                                          (GATE, "front"), (GATE, "worker")],
                         ids=lambda value: value if isinstance(value, str) else value[0])
def test_what_is_killed_takes_all_with_it(command, who, place, program):
    process = start(place, program, *command)
    pids = lives.three(process.pid)
    pids["run"], = lives.children(pids["worker"])  # it watches the harness
    lives.kill(*(pids[name] for name in who.split(" and ")))
    _, said = process.communicate(timeout=DEADLINE_S)
    expect_nothing_left(place)
    if who == "run":
        assert process.returncode == 2 and "ended before it" in said, (process.returncode, said)
    else:
        assert process.returncode == -signal.SIGKILL, (process.returncode, said)
        assert "front" in who or "ended by SIGKILL" in said, said


@pytest.mark.parametrize("command", [GUARD, GATE], ids=["guard", "gate"])
def test_an_interrupt_of_the_whole_group_is_told_once(command, place, program):
    process = start(place, program, *command)
    os.killpg(process.pid, signal.SIGINT)
    out, said = process.communicate(timeout=DEADLINE_S)
    assert (process.returncode, out) == (130, ""), (process.returncode, out, said)
    assert said.splitlines() == ["rename-oracle: interrupted"], said
    expect_nothing_left(place)
