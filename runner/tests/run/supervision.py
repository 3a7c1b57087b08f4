#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Every misbehaving program, put in the place of a probe, gets its verdict and is ended.

The programs are those of the zoo (misbehave --list). What is checked for each: the verdict, what
the document must tell besides (anomalies, evidence), that the runner came to an end by itself, and
that no process of the program is left.

Usage: supervision.py RENAME_ORACLE MISBEHAVE. Exit codes: 0 all right, 1 something is not.
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

# The runner must come to an end by itself long before this, also on a machine that is busy.
DEADLINE_S = 500

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
    "helper-spins": "spinning",
    "rename-spins": "spinning",
    "daemon-aborts": "blocked",
}
# Needs a file system of its own, so it has a test of its own.
ELSEWHERE = {"freezes"}


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


def run_on_terminal(command):
    """Runs the command as the foreground job of a terminal and returns whether it still is."""
    leader, follower = pty.openpty()

    def take_terminal():
        os.setsid()
        fcntl.ioctl(follower, termios.TIOCSCTTY, 0)

    process = subprocess.Popen(command, preexec_fn=take_terminal, stdin=follower,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    process.wait(timeout=DEADLINE_S)
    kept = os.tcgetpgrp(leader) in (0, process.pid)
    os.close(follower)
    os.close(leader)
    return kept


def can_make_group():
    """Whether a control group that can be killed can be made in this process's own."""
    try:
        with open("/proc/self/mounts", encoding="utf-8") as file:
            mount = next(line.split()[1] for line in file if line.split()[2] == "cgroup2")
        with open("/proc/self/cgroup", encoding="utf-8") as file:
            own = next(line.strip()[3:] for line in file if line.startswith("0::"))
        group = f"{mount}{own}/supervision-test.{os.getpid()}"
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


CAN_MAKE_GROUP = can_make_group()


def complaints(name, wanted, document):
    if document is None:
        return ["no document"]
    cell = document["cells"][0]
    found = []
    means = "cgroup" if CAN_MAKE_GROUP else "subreaper"
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
    if name == "daemon-aborts":
        ended = [one for one in cell["evidence"]["ended"] if "SIGABRT" in one["status"]]
        if not ended or not ended[0]["last_lines"]:
            found.append("the daemon that aborted is not named with its last lines")
    if name == "panics" and "panic" not in cell["reason"]:
        found.append(f"the panic is not in the reason: {cell['reason']}")
    return found


def check(oracle, program, scratch, name, wanted, what):
    path, output = f"{scratch}/{name}.json", f"{scratch}/{name}.out"
    with open(path, "w", encoding="utf-8") as file:
        json.dump(descriptor(program, name, what), file)
    command = [oracle, "run", "-t", path, "-s", "tmp_root_sibling", "--no-controls", "-o", output]
    found = []
    if name == "takes-terminal":
        if not run_on_terminal(command):
            found.append("the runner lost its terminal")
    else:
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       timeout=DEADLINE_S, check=False)
    return found + complaints(name, wanted, find_document(output))


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


def main():
    oracle, misbehave = sys.argv[1:3]
    listed = subprocess.run([misbehave, "--list"], stdout=subprocess.PIPE, text=True, check=True)
    rows = [line.split("\t") for line in listed.stdout.splitlines()]
    rows = [row for row in rows if row[0] not in ELSEWHERE]
    scratch = tempfile.mkdtemp(prefix="supervision.")
    comm = f"mb{os.getpid()}"
    program = shutil.copy(misbehave, f"{scratch}/{comm}")
    failed = 0
    try:
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            checks = [pool.submit(check, oracle, program, scratch, *row) for row in rows]
        for row, future in zip(rows, checks):
            found = future.result()
            failed += 1 if found else 0
            print(f"{'FAILED' if found else 'ok':7} {row[0]:22} {'; '.join(found)}")
        left = survivors(comm)
        if left:
            print(f"FAILED  still running: {left}")
            failed += 1
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
