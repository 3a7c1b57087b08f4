# SPDX-License-Identifier: MIT
"""Hanging cells wait side by side: 18 of them with -j 18 take nothing like 18 times as long as one.
And never more of them than there is memory for.

One after the other they would take 18 times as long; half of that is the limit here, far
from both, so that a busy machine can't blur the difference. ci/lab/bench has the ratio itself.
"""
import time


CELLS = 18
MORE_THAN_THERE_IS_MIB = 1 << 20  # the most that a descriptor may ask for


def hang(oracle, target, cells):
    """Runs so many cells at once, all of which must hang; returns the seconds that it took."""
    began = time.monotonic()
    oracle.run("-t", target, "-s", "tmp_root_sibling", "--no-controls", "--step-budget", "2",
               "-n", str(cells), "-j", str(cells))
    took = time.monotonic() - began
    document, = oracle.documents().values()
    verdicts = [cell["verdict"] for cell in document["cells"]]
    assert verdicts == ["hang"] * cells, verdicts
    states = {cell["evidence"]["state"] for cell in document["cells"]}
    assert states == {"blocked"}, states
    return took


def test_there_are_never_more_than_there_is_memory_for(oracle):
    """Cells that each need more than there is run one at a time: none ever meets another."""
    alone = f"{oracle.scratch}/alone"
    script = f'mkdir {alone} || exit 9; "$@"; status=$?; rmdir {alone}; exit $status'
    target = oracle.descriptor("big", memory_mib=MORE_THAN_THERE_IS_MIB, launch={
        "argv": ["/bin/sh", "-c", script, "sh", "{probe}", "--dir={work}", "--nonce={nonce}",
                 "--keep"], "directory": "/"})
    code, said, _ = oracle.run("-t", target, "-s", "tmp_root_sibling", "--no-controls", "-n", "6",
                               "-j", "6")
    verdicts = [cell["verdict"] for cell in oracle.documents()["big"]["cells"]]
    assert code == 0 and verdicts == ["pass"] * 6, (code, verdicts)
    assert "1 job instead of 6" in said and "MiB of memory" in said, said


def test_hanging_cells_wait_side_by_side(oracle, build):
    stuck = oracle.descriptor("stuck", launch={
        "argv": ["/bin/sh", "-c", f'exec {build.tool("zoo/stuck_rename")} "$@"', "sh", "{probe}",
                 "--dir={work}", "--nonce={nonce}", "--keep"], "directory": "/"})
    one, many = hang(oracle, stuck, 1), hang(oracle, stuck, CELLS)
    assert many < one * CELLS / 2, f"one took {one:.1f} s, {CELLS} took {many:.1f} s"
