#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A shape that fills the file system takes the room of no other cell of the same run.

On a tmpfs of 24 MiB, full_disk runs with others that need space, many times and side by side. All pass.

Usage: exhausting.py RENAME_ORACLE ZOO-DIRECTORY
"""

import sys

from oracle import Oracle, expect

sys.path.insert(0, sys.argv[2])

import private_mounts as mounts  # noqa: E402  (the path is needed for the next line)

SHAPES = ("full_disk", "thousand_renames", "subdir_sibling", "pycache_replace")
ATTEMPTS = 8


def main():
    with mounts.private_scratch() as scratch, Oracle(sys.argv[1]) as oracle:
        root = scratch.subdirectory("small")
        mounts.mount("small", root, "tmpfs", data="size=24m")
        words = [word for shape in SHAPES for word in ("-s", shape)]
        code, out, err = oracle.run("-t", "native", "--root", root, "--no-controls", "-j", "8",
                                    "-n", str(ATTEMPTS), *words)
        cells = oracle.documents()["native"]["cells"]
        mounts.detach(root)
        wrong = [(cell["shape"], cell["attempt"], cell["verdict"], cell["reason"])
                 for cell in cells if cell["verdict"] != "pass"]
        expect(code == 0 and not wrong, wrong, out, err)
        expect(len(cells) == len(SHAPES) * ATTEMPTS, len(cells))
    print(f"{len(cells)} cells passed on a file system that {ATTEMPTS} of them filled")


if __name__ == "__main__":
    main()
