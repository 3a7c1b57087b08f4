# SPDX-License-Identifier: MIT
"""A shape that fills the file system takes the room of no other cell of the same run.

On a tmpfs of 24 MiB, full_disk runs with others that need space, many times and side by side. All pass.
"""
import private_mounts as mounts
from support.privately import privately

SHAPES = ("full_disk", "thousand_renames", "subdir_sibling", "pycache_replace")
ATTEMPTS = 8


def fill(scratch, oracle):
    root = scratch.subdirectory("small")
    mounts.mount("small", root, "tmpfs", data="size=24m")
    words = [word for shape in SHAPES for word in ("-s", shape)]
    code, out, err = oracle.run("-t", "native", "--root", root, "--no-controls", "-j", "8",
                                "-n", str(ATTEMPTS), *words)
    cells = oracle.documents()["native"]["cells"]
    mounts.detach(root)
    wrong = [(cell["shape"], cell["attempt"], cell["verdict"], cell["reason"])
             for cell in cells if cell["verdict"] != "pass"]
    assert code == 0 and not wrong, (wrong, out, err)
    assert len(cells) == len(SHAPES) * ATTEMPTS, len(cells)


def test_a_shape_that_fills_the_file_system_takes_no_others_room(oracle):
    privately(fill, oracle)
