#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A file system that answers slowly is not one that does not answer, and one that does not is soon left
alone.

On a FUSE file system with late answers: what a cell made is cleared away, however many files it is,
as long as one after the other goes; a rename that comes back behind its budget is a hang of which it is
told when it did, and one that uses much of it is odd. On one that falls silent in the middle of a run: two of the
runner's helpers are lost there and no more, and the cells that are left are refused at once.

Usage: slow_mount.py RENAME_ORACLE MISBEHAVE ZOOFS ZOO-DIRECTORY. Exit codes: 0 so it is, 1 it is not,
77 skipped.
"""

import concurrent.futures
import contextlib
import os
import sys

PROGRAM, MISBEHAVE, ZOOFS, ZOO = sys.argv[1:]
sys.path.insert(0, ZOO)

import private_mounts as mounts  # noqa: E402  (its directory is not on the path before)
from oracle import Oracle, expect  # noqa: E402  (beside this file)

WORK = "{root}/{cell_name}"


@contextlib.contextmanager
def mounted(scratch, fault):
    fuse = mounts.FuseMount(ZOOFS, scratch, fault.replace(":", "-"), fault)
    try:
        with Oracle(PROGRAM) as oracle:
            yield fuse, oracle
    finally:
        fuse.release()


def check_slow_cleaning(scratch):
    """40 files, 50 ms each, after a hang: twice as long as a silent file system is waited for then."""
    with mounted(scratch, "unlink-late:50") as (fuse, oracle):
        target = oracle.descriptor(
            "many-files",
            prepare=[{"make_directory": f"{WORK}.more"}, {"make_directory": WORK},
                     {"run": ["/bin/sh", "-c", f'cd "{WORK}.more" && touch $(seq 40)']}],
            cleanup=[{"remove": f"{WORK}.more"}, {"remove": WORK}],
            launch={"argv": [MISBEHAVE, "ignores-term", "--dir={work}", "--nonce={nonce}",
                             "--keep"], "directory": "/"})
        oracle.run("-t", target, "--root", fuse.path, "-s", "tmp_root_sibling", "--no-controls",
                   "--step-budget", "0.5", "--grace", "0.1")
        cell, = oracle.documents()["many-files"]["cells"]
        expect(cell["verdict"] == "hang" and cell["anomalies"] == [], cell["anomalies"])
        expect(os.listdir(fuse.backing) == [], "stayed behind:", os.listdir(fuse.backing))


def run_late(scratch, milliseconds, step_budget, *arguments):
    with mounted(scratch, f"rename-late:{milliseconds}") as (fuse, oracle):
        oracle.run("-t", "native", "--root", fuse.path, "-s", "tmp_root_sibling", "--no-controls",
                   "--step-budget", step_budget, "--grace", "0.1", *arguments)
        cell, = oracle.documents()["native"]["cells"]
        return cell


def check_late_answer(scratch):
    """A rename that comes back behind its budget is a hang, and how late it was is told."""
    cell = run_late(scratch, 1500, "0.5", "--wait-late", "30")
    expect(cell["verdict"] == "hang" and not cell["step"]["returned"], cell)
    expect(1400 <= cell["returned_after_ms"] <= 20000, cell["returned_after_ms"])
    expect("it returned after" in cell["reason"], cell["reason"])
    expect(cell["journal"]["timeline"][-1]["line"].startswith("enter rename"), cell["journal"])
    cell = run_late(scratch, 60000, "0.5", "--wait-late", "0.5")
    expect(cell["verdict"] == "hang" and "returned_after_ms" not in cell, cell)


def check_slow_rename(scratch):
    """A rename that uses a good part of its budget passes, but that is odd."""
    cell = run_late(scratch, 2000, "5")
    kinds = [anomaly["kind"] for anomaly in cell["anomalies"]]
    expect(cell["verdict"] == "pass" and kinds == ["slow"], cell["verdict"], kinds)
    cell = run_late(scratch, 300, "10")
    expect(cell["verdict"] == "pass" and cell["anomalies"] == [], cell["anomalies"])


def check_silent_mount(scratch):
    with mounted(scratch, "all-silent-after-renames:1") as (fuse, oracle):
        oracle.run("-t", "native", "--root", fuse.path, "-s", "tmp_root_sibling", "-n", "8", "-j", "2",
                   "--no-controls", "--step-budget", "0.5", "--boot-budget", "0.5", "--grace", "0.1")
        cells = oracle.documents()["native"]["cells"]
        expect(len(cells) == 8, "not all are there:", len(cells))
        refused = [cell for cell in cells if "not tried: " in cell["reason"]]
        lost = [cell for cell in cells if "preparing the cell failed" in cell["reason"]]
        expect(all(cell["verdict"] == "error" for cell in refused + lost), cells)
        expect(1 <= len(lost) <= 2 and len(refused) >= 3, len(lost), len(refused))
        expect("helpers of native/tmp_root_sibling" in refused[0]["reason"], refused[0]["reason"])
        helpers = [entry for entry in mounts.processes_that_mention(fuse.path)
                   if entry[2].startswith("rename-oracle")]
        expect(len(helpers) <= 2, "more helpers than two were lost:", helpers)


def main():
    checks = [check_silent_mount, check_slow_cleaning, check_late_answer, check_slow_rename]
    with mounts.private_scratch() as scratch:
        mounts.need_fuse()
        with concurrent.futures.ThreadPoolExecutor(len(checks)) as pool:
            for done in [pool.submit(check, scratch) for check in checks]:
                done.result()
    return 0


if __name__ == "__main__":
    sys.exit(main())
