#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What a cell had to leave behind is no later cell's: a probe that SIGKILL does not end, and the
runner's own helper, stuck in clearing away.

On a FUSE file system whose rename never answers, one attempt after the other: each one's evidence and
its `unkillable` must be of its own process and of nothing else, or the developer looks at the wrong
one.

Usage: left_behind.py RENAME_ORACLE ZOOFS ZOO-DIRECTORY. Exit codes: 0 so it is, 1 it is not, 77
skipped.
"""

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


def main():
    mounts.enter_private_namespace()
    mounts.need_fuse()
    mounts.adopt_orphans()
    scratch = mounts.Scratch()
    try:
        fuse = mounts.FuseMount(ZOOFS, scratch, "root", "rename-hangs")
        try:
            with Oracle(PROGRAM) as oracle:
                oracle.run("-t", "native", "--root", fuse.path, "-s", "tmp_root_sibling", "-j", "1",
                           "-n", str(ATTEMPTS), "--no-controls", "--step-budget", "0.5",
                           "--grace", "0.1")
                judge(oracle.documents()["native"]["cells"])
        finally:
            fuse.release()
        left = mounts.wait_until_gone(scratch.path, deadline_s=20)
        expect(not left, "left running after the release:", left)
    finally:
        mounts.kill_descendants(deadline_s=20)
        scratch.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
