# SPDX-License-Identifier: MIT
"""The misbehaving children do what they are there for, and keep a correct journal until then.

Every misbehaviour is started alone, without the runner, and its point is checked from outside: a
child that forgot to misbehave would make the runner's tests pass for nothing.
"""
import fcntl
import os
import select
import signal
import subprocess
import time

import pytest

import judges
import private_mounts as mounts
from support.privately import privately

DEADLINE_S = 20
NONCE = "abcdefgh12345678"


class Child:
    """One started child with its journal."""

    def __init__(self, command, directory):
        self.directory = directory
        self.errors = open(f"{directory}.errors", "w+b")
        os.mkdir(directory)
        self.process = subprocess.Popen(
            [*command, f"--dir={directory}", f"--nonce={NONCE}", "--keep"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.errors,
            start_new_session=True)
        fcntl.fcntl(self.process.stdout, fcntl.F_SETPIPE_SZ, 1 << 20)  # for the flood
        self.bytes, self.pending, self.lines = 0, b"", []

    @property
    def pid(self):
        return self.process.pid

    def read_until(self, last, deadline_s=DEADLINE_S):
        """Reads up to the line that starts with `last` (None: the end of the output)."""
        end = time.monotonic() + deadline_s
        while time.monotonic() < end:
            if last is not None and self.lines and self.lines[-1].text.startswith(last):
                return
            left = max(0.0, end - time.monotonic())
            if not select.select([self.process.stdout], [], [], left)[0]:
                break
            block = os.read(self.process.stdout.fileno(), 1 << 20)
            if not block:
                assert last is None, f"the output ended before '{last}'"
                return
            self.take(block)
        raise AssertionError(f"no '{last or 'end of the output'}' after "
                             f"{[line.text for line in self.lines][-1:]}")

    def take(self, block):
        self.bytes += len(block)
        text = self.pending + block
        whole, _, self.pending = text.rpartition(b"\n")
        if b"ROJ1 " not in whole:
            return  # a flood of something else, which it would take seconds to cut into lines
        for raw in whole.split(b"\n"):
            if raw.startswith(b"ROJ1 "):
                self.lines.append(judges.Line(raw.decode("ascii"), NONCE, len(self.lines)))

    def status(self):
        return self.process.wait(timeout=DEADLINE_S)

    def alive(self):
        return self.process.poll() is None

    def said_on_stderr(self):
        self.errors.seek(0)
        return self.errors.read().decode()

    def relatives(self):
        """Every process that came of it, also one that has ended and was not waited for."""
        return mounts.descendants(os.getpid())[1:]

    def close(self):
        if self.process.returncode is None:
            self.process.kill()
            self.process.wait(timeout=DEADLINE_S)
        mounts.kill_descendants(DEADLINE_S)
        self.process.stdout.close()
        self.errors.close()


def state_of(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
        return file.read().rpartition(")")[2].split()[0]


def ticks_of(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
        fields = file.read().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def wait_for(condition, what):
    end = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.01)


def burns_cpu(pid):
    before = ticks_of(pid)
    wait_for(lambda: ticks_of(pid) >= before + 5, "it burns the CPU")


def behaves(child):
    child.read_until("end pass")
    assert child.status() == 0


def ignores_term(child):
    child.read_until("enter rename")
    os.kill(child.pid, signal.SIGTERM)
    wait_for(lambda: state_of(child.pid) == "S", "it sleeps")
    # TERM is ignored, not pending: a signal that is ignored leaves no trace.
    with open(f"/proc/{child.pid}/status", encoding="ascii") as file:
        ignored = next(int(line.split()[1], 16) for line in file if line.startswith("SigIgn"))
    assert ignored >> (signal.SIGTERM - 1) & 1 and child.alive()


def closes_output(child):
    child.read_until(None)
    assert child.lines[-1].text.startswith("enter rename") and child.alive()


def stops_itself(child):
    child.read_until("enter rename")
    wait_for(lambda: state_of(child.pid) == "T", "it is stopped")


def forks_in_a_loop(child):
    child.read_until("enter rename")
    wait_for(lambda: len(child.relatives()) > 50, "it has 50 children")


def runs_away(child):
    child.read_until("enter rename")
    seen = set()

    def look():
        seen.update(child.relatives())
        return len(seen) > 10
    wait_for(look, "it is another process each time")
    assert child.alive()


def own_session(child):
    child.read_until("enter rename")
    wait_for(lambda: any(os.getsid(pid) != child.pid for pid in child.relatives()),
             "a process in another session")


def first_thread_ends(child):
    child.read_until("enter rename")
    wait_for(lambda: state_of(child.pid) == "Z", "its first thread has ended")
    assert child.alive() and len(os.listdir(f"/proc/{child.pid}/task")) == 2


def helper_spins(child):
    child.read_until("enter rename")
    wait_for(lambda: len(child.relatives()) == 2, "there is a helper")
    helper, = set(child.relatives()) - {child.pid}
    burns_cpu(helper)
    assert ticks_of(child.pid) <= 2


def rename_spins(child):
    child.read_until("enter rename")
    burns_cpu(child.pid)
    assert os.path.exists(f"{child.directory}/a")


def daemon_aborts(child):
    child.read_until("enter rename")
    daemon, = set(child.relatives()) - {child.pid}
    wait_for(lambda: state_of(daemon) == "Z", "the daemon has ended")
    assert "panicked at" in child.said_on_stderr() and child.alive()


def lost_daemon_aborts(child):
    """Its status comes to this test, which adopts orphans and collects none of them by itself."""
    child.read_until("enter rename")
    wait_for(lambda: "panicked at" in child.said_on_stderr(), "the daemon panics")
    lost = set(child.relatives()) - {child.pid}
    wait_for(lambda: all(state_of(pid) == "Z" for pid in lost), "the daemon has ended")
    assert len(lost) == 1 and child.alive()


def panics(child):
    child.read_until("enter rename")
    wait_for(lambda: "Kernel panic - not syncing" in child.said_on_stderr(), "it tells of a panic")
    assert child.alive()


def setsid_grandchild(child):
    behaves(child)
    assert len(child.relatives()) == 1
    assert not select.select([child.process.stdout], [], [], 0.1)[0], "nobody holds the output"


def double_fork(child):
    behaves(child)
    child.read_until(None)
    assert len(child.relatives()) == 1


def floods(child):
    behaves(child)
    assert child.bytes > 1 << 30


def takes_terminal(child):
    behaves(child)
    said = child.said_on_stderr()
    # In a session of its own there is none to take; that is what the runner has to see to.
    assert "terminal: none" in said and "input: none" in said, said


def never_exits(child):
    child.read_until("end pass")
    wait_for(lambda: state_of(child.pid) == "S", "it sleeps")


def exits_wrongly(child):
    child.read_until("end pass")
    assert child.status() == 3


def crashes(last, signal_number=signal.SIGABRT):
    def check(child):
        if last is None:
            child.read_until(None)
            assert not child.lines
        else:
            child.read_until(last)
        assert child.status() == -signal_number
    return check


def pipe_kept(child):
    crashes("enter rename", signal.SIGKILL)(child)
    assert not select.select([child.process.stdout], [], [], 0.1)[0], "nobody holds the output"


CHECKS = {
    "behaves": behaves, "ignores-term": ignores_term, "closes-output": closes_output,
    "stops-itself": stops_itself, "forks-in-a-loop": forks_in_a_loop, "runs-away": runs_away,
    "own-session": own_session, "first-thread-ends": first_thread_ends,
    "helper-spins": helper_spins, "rename-spins": rename_spins,
    "freezes": None,  # needs a file system of its own: test_frozen_ext4.py
    "daemon-aborts": daemon_aborts, "lost-daemon-aborts": lost_daemon_aborts, "panics": panics,
    "setsid-grandchild": setsid_grandchild,
    "double-fork": double_fork, "floods": floods, "takes-terminal": takes_terminal,
    "never-exits": never_exits, "exits-wrongly": exits_wrongly,
    "crashes-before-begin": crashes(None), "crashes-after-begin": crashes("check setup_entry"),
    "crashes-in-rename": crashes("enter rename"), "crashes-after-rename": crashes("leave rename"),
    "crashes-after-end": crashes("end pass"), "pipe-kept": pipe_kept,
}


def stuck_rename(child):
    """Blocked in the call, without a file system to blame; and TERM is enough."""
    child.read_until("enter rename")
    wait_for(lambda: state_of(child.pid) == "S", "it sleeps in rename")
    assert os.path.exists(f"{child.directory}/a")
    os.kill(child.pid, signal.SIGTERM)
    assert child.status() == -signal.SIGTERM


def watch(scratch, command, check):
    child = Child(command, f"{scratch.path}/child")
    try:
        check(child)
    finally:
        print(child.said_on_stderr())
        child.close()


def test_every_one_of_them_is_looked_at(build):
    listed = judges.output_of([build.tool("zoo/misbehave"), "--list"], DEADLINE_S).splitlines()
    assert {line.split("\t")[0] for line in listed} == set(CHECKS)


@pytest.mark.parametrize("name", [name for name, check in CHECKS.items() if check])
def test_a_misbehaving_child_does_what_it_is_there_for(name, build):
    privately(watch, [build.tool("zoo/misbehave"), name], CHECKS[name])


def test_a_stuck_rename_is_stuck(build):
    privately(watch, [build.tool("zoo/stuck_rename"),
                      build.probes("linux-x86_64/tmp_root_sibling")], stuck_rename)
