# SPDX-License-Identifier: MIT
"""A file system that answers slowly is not one that does not answer, and one that does not is soon left
alone.

On a FUSE file system with late answers: what a cell made is cleared away, however many files it is,
as long as one after the other goes; a rename that comes back behind its budget is a hang of which it is
told when it did, and one that uses much of it is odd. On one that falls silent in the middle of a run: two of the
runner's helpers are lost there and no more, and the cells that are left are refused at once.
"""
import contextlib
import os

import pytest

import private_mounts as mounts
from support.privately import privately

WORK = "{root}/{cell_name}"


@contextlib.contextmanager
def mounted(build, scratch, fault):
    mounts.need_fuse()
    fuse = mounts.FuseMount(build.tool("zoo/zoofs"), scratch, fault.replace(":", "-"), fault)
    try:
        yield fuse
    finally:
        fuse.release()


def check_slow_cleaning(scratch, oracle, build):
    """40 files, 50 ms each, after a hang: twice as long as a silent file system is waited for then."""
    with mounted(build, scratch, "unlink-late:50") as fuse:
        target = oracle.descriptor(
            "many-files",
            prepare=[{"make_directory": f"{WORK}.more"}, {"make_directory": WORK},
                     {"run": ["/bin/sh", "-c", f'cd "{WORK}.more" && touch $(seq 40)']}],
            cleanup=[{"remove": f"{WORK}.more"}, {"remove": WORK}],
            launch={"argv": [build.tool("zoo/misbehave"), "ignores-term", "--dir={work}", "--nonce={nonce}",
                             "--keep"], "directory": "/"})
        oracle.run("-t", target, "--root", fuse.path, "-s", "tmp_root_sibling", "--no-controls",
                   "--step-budget", "0.5", "--grace", "0.1")
        cell, = oracle.documents()["many-files"]["cells"]
        assert cell["verdict"] == "hang" and cell["anomalies"] == [], cell["anomalies"]
        assert os.listdir(fuse.backing) == [], ("stayed behind:", os.listdir(fuse.backing))


def run_late(scratch, oracle, build, milliseconds, step_budget, *arguments):
    with mounted(build, scratch, f"rename-late:{milliseconds}") as fuse:
        oracle.run("-t", "native", "--root", fuse.path, "-s", "tmp_root_sibling", "--no-controls",
                   "--step-budget", step_budget, "--grace", "0.1", *arguments)
        cell, = oracle.documents()["native"]["cells"]
        return cell


def check_late_answer(scratch, oracle, build):
    """A rename that comes back behind its budget is a hang, and how late it was is told."""
    cell = run_late(scratch, oracle, build, 1500, "0.5", "--wait-late", "30")
    assert cell["verdict"] == "hang" and not cell["step"]["returned"], cell
    assert 1400 <= cell["returned_after_ms"] <= 20000, cell["returned_after_ms"]
    assert "it returned after" in cell["reason"], cell["reason"]
    assert cell["journal"]["timeline"][-1]["line"].startswith("enter rename"), cell["journal"]
    cell = run_late(scratch, oracle, build, 60000, "0.5", "--wait-late", "0.5")
    assert cell["verdict"] == "hang" and "returned_after_ms" not in cell, cell


def check_slow_rename(scratch, oracle, build):
    """A rename that uses a good part of its budget passes, but that is odd."""
    cell = run_late(scratch, oracle, build, 2000, "5")
    kinds = [anomaly["kind"] for anomaly in cell["anomalies"]]
    assert cell["verdict"] == "pass" and kinds == ["slow"], (cell["verdict"], kinds)
    cell = run_late(scratch, oracle, build, 300, "10")
    assert cell["verdict"] == "pass" and cell["anomalies"] == [], cell["anomalies"]


def check_silent_mount(scratch, oracle, build):
    with mounted(build, scratch, "all-silent-after-renames:1") as fuse:
        oracle.run("-t", "native", "--root", fuse.path, "-s", "tmp_root_sibling", "-n", "8", "-j", "2",
                   "--no-controls", "--step-budget", "0.5", "--boot-budget", "0.5", "--grace", "0.1")
        cells = oracle.documents()["native"]["cells"]
        assert len(cells) == 8, ("not all are there:", len(cells))
        refused = [cell for cell in cells if "not tried: " in cell["reason"]]
        lost = [cell for cell in cells if "preparing the cell failed" in cell["reason"]]
        assert all(cell["verdict"] == "error" for cell in refused + lost), cells
        assert 1 <= len(lost) <= 2 and len(refused) >= 3, (len(lost), len(refused))
        assert "helpers of native/tmp_root_sibling" in refused[0]["reason"], refused[0]["reason"]
        helpers = [entry for entry in mounts.processes_that_mention(fuse.path)
                   if entry[2].startswith("rename-oracle")]
        assert len(helpers) <= 2, ("more helpers than two were lost:", helpers)


@pytest.mark.parametrize("check", [check_silent_mount, check_slow_cleaning, check_late_answer,
                                   check_slow_rename], ids=lambda check: check.__name__)
def test_slow_is_not_silent(check, oracle, build):
    privately(check, oracle, build)
