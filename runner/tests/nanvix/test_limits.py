# SPDX-License-Identifier: MIT
"""What a release takes: so many bytes of arguments, and so much of a library in a guest's memory."""

import os
import shutil
import subprocess

from support import needs

ONE = ["--no-controls", "--boot-budget", "30"]
MIB = 1 << 20


def test_arguments_that_are_too_long_are_refused_before_anything_starts(oracle, lay_out):
    """255 bytes in older releases, 4092 in newer ones; what is refused is named with its longest path."""
    long = f"{oracle.scratch}/{'x' * 40}"
    os.mkdir(long)
    for release, fits in (("0.15.7", False), ("0.20.3", True), ("0123abc", False)):
        sysroot = lay_out(release, "hosted-single", release=release, python="python.elf")
        code, said, errors = oracle.run("--nanvix", sysroot, "-t", "nanvix-hosted-single", *ONE,
                                        "-s", "implicit_import",
                                        environment={**os.environ, "TMPDIR": long})
        if fits:
            assert code == 0 and oracle.documents()["nanvix-hosted-single"]["cells"], (said, errors)
        else:
            assert code == 2 and not oracle.documents(), (release, said)
            assert "a guest of this release takes 255; the longest path in them is" in errors, errors
            assert f"{long}/rename-oracle-run." in errors, errors
        # Without the script nothing is too long.
        if release == "0.15.7":
            code, said, errors = oracle.run("--nanvix", sysroot, "-t", "nanvix-hosted-single", *ONE,
                                            "-s", "subdir_sibling")
            assert code == 0, (said, errors)


def test_a_library_fits_into_a_small_guest(oracle, lay_out):
    """The whole one does not; what an import needs does, and the interpreter's own start renames
    nothing there."""
    sysroot = lay_out("sysroot", "standalone", release="0.20.3", python="python.elf")
    os.unlink(f"{sysroot}/lib/python3.12")
    library = shutil.copytree(os.path.realpath(os.path.dirname(os.__file__)),
                              f"{sysroot}/lib/python3.12", ignore=lambda path, names: [
                                  name for name in names if name not in ("os.py", "encodings", "re") and
                                  not name.endswith(".py")])
    os.makedirs(f"{library}/test")
    with open(f"{library}/test/big.py", "wb") as file:
        file.truncate(200 * MIB)
    code, said, errors = oracle.run("--nanvix", sysroot, "-t", "nanvix-standalone", *ONE, "--keep",
                                    "-s", "implicit_import")
    assert code == 0, (said, errors)
    cell, = oracle.documents()["nanvix-standalone"]["cells"]
    kept = cell["artifacts"]["kept"]
    try:
        assert os.path.getsize(f"{kept}/rootfs.img") < 24 * MIB
        listing = subprocess.run([needs.program("mdir", "mtools"), "-/", "-b", "-i", f"{kept}/rootfs.img",
                                  "::/lib/python3.12"], stdout=subprocess.PIPE, text=True, check=True)
        assert "/os.py" in listing.stdout and "/encodings/utf_8.py" in listing.stdout
        assert "/test" not in listing.stdout and ".pyc" not in listing.stdout
        assert "/encodings/__pycache__\n" in listing.stdout
    finally:
        shutil.rmtree(os.path.dirname(kept))
