#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What a cell had to leave behind is no later cell's.

On a FUSE file system whose rename never answers, one attempt after the other: each one's evidence and
its `unkillable` must be of its own process and of nothing else, or the developer looks at the wrong
one. And a call that waits for a lock of the kernel which such a process holds has not hung on the file
system, which never heard of it: an `error` that names the process, in this run and in later ones.

Usage: left_behind.py RENAME_ORACLE ZOOFS ZOO-DIRECTORY. Exit codes: 0 so it is, 1 it is not, 77
skipped.
"""

import concurrent.futures
import contextlib
import os
import sys

PROGRAM, ZOOFS, ZOO = sys.argv[1:]
sys.path.insert(0, ZOO)

import private_mounts as mounts  # noqa: E402  (its directory is not on the path before)
from oracle import Oracle, expect  # noqa: E402  (beside this file)

ATTEMPTS = 3


def judge(cells):
    expect([cell["verdict"] for cell in cells] == ["hang"] * ATTEMPTS, cells)
    seen = set()
    for cell in cells:
        thread, = cell["evidence"]["threads"] if len(cell["evidence"]["threads"]) == 1 else [None]
        expect(thread, "more than its own thread:", cell["attempt"], cell["evidence"]["threads"])
        expect(thread["pid"] not in seen, "an earlier attempt's process:", thread)
        seen.add(thread["pid"])
        left = [process["pid"] for process in cell["unkillable"]]
        expect(left == [thread["pid"]], cell["attempt"], left, "instead of", thread["pid"])
        expect(cell["unkillable"][0]["state"] == "D", cell["unkillable"])
        kinds = [anomaly["kind"] for anomaly in cell["anomalies"]]
        expect(kinds == ["left_behind"], "its directory could not be cleared away:", kinds)


def run(oracle, target, fuse, *arguments):
    """Runs on the mount, one cell at a time; returns the cells of its document."""
    oracle.run("-t", target, "--root", fuse.path, "-j", "1", "--no-controls", "--step-budget", "0.5",
               "--grace", "0.1", *arguments)
    document, = oracle.documents().values()
    return document["cells"]


@contextlib.contextmanager
def mounted(scratch, label, fault):
    fuse = mounts.FuseMount(ZOOFS, scratch, label, fault)
    try:
        with Oracle(PROGRAM) as oracle:
            yield fuse, oracle
    finally:
        fuse.release()


def check_own_processes(scratch):
    with mounted(scratch, "own", "rename-hangs") as (fuse, oracle):
        judge(run(oracle, "native", fuse, "-s", "tmp_root_sibling", "-n", str(ATTEMPTS)))


def expect_behind(cell, name, pid, call):
    expect(cell["verdict"] == "error" and cell["step"]["call"] == call, cell)
    expect(f"behind {name} (pid {pid})" in cell["reason"], cell["reason"])
    expect(cell["evidence"]["state"] == "blocked", cell["evidence"])


def check_behind(scratch):
    """All renames of a file system from one directory to another share one lock of the kernel."""
    between = ["-s", "cross_directory", "-s", "subdir_to_root"]
    with mounted(scratch, "behind", "rename-hangs-into-y") as (fuse, oracle):
        cells = {cell["shape"]: cell for cell in run(oracle, "native", fuse, *between)}
        first = cells["cross_directory"]
        expect(first["verdict"] == "hang", first)
        pid = first["unkillable"][0]["pid"]
        expect_behind(cells["subdir_to_root"], "native/cross_directory", pid, "rename")
        if os.geteuid() != 0:
            return  # only root may see in which call a stranger is
        later, = run(oracle, "native", fuse, "-s", "subdir_to_root")
        expect_behind(later, "cross_directory", pid, "rename")


def check_behind_in_directory(scratch):
    """A rename that hangs also keeps its directory locked: the next attempt does not get to it."""
    work = "{root}/shared"
    with mounted(scratch, "directory", "rename-hangs") as (fuse, oracle):
        target = oracle.descriptor("shared", prepare=[{"run": ["/bin/mkdir", "-p", work]}], cleanup=[],
                                   guest={"directory": work, "abi": "linux-x86_64"})
        first, second = run(oracle, target, fuse, "-s", "tmp_root_sibling", "-n", "2")
        expect(first["verdict"] == "hang", first)
        expect_behind(second, "shared/tmp_root_sibling", first["unkillable"][0]["pid"],
                      second["step"]["call"])
        expect(second["step"]["call"] != "rename", second["step"])


def main():
    checks = [check_own_processes, check_behind, check_behind_in_directory]
    with mounts.private_scratch() as scratch:
        mounts.need_fuse()
        # At the same time: on a busy machine each process that can't be killed is waited for longer.
        with concurrent.futures.ThreadPoolExecutor(len(checks)) as pool:
            for done in [pool.submit(check, scratch) for check in checks]:
                done.result()
    return 0


if __name__ == "__main__":
    sys.exit(main())
