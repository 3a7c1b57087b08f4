# SPDX-License-Identifier: MIT
"""With --keep a cell leaves its directory and, beside it, the commands that do the same by hand."""
import os
import shutil
import subprocess

import pytest


def run_by_hand(kept):
    """The commands, from nothing, as a shell takes them."""
    shutil.rmtree(kept)
    done = subprocess.run(["sh", f"{kept}.commands"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60,
                          env={}, check=False)
    assert done.returncode == 0, ("by hand:", done)
    return done.stdout


@pytest.mark.sanitize
def test_a_cell_that_is_kept_can_be_done_again_by_hand(oracle):
    scratch = f"{oracle.scratch}/it's a $place"
    os.mkdir(scratch)
    environment = {**os.environ, "TMPDIR": scratch}
    target = oracle.descriptor(
        "prepared", prepare=[{"make_directory": "{cell}/work"},
                             {"make_directory": "{cell}/a b"},
                             {"write": "{cell}/a b/c", "text": "50 % of 'it'\n"},
                             {"run": ["/bin/cp", "{cell}/a b/c", "{cell}/d"]}],
        guest={"directory": "{cell}/work", "abi": "linux-x86_64"},
        host_view={"kind": "directory", "path": "{cell}/work"})
    code, said, errors = oracle.run("-t", target, "-s", "subdir_sibling", "--no-controls",
                                    "--keep", environment=environment)
    assert code == 0, (code, said, errors)
    cell, = oracle.documents()["prepared"]["cells"]
    kept = cell["artifacts"]["kept"]
    before = sorted(os.listdir(kept))
    journal = run_by_hand(kept)
    assert " enter rename " in journal and " end pass " in journal, journal
    assert sorted(os.listdir(kept)) == before == ["a b", "d", "work"], (
        os.listdir(kept), before)
    with open(f"{kept}/d", encoding="utf-8") as file:
        assert file.read() == "50 % of 'it'\n", "the preparation is another one by hand"
    # And nothing is left where it was not asked for.
    code, said, errors = oracle.run("-t", target, "-s", "subdir_sibling", "--no-controls",
                                    environment={**os.environ, "TMPDIR": oracle.scratch})
    assert code == 0, (code, said, errors)
    left = [name for name in os.listdir(oracle.scratch) if name.startswith("rename-oracle")]
    assert not left, ("left without --keep:", left)
