# SPDX-License-Identifier: MIT
"""A probe that lies about its rename never gets a pass.

Three mutants of tmp_root_sibling fool their own checks: one does not rename at all, one copies and
deletes instead, one works in a directory on another file system. The runner must see through each
by what it looks at itself: the host's view, the inode, the type of the file system.
"""
import glob
import shutil

import pytest

LIARS = {
    "not_renamed": ("error", "the host sees"),
    "copied": ("error", "numbers inodes anew (then `same_inode`"),
    "elsewhere": ("error", ""),
}


def remove_elsewhere(oracle):
    """The mutant's other directory is named after the nonce, which stands in the journal."""
    for artifact in glob.glob(f"{oracle.output}/*/artifacts/*.stdout"):
        with open(artifact, encoding="utf-8") as file:
            nonce = file.readline().split()[1]
        shutil.rmtree(f"/dev/shm/ro-elsewhere-{nonce}", ignore_errors=True)


@pytest.mark.parametrize("liar", LIARS)
def test_a_probe_that_lies_gets_no_pass(liar, oracle, build):
    verdict, reason = LIARS[liar]
    mutants = build.mutants("linux-x86_64")
    path = oracle.descriptor(liar, launch={
        "argv": [f"{mutants}/{liar}", "--dir={work}", "--nonce={nonce}", "--keep"],
        "directory": "/"})
    code, out, err = oracle.run("-t", path, "-s", "tmp_root_sibling", "--no-controls")
    remove_elsewhere(oracle)
    cell = oracle.documents()[liar]["cells"][0]
    print(f"{liar}: {cell['verdict']}: {cell['reason']}")
    assert code == 1, (liar, "exit code", code, out, err)
    assert cell["verdict"] == verdict, (liar, cell["verdict"])
    assert reason in cell["reason"], (liar, cell["reason"])
