# SPDX-License-Identifier: MIT
"""A run that is killed takes all with it that it started and made, whichever of its processes gets the
SIGKILL; what is left when all of them get it, the next run clears away. A living run is left alone.

The target starts what goes on without it: in a session of its own, with nobody above it, and in ever
new processes. A run is killed once those are there, so no race has to be won.
"""
import glob
import os
import signal
import subprocess
import time

import pytest

from support import groups, lives
from support.build import DEADLINE_S
from support.lives import GONE_S, wait_for
from support.privately import privately

SCRIPT = """trap '' TERM
on() { sleep 0.02; (on &); }
(on &)
(setsid setsid sleep 600 &)
: > "$1/up"
exec sleep 600
"""


RUNS = []


class Run:
    """A run whose target is up and never says a word."""

    def __init__(self, oracle, name, temporary=None):
        script = f"{oracle.scratch}/target.sh"
        with open(script, "w", encoding="ascii") as file:
            file.write(SCRIPT)
        path = oracle.descriptor(name, launch={"argv": ["/bin/sh", script, "{cell}"],
                                               "directory": "/"})
        self.temporary = temporary or f"{oracle.scratch}/tmp-{name}"
        os.makedirs(self.temporary, exist_ok=True)
        self.environment = {**os.environ, "TMPDIR": self.temporary, "RUN_OF_TEST": name}
        self.command = oracle.command("-t", path, "-s", "tmp_root_sibling", "-j", "1", "-q",
                                      "--no-controls", "--boot-budget", "600", "--total-budget",
                                      "900")
        self.output = oracle.output
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        text=True, env=self.environment, start_new_session=True)
        RUNS.append(self.process)
        wait_for(lambda: glob.glob(f"{self.temporary}/rename-oracle-run.*/*/up"), "not up")
        self.pids = lives.three(self.process.pid)

    def alive(self):
        marker, found = f"RUN_OF_TEST={self.environment['RUN_OF_TEST']}".encode(), []
        for path in glob.glob("/proc/[0-9]*/environ"):
            try:
                with open(path, "rb") as file:
                    if marker in file.read().split(b"\0"):
                        found.append(int(path.split("/")[2]))
            except OSError:
                continue
        return found

    def groups(self):
        """Those that its processes are in."""
        found = set()
        for pid in self.alive():
            try:
                with open(f"/proc/{pid}/cgroup", encoding="utf-8") as file:
                    found |= {line for line in file if "/rename-oracle-" in line}
            except OSError:
                continue
        return found

    def left(self):
        return (glob.glob(f"{self.temporary}/rename-oracle*") +
                glob.glob(f"{self.output}/*/.*"))

    def kill(self, who):
        lives.kill(*(self.pids[name] for name in who.split(" and ")))
        _, said = self.process.communicate(timeout=DEADLINE_S)
        wait_for(lambda: not self.alive(), lambda: f"still running: {self.alive()}", GONE_S)
        return self.process.returncode, said


def one_is_killed(oracle, who):
    run = Run(oracle, who.replace(" ", "-"))
    began = time.monotonic()
    code, said = run.kill(who)
    took = time.monotonic() - began
    assert code == -signal.SIGKILL, (who, "exit code", code)
    assert "front" in who or "ended by SIGKILL" in said, (who, said)
    wait_for(lambda: not run.left(), f"{who}: left {run.left()}", GONE_S)
    print(f"{who}: all was gone after {took:.2f} s")


def all_are_killed(oracle):
    """Nobody is left to clear up; neither the guardian nor the front may come to it."""
    run = Run(oracle, "all")
    os.kill(run.pids["guardian"], signal.SIGSTOP)
    os.kill(run.pids["front"], signal.SIGSTOP)
    lives.kill(*reversed(run.pids.values()))
    run.process.wait(timeout=DEADLINE_S)
    left = run.left()
    assert len(left) >= 4, ("not as a killed run leaves it:", left)
    return run, left


def the_next_clears_away(oracle, groups_are_there):
    run, left = all_are_killed(oracle)
    command = oracle.command("-t", "native", "-s", "tmp_root_sibling", "--no-controls", "-q")
    command[command.index("-o") + 1] = run.output
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=DEADLINE_S, check=False,
                          env={**os.environ, "TMPDIR": run.temporary})
    assert done.returncode == 0, done
    assert not run.left(), ("left", run.left())
    assert len(done.stderr.splitlines()) == 1, done.stderr
    for path in left:
        assert os.path.dirname(path) in done.stderr, (path, "is not named:", done.stderr)
    if groups_are_there:
        assert not run.alive(), ("alive:", run.alive())
    for pid in run.alive():
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not run.alive(), "alive", GONE_S)
    print(f"the next run: {done.stderr.strip()}")


def test_the_living_are_left_alone(oracle):
    """Nor is what --keep left, although nobody has a lock on it."""
    kept = subprocess.run(oracle.command("-t", "native", "-s", "tmp_root_sibling", "--keep", "-q",
                                         "--no-controls"), stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=DEADLINE_S, check=True,
                          env={**os.environ, "TMPDIR": oracle.scratch})
    directory, = glob.glob(f"{oracle.scratch}/rename-oracle-run.*")
    run = Run(oracle, "lives", temporary=oracle.scratch)
    before = (sorted(run.left()), run.groups())
    command = oracle.command("-t", "native", "-s", "tmp_root_sibling", "--no-controls", "-q")
    command[command.index("-o") + 1] = run.output
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=DEADLINE_S, check=False,
                          env={**os.environ, "TMPDIR": oracle.scratch})
    assert done.returncode == 0 and done.stderr == "", done
    assert set(before[0]) <= set(run.left()), ("taken:", before, run.left())
    assert before[1] <= run.groups(), ("taken:", before[1], run.groups())
    run.process.send_signal(signal.SIGTERM)
    _, said = run.process.communicate(timeout=DEADLINE_S)
    assert run.process.returncode == 130, (run.process.returncode, said)
    assert run.left() == [directory], run.left()
    assert kept.stderr.count(directory) <= 1, kept.stderr
    print("a living run and what another kept were left alone")


@pytest.fixture(autouse=True)
def runs_of_its_own():
    with groups.apart():
        yield
        for process in RUNS:
            process.kill()
            process.wait(timeout=DEADLINE_S)
        RUNS.clear()


@pytest.mark.parametrize("who", lives.KILLED)
def test_a_run_that_is_killed_takes_all_with_it(who, oracle):
    one_is_killed(oracle, who)


@pytest.mark.parametrize("who", lives.KILLED)
def test_without_control_groups_it_does_so_too(who, oracle):
    privately(groups.without_groups, one_is_killed, oracle, who)


def test_what_a_killed_run_left_the_next_clears_away(oracle):
    the_next_clears_away(oracle, groups_are_there=True)


def test_without_control_groups_the_next_clears_away_the_files(oracle):
    privately(groups.without_groups, the_next_clears_away, oracle, False)
