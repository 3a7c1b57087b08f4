#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Every misbehaving program, put in the place of a probe, gets its verdict and is ended.

The programs are those of the zoo (misbehave --list). What is checked for each: the verdict, what
the document must tell besides (anomalies, evidence), that the runner came to an end by itself and
in time, that it needed little memory, that what it kept of the output is bounded and says so, and
that no process of the program is left.

With `without-groups` no control group can be made, so that only what works everywhere is left: the
child subreaper and the tree of parents. Then only those run that leave such a tree in disorder, one
cell at a time and two of them side by side.

Usage: supervision.py RENAME_ORACLE MISBEHAVE MEMORY_MIB [without-groups ZOO-DIRECTORY]. Exit codes: 0
all right, 1 something is not, 77 skipped.
"""

import concurrent.futures
import fcntl
import glob
import json
import os
import pty
import shutil
import subprocess
import sys
import tempfile
import termios
import threading
import time

# The runner must come to an end by itself long before this, also on a machine that is busy.
DEADLINE_S = 500
# What a cell may add to its budgets, and what starting and writing it all down may take. To that
# comes the time in which some process of the machine had to wait for it (see Clock).
LATE_S = 3
SLACK_S = 5
# Without a control group thousands of processes are found and ended a batch at a time.
BOMB_S = 60
# What was sent KILL ends by itself, but on a busy machine not at once.
DYING_S = 20
# Of one stream its first MiB and its last 256 KiB are kept (base/capture.h), and the line between.
ARTIFACT_BYTES = (1 << 20) + (256 << 10) + 80
CUT_MARK = b"bytes cut here]"

BUDGETS = {"stops-itself": {"total": 3}, "floods": {"step": 300, "total": 400}}
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


def descriptor(program, name, what):
    budgets = {"boot": 30, "step": 1, "control_step": 1, "exit": 1, "total": 120, "grace": 0.3}
    budgets.update(BUDGETS.get(name, {}))
    return {
        "schema": "rename-oracle/target/1", "name": name, "title": what, "mode": "none",
        "subject": "reference", "prepare": [{"make_directory": "{root}/{cell_name}"}],
        "launch": {"argv": [program, name, "--dir={work}", "--nonce={nonce}", "--keep"],
                   "directory": "/"},
        "cleanup": [{"remove": "{root}/{cell_name}"}],
        "panic_lines": ["Kernel panic - not syncing"],
        "guest": {"directory": "{root}/{cell_name}", "abi": "linux-x86_64"}, "same_inode": True,
        "exit_status": "probe",
        "host_view": {"kind": "directory", "path": "{root}/{cell_name}"}, "memory_mib": 4,
        "budgets": budgets,
    }


def stalled_seconds():
    """For how long, since its start, somebody on this machine was waiting for a CPU, the disk or
    memory; None where the kernel does not say."""
    total = 0
    try:
        for what in "cpu", "io", "memory":
            with open(f"/proc/pressure/{what}", encoding="ascii") as file:
                total += int(file.readline().split("total=")[1]) / 1e6
        return total
    except (OSError, IndexError, ValueError):
        return None


class Clock:
    """Measures a run. Of a busy machine nothing can be asked but that it ends, of a quiet one that
    it ends in time."""

    def __init__(self):
        self.began, self.stalled = time.monotonic(), stalled_seconds()

    def seconds(self):
        return time.monotonic() - self.began

    def excused(self):
        return 60 if self.stalled is None else stalled_seconds() - self.stalled


class Run:
    """A finished runner: how long it took, and the most memory that it had."""

    def __init__(self, command, **options):
        clock = Clock()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   **options)
        deadline = threading.Timer(DEADLINE_S, process.kill)
        deadline.start()
        _, status, usage = os.wait4(process.pid, 0)
        deadline.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        self.pid = process.pid
        self.killed = process.returncode < 0
        self.seconds, self.excused = clock.seconds(), clock.excused()
        self.memory_mib = usage.ru_maxrss / 1024


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


def can_make_group():
    """Whether a control group that can be killed can be made in this process's own."""
    try:
        with open("/proc/self/mounts", encoding="utf-8") as file:
            mount = next(line.split()[1] for line in file if line.split()[2] == "cgroup2")
        with open("/proc/self/cgroup", encoding="utf-8") as file:
            own = next(line.strip()[3:] for line in file if line.startswith("0::"))
        group = f"{mount}{own}/supervision-test.{os.getpid()}.{threading.get_ident()}"
        os.mkdir(group)
    except (OSError, StopIteration):
        return False
    usable = os.access(f"{group}/cgroup.kill", os.W_OK)
    os.rmdir(group)
    return usable


def find_document(output):
    documents = glob.glob(f"{output}/*/*.json")
    if len(documents) != 1:
        return None
    with open(documents[0], encoding="utf-8") as file:
        return json.load(file)


def seconds_of(document):
    started, finished = (time.mktime(time.strptime(document["run"][key], "%Y-%m-%dT%H:%M:%SZ"))
                         for key in ("started", "finished"))
    return finished - started


def time_complaints(name, seconds, excused, document):
    """The runner's end by the clock and by its own account, which has whole seconds only."""
    budgets = descriptor("", name, "")["budgets"]
    # A stopped tree is charged nothing for its step: there it is the total budget that ends the cell.
    waited = budgets["total"] if name == "stops-itself" else budgets["step"] + budgets["exit"]
    in_cell = waited + budgets["grace"] + LATE_S + excused
    if name == "forks-in-a-loop" and document and \
            document["run"]["host"]["supervision"] == "subreaper":
        in_cell += BOMB_S
    allowed = in_cell + SLACK_S
    found = []
    for cell in document["cells"] if document else ():
        if cell["duration_ms"] > in_cell * 1000:
            found.append(f"the cell took {cell['duration_ms']:.0f} ms, not {in_cell:.1f} s")
    if seconds > allowed:
        found.append(f"the runner ended after {seconds:.1f} s, not within {allowed:.1f} s")
    if document and seconds_of(document) > allowed:
        found.append(f"by the document it took {seconds_of(document)} s, not {allowed:.1f} s")
    return found


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


def check(oracle, program, memory_mib, scratch, name, wanted, what):
    path, output = f"{scratch}/{name}.json", f"{scratch}/{name}.out"
    with open(path, "w", encoding="utf-8") as file:
        json.dump(descriptor(program, name, what), file)
    command = [oracle, "run", "-t", path, "-s", "tmp_root_sibling", "--no-controls", "-o", output]
    found = []
    if name == "takes-terminal":
        run = run_on_terminal(command)
        found += terminal_complaints(output)
    else:
        run = Run(command, stdin=subprocess.DEVNULL)
    if run.memory_mib > memory_mib:
        found.append(f"the runner had {run.memory_mib:.0f} MiB, not {memory_mib} at most")
    document = find_document(output)
    found += complaints(name, wanted, document)
    found += time_complaints(name, run.seconds, run.excused, document)
    if run.killed:
        found.append(f"the runner did not end within {DEADLINE_S} s")
    return run, found + artifact_complaints(name, output)


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


def check_side_by_side(oracle, program, scratch, name, wanted, what):
    """Two at once: whose an orphan is can't be known then, but none may be left and no verdict be
    another."""
    path, output = f"{scratch}/{name}.json", f"{scratch}/{name}.two.out"
    with open(path, "w", encoding="utf-8") as file:
        json.dump(descriptor(program, name, what), file)
    run = Run([oracle, "run", "-t", path, "-s", "tmp_root_sibling", "--no-controls", "-o", output,
               "-n", "2", "-j", "2"], stdin=subprocess.DEVNULL)
    document = find_document(output)
    verdicts = [cell["verdict"] for cell in document["cells"]] if document else "no document"
    return run, [f"side by side: {verdicts}"] if verdicts != [wanted] * 2 else []


def check_all(oracle, program, memory_mib, scratch, rows, side_by_side):
    """Yields (name, finished run, complaints) of all."""
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        checks = [(row[0], pool.submit(check, oracle, program, memory_mib, scratch, *row))
                  for row in rows]
        for name, future in checks:
            yield name, *future.result()
        checks = [(row[0], pool.submit(check_side_by_side, oracle, program, scratch, *row))
                  for row in rows if side_by_side and row[0] != "forks-in-a-loop"]  # too heavy
        for name, future in checks:
            yield name, *future.result()


def hide_groups(zoo):
    """Takes the control groups out of sight, in a mount namespace that ends with this test."""
    sys.path.insert(0, zoo)
    import private_mounts  # (its directory is not on the path before)
    private_mounts.enter_private_namespace()
    with open("/proc/self/mounts", encoding="utf-8") as file:
        mounted = [line.split()[1] for line in file if line.split()[2] == "cgroup2"]
    for directory in reversed(mounted):
        private_mounts.detach(directory)


def main():
    oracle, misbehave = sys.argv[1:3]
    memory_mib, without_groups = int(sys.argv[3]), sys.argv[4:5] == ["without-groups"]
    if without_groups:
        hide_groups(sys.argv[5])
    if without_groups and can_make_group():
        print("FAILED  a control group can be made all the same")
        return 1
    listed = subprocess.run([misbehave, "--list"], stdout=subprocess.PIPE, text=True, check=True)
    rows = [line.split("\t") for line in listed.stdout.splitlines()]
    rows = [row for row in rows if row[0] not in ELSEWHERE]
    rows = [row for row in rows if row[0] in DISORDERLY or not without_groups]
    scratch = tempfile.mkdtemp(prefix="supervision.")
    comm = f"mb{os.getpid()}"
    program = shutil.copy(misbehave, f"{scratch}/{comm}")
    failed = 0
    try:
        for name, run, found in check_all(oracle, program, memory_mib, scratch, rows,
                                          without_groups):
            failed += 1 if found else 0
            print(f"{'FAILED' if found else 'ok':7} {name:22} {run.seconds:5.1f} s "
                  f"({run.excused:5.1f} s excused) {run.memory_mib:5.1f} MiB  {'; '.join(found)}")
        end = time.monotonic() + DYING_S
        while (left := survivors(comm)) and time.monotonic() < end:
            time.sleep(0.1)
        if left:
            print(f"FAILED  still running: {left[:20]}")
            failed += 1
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
