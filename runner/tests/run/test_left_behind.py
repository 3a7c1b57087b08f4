# SPDX-License-Identifier: MIT
"""What a cell had to leave behind is no later cell's.

On a FUSE file system whose rename never answers, one attempt after the other: each one's evidence and
its `unkillable` must be of its own process and of nothing else, or the developer looks at the wrong
one. And a call that waits for a lock of the kernel which such a process holds has not hung on the file
system, which never heard of it: an `error` that names the process, in this run and in later ones.
"""
import contextlib
import os

import pytest

import private_mounts as mounts
from support import needs
from support.build import TESTS
from support.privately import privately

ATTEMPTS = 3


def judge(cells):
    assert [cell["verdict"] for cell in cells] == ["hang"] * ATTEMPTS, cells
    seen = set()
    for cell in cells:
        thread, = cell["evidence"]["threads"] if len(cell["evidence"]["threads"]) == 1 else [None]
        assert thread, ("more than its own thread:", cell["attempt"], cell["evidence"]["threads"])
        assert thread["pid"] not in seen, ("an earlier attempt's process:", thread)
        seen.add(thread["pid"])
        left = [process["pid"] for process in cell["unkillable"]]
        assert left == [thread["pid"]], (cell["attempt"], left, "instead of", thread["pid"])
        assert cell["unkillable"][0]["state"] == "D", cell["unkillable"]
        kinds = [anomaly["kind"] for anomaly in cell["anomalies"]]
        assert kinds == ["left_behind"], ("its directory could not be cleared away:", kinds)


def run(oracle, target, fuse, *arguments):
    """Runs on the mount, one cell at a time; returns the cells of its document."""
    oracle.run("-t", target, "--root", fuse.path, "-j", "1", "--no-controls", "--step-budget", "0.5",
               "--grace", "0.1", *arguments)
    document, = oracle.documents().values()
    return document["cells"]


@contextlib.contextmanager
def mounted(zoofs, scratch, fault):
    mounts.need_fuse()
    fuse = mounts.FuseMount(zoofs, scratch, "root", fault)
    try:
        yield fuse
    finally:
        fuse.release()


def check_own_processes(scratch, oracle, zoofs):
    with mounted(zoofs, scratch, "rename-hangs") as fuse:
        judge(run(oracle, "native", fuse, "-s", "tmp_root_sibling", "-n", str(ATTEMPTS)))


def expect_behind(cell, name, pid, call):
    assert cell["verdict"] == "error" and cell["step"]["call"] == call, cell
    assert f"behind {name} (pid {pid})" in cell["reason"], cell["reason"]
    assert cell["evidence"]["state"] == "blocked", cell["evidence"]


def check_behind(scratch, oracle, zoofs):
    """All renames of a file system from one directory to another share one lock of the kernel."""
    between = ["-s", "cross_directory", "-s", "subdir_to_root"]
    with mounted(zoofs, scratch, "rename-hangs-into-y") as fuse:
        cells = {cell["shape"]: cell for cell in run(oracle, "native", fuse, *between)}
        first = cells["cross_directory"]
        assert first["verdict"] == "hang", first
        pid = first["unkillable"][0]["pid"]
        expect_behind(cells["subdir_to_root"], "native/cross_directory", pid, "rename")
        if os.geteuid() != 0:
            return  # only root may see in which call a stranger is
        later, = run(oracle, "native", fuse, "-s", "subdir_to_root")
        expect_behind(later, "cross_directory", pid, "rename")


def check_behind_in_guest(scratch, oracle, zoofs):
    """The same where it is a process of a VM that holds the lock, and one that waits for it."""
    needs.program("linux.uml", "user-mode-linux")
    target = str(TESTS / "guest/targets/uml-hostfs-on-root.json")
    with mounted(zoofs, scratch, "rename-hangs-into-y") as fuse:
        cells = run(oracle, target, fuse, "-s", "cross_directory", "-s", "subdir_to_root")
        first, second = sorted(cells, key=lambda cell: cell["shape"])
        assert first["verdict"] == "hang", first
        # What started the VM waits for it, and so can't end before it either.
        pid, = (left["pid"] for left in first["unkillable"] if left["comm"] == "linux.uml")
        expect_behind(second, "uml-hostfs-on-root/cross_directory", pid, "rename")


def check_behind_in_directory(scratch, oracle, zoofs):
    """A rename that hangs also keeps its directory locked: the next attempt does not get to it."""
    work = "{root}/shared"
    with mounted(zoofs, scratch, "rename-hangs") as fuse:
        target = oracle.descriptor("shared", prepare=[{"run": ["/bin/mkdir", "-p", work]}], cleanup=[],
                                   guest={"directory": work, "abi": "linux-x86_64"})
        first, second = run(oracle, target, fuse, "-s", "tmp_root_sibling", "-n", "2")
        assert first["verdict"] == "hang", first
        expect_behind(second, "shared/tmp_root_sibling", first["unkillable"][0]["pid"],
                      second["step"]["call"])
        assert second["step"]["call"] != "rename", second["step"]


@pytest.mark.parametrize("check", [check_own_processes, check_behind, check_behind_in_guest,
                                   check_behind_in_directory],
                         ids=lambda check: check.__name__)
def test_what_a_cell_left_behind_is_no_later_cells(check, oracle, build):
    privately(check, oracle, build.tool("zoo/zoofs"))
