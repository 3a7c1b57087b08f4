# SPDX-License-Identifier: MIT
"""Every misbehaving program, put in the place of a probe, gets its verdict and is ended.

The programs are those of the zoo (misbehave --list). What is checked for each: the verdict, what
the document must tell besides (anomalies, evidence), that the runner came to an end by itself and
in time, that it needed little memory, that what it kept of the output is bounded and says so, and
that no process of the program is left.

Where no control group can be made only what works everywhere is left: the child subreaper and the
tree of parents. There those run that leave such a tree in disorder, one cell at a time and two of
them side by side.
"""
import fcntl
import glob
import json
import os
import pty
import shutil
import subprocess
import termios
import threading
import time

import pytest

from support.build import DEADLINE_S, Build
from support.groups import can_make_group, without_groups
from support.misbehaving import Clock, descriptor, time_complaints
from support.privately import privately

# What was sent KILL ends by itself, but on a busy machine not at once.
DYING_S = 20
# Of one stream its first MiB and its last 256 KiB are kept (base/capture.h), and the line between.
ARTIFACT_BYTES = (1 << 20) + (256 << 10) + 80
CUT_MARK = b"bytes cut here]"

ANOMALIES = {
    "setsid-grandchild": "left_running",
    "double-fork": "left_running",
    "never-exits": "no_exit",
    "floods": "output_cut",
    "pipe-kept": "left_running",
}
EVIDENCE = {
    "ignores-term": "blocked",
    "closes-output": "blocked",
    "own-session": "blocked",
    "first-thread-ends": "blocked",
    "helper-spins": "spinning",
    "rename-spins": "spinning",
    "daemon-aborts": "blocked",
    "lost-daemon-aborts": "blocked",
}
# Needs a file system of its own, so it has a test of its own.
ELSEWHERE = {"freezes"}
DISORDERLY = ("forks-in-a-loop", "runs-away", "own-session", "lost-daemon-aborts",
              "setsid-grandchild", "double-fork", "pipe-kept")
# These go ways of the runner that the others do not.
SANITIZED = {"behaves", "floods", "stops-itself", "runs-away", "first-thread-ends", "panics", "pipe-kept",
             "takes-terminal"}


def pytest_generate_tests(metafunc):
    """A row for each program: its name, its verdict, what it does."""
    if "row" not in metafunc.fixturenames:
        return
    misbehave = Build(metafunc.config.getoption("--build"), sanitized=False).tool("zoo/misbehave")
    listed = subprocess.run([misbehave, "--list"], stdout=subprocess.PIPE, text=True, check=True)
    rows = [line.split("\t") for line in listed.stdout.splitlines()]
    test = metafunc.function.__name__
    metafunc.parametrize("row", [
        pytest.param(row, id=row[0], marks=[pytest.mark.sanitize] * (
            row[0] in SANITIZED and "groups" not in test))
        for row in rows if row[0] not in ELSEWHERE
        and (row[0] in DISORDERLY or "groups" not in test)
        and (row[0] != "forks-in-a-loop" or "side_by_side" not in test)])  # too heavy


class Run:
    """A finished runner: how long it took, and the most memory that it had, where a `watcher` was there
    to see it: a small program, because a child of this one has had at least its memory."""

    def __init__(self, command, watcher=None, **options):
        clock = Clock()
        command = [watcher, *command] if watcher else command
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                   **options)
        deadline = threading.Timer(DEADLINE_S, process.kill)
        deadline.start()
        said, _ = process.communicate()
        deadline.cancel()
        self.killed = process.returncode < 0
        self.seconds, self.excused = clock.seconds(), clock.excused()
        self.memory_mib = int(said.split()[1]) / 1024 if watcher and not self.killed else 0


def run_on_terminal(command):
    """Runs the command as the foreground job of a terminal on which somebody has typed a line."""
    leader, follower = pty.openpty()

    def take_terminal():
        os.setsid()
        fcntl.ioctl(follower, termios.TIOCSCTTY, 0)

    os.write(leader, b"typed\n")
    run = Run(command, preexec_fn=take_terminal, stdin=follower)
    os.close(follower)
    os.close(leader)
    return run


def terminal_complaints(output):
    """What the child said of the terminal and of what was typed there: it got at neither."""
    said = "".join(open(path, encoding="utf-8").read()
                   for path in glob.glob(f"{output}/*/artifacts/*.stderr"))
    return [] if said == "terminal: none\ninput: none\n" else [f"of the terminal it says {said!r}"]


def find_document(output):
    documents = glob.glob(f"{output}/*/*.json")
    if len(documents) != 1:
        return None
    with open(documents[0], encoding="utf-8") as file:
        return json.load(file)


def artifact_complaints(name, output):
    """Everything that was kept is bounded, and what was cut says so in its place."""
    found, marked = [], False
    for path in glob.glob(f"{output}/*/**", recursive=True):
        if not os.path.isfile(path) or path.endswith(".json"):
            continue
        if os.path.getsize(path) > ARTIFACT_BYTES:
            found.append(f"{os.path.basename(path)} has {os.path.getsize(path)} bytes")
        with open(path, "rb") as file:
            marked = CUT_MARK in file.read(ARTIFACT_BYTES) or marked
    if marked != (ANOMALIES.get(name) == "output_cut"):
        found.append(f"an artifact is {'' if marked else 'not '}marked as cut")
    return found


def complaints(name, wanted, document):
    if document is None:
        return ["no document"]
    cell = document["cells"][0]
    found = []
    means = "cgroup" if can_make_group() else "subreaper"
    if document["run"]["host"]["supervision"] != means:
        found.append(f"supervised by {document['run']['host']['supervision']}, not {means}")
    if cell["verdict"] != wanted:
        found.append(f"{cell['verdict']} instead of {wanted}: {cell['reason']}")
    kinds = [anomaly["kind"] for anomaly in cell["anomalies"]]
    if name in ANOMALIES and ANOMALIES[name] not in kinds:
        found.append(f"anomaly {ANOMALIES[name]} is missing, there are {kinds}")
    if "left_behind" in kinds or "unkillable" in cell:
        found.append(f"something was left behind: {cell['anomalies']} {cell.get('unkillable')}")
    if name in EVIDENCE and (cell["evidence"] or {}).get("state") != EVIDENCE[name]:
        found.append(f"evidence is {cell['evidence']}, not {EVIDENCE[name]}")
    if name == "first-thread-ends" and [t["state"] for t in cell["evidence"]["threads"]] != ["S"]:
        found.append(f"the thread that waits is not the one in {cell['evidence']['threads']}")
    if name == "panics" and "panic" not in cell["reason"]:
        found.append(f"the panic is not in the reason: {cell['reason']}")
    return found


def command_for(build, program, scratch, name, what):
    path = f"{scratch}/{name}.json"
    with open(path, "w", encoding="utf-8") as file:
        json.dump(descriptor(program, name, what), file)
    return [build.program, "run", "-t", path, "-s", "tmp_root_sibling", "--no-controls", "-o",
            f"{scratch}/out"]


def check(build, program, scratch, name, wanted, what):
    """What is wrong with a run of one."""
    output = f"{scratch}/out"
    command = command_for(build, program, scratch, name, what)
    found = []
    if name == "takes-terminal":
        run = run_on_terminal(command)
        found += terminal_complaints(output)
    else:
        run = Run(command, build.tool("bench/peak_memory"), stdin=subprocess.DEVNULL)
    # A sanitized runner keeps what it frees for a while.
    memory_mib = 512 if build.sanitized else 64
    if run.memory_mib > memory_mib:
        found.append(f"the runner had {run.memory_mib:.0f} MiB, not {memory_mib} at most")
    document = find_document(output)
    found += complaints(name, wanted, document)
    found += time_complaints(name, run.seconds, run.excused, document)
    if run.killed:
        found.append(f"the runner did not end within {DEADLINE_S} s")
    return found + artifact_complaints(name, output)


def expect_no_complaints(*arguments):
    assert check(*arguments) == []


def survivors(comm):
    found = []
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                text = file.read()
        except OSError:
            continue
        if f"({comm})" in text and text.rsplit(")", 1)[1].split()[0] != "Z":
            found.append(path.split("/")[2])
    return found


def check_side_by_side(build, program, scratch, name, wanted, what):
    """Two at once: whose an orphan is can't be known then, but none may be left and no verdict be
    another."""
    Run([*command_for(build, program, scratch, name, what), "-n", "2", "-j", "2"],
        stdin=subprocess.DEVNULL)
    document = find_document(f"{scratch}/out")
    assert document and [cell["verdict"] for cell in document["cells"]] == [wanted] * 2, document


@pytest.fixture(name="renamed")
def misbehave_by_another_name(build, tmp_path):
    """A copy whose processes can be told from all others; none may be left at the end."""
    comm = f"mb{os.getpid()}"
    yield str(shutil.copy(build.tool("zoo/misbehave"), tmp_path / comm))
    end = time.monotonic() + DYING_S
    while (left := survivors(comm)) and time.monotonic() < end:
        time.sleep(0.1)
    assert not left, f"still running: {left[:20]}"


def test_a_program_in_a_probes_place_gets_its_verdict_and_is_ended(row, build, renamed, tmp_path):
    expect_no_complaints(build, renamed, tmp_path, *row)


def test_without_control_groups_it_is_so_too(row, build, renamed, tmp_path):
    privately(without_groups, expect_no_complaints, build, renamed, tmp_path, *row)


def test_without_control_groups_two_side_by_side_are_ended(row, build, renamed, tmp_path):
    privately(without_groups, check_side_by_side, build, renamed, tmp_path, *row)
