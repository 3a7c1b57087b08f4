#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A probe that lies about its rename never gets a pass.

Three mutants of tmp_root_sibling fool their own checks: one does not rename at all, one copies and
deletes instead, one works in a directory on another file system. The runner must see through each
by what it looks at itself: the host's view, the inode, the type of the file system.

Usage: liars.py RENAME_ORACLE MUTANTS
"""

import glob
import shutil
import sys

from oracle import Oracle, expect

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


def main():
    program, mutants = sys.argv[1:3]
    with Oracle(program) as oracle:
        for liar, (verdict, reason) in LIARS.items():
            path = oracle.descriptor(liar, launch={
                "argv": [f"{mutants}/{liar}", "--dir={work}", "--nonce={nonce}", "--keep"],
                "directory": "/"})
            code, out, err = oracle.run("-t", path, "-s", "tmp_root_sibling", "--no-controls")
            remove_elsewhere(oracle)
            cell = oracle.documents()[liar]["cells"][0]
            print(f"{liar}: {cell['verdict']}: {cell['reason']}")
            expect(code == 1, liar, "exit code", code, out, err)
            expect(cell["verdict"] == verdict, liar, cell["verdict"])
            expect(reason in cell["reason"], liar, cell["reason"])


if __name__ == "__main__":
    main()
