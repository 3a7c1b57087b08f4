#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The double is as strict as what it stands for: it refuses what Nanvix's own tools refuse, and its
mkramfs makes a real FAT32 image. Nothing boots here.

Usage: test_double.py BUILD
Exit codes: 0 so it is, 1 it is not, 77 skipped.
"""

import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [f"{HERE}/double", f"{HERE}/../run", f"{HERE}/../zoo"]

import make_sysroot  # noqa: E402  (its directory is not on the path before)
from oracle import expect  # noqa: E402
import private_mounts as mounts  # noqa: E402

BUILD, = sys.argv[1:]


def start(scratch, program, arguments, user="nanvix"):
    environment = {"PATH": os.environ["PATH"], "USER": user}
    done = subprocess.run([program, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=60, check=False, cwd=scratch,
                          env=environment)
    return done.returncode, done.stderr


def image_refusals(scratch, standalone):
    """mkimage's command lines and what it says of them."""
    binaries = f"{standalone}/bin"
    daemons = [f"{binaries}/{name}.elf;{name}" for name in ("procd", "memd", "vfsd")]
    program = f"{binaries}/procd.elf"  # any ELF will do
    os.makedirs(f"{scratch}/with space")
    spaced = shutil.copy(program, f"{scratch}/with space/app")
    text = f"{scratch}/text"
    with open(text, "w", encoding="ascii") as file:
        file.write("no program")
    good = [*daemons, f"{program};app --one"]
    return [
        (["-o", "x.img", *good], None),
        (["-o", "y.img", *daemons, f"{program};app a\\;b;K=v L="], None),
        (["-o", "x.img", daemons[1], daemons[0], daemons[2], good[3]], "must be procd"),
        (["-o", "x.img", *daemons[:2], good[3]], "must be vfsd"),
        (["-o", "x.img", *daemons], "the daemons and one program"),
        (["-o", "x.img", *daemons, f"{program};app a;b;K=v"], "not PATH;ARGV0"),
        (["-o", "x.img", *daemons, f"{program};app;word"], "the environment is K=V"),
        (["-o", "x.img", *daemons, program], "not PATH;ARGV0"),
        (["-o", "x.img", *daemons, f"{program}; "], "ARGV0 is missing"),
        (["-o", "x.img", *daemons, f"{spaced};app"], "can't hold a space"),
        (["-o", "x.img", *daemons, f"{text};app"], "is no ELF program"),
        (["-o", "x.img", "-v", *good], "unknown flag '-v'"),
        (good, "usage: -o"),
        (["-o", "nowhere/x.img", *good], "directory does not exist"),
    ]


def daemon_refusals(scratch, standalone):
    """The same of nanvixd in a standalone release."""
    flags = ["-bin-dir", f"{standalone}/bin", "-ramfs", f"{scratch}/rootfs.img"]
    return [
        ([*flags, "-unknown", "--", "x.img"], "unknown flag '-unknown'"),
        ([*flags, "--ramfs=x", "--", "x.img"], "unknown flag '--ramfs=x'"),
        ([*flags, "-console-file", "--", "x.img"], "needs a value"),
        ([*flags, "x.img"], "unknown flag 'x.img'"),
        (flags, "no program"),
        ([*flags, "--"], "no program"),
        (["--", "x.img"], "needs -bin-dir and -ramfs"),
        ([*flags, "--", f"{standalone}/bin/procd.elf"], "is no image"),
        ([*flags, "--", "x.img", "--one"], "arguments are baked into the image"),
        ([*flags, "-mount", f"{scratch}/nowhere", "--", "x.img"], "is no directory to mount"),
        ([*flags, "-mount", f"{scratch}/text", "--", "x.img"], "is no directory to mount"),
        ([*flags, "-mount", f"{scratch}/with space", "--", "x.img"], "can't hold a space"),
        ([*flags, "-mount", "--", "x.img"], "needs a value"),
    ]


def other_refusals(scratch, legacy, single, program):
    """Legacy and hosted releases, which take the program itself."""
    flags = ["-bin-dir", f"{legacy}/bin", "-ramfs", f"{scratch}/rootfs.img"]
    return [
        (legacy, [*flags, "--", "x.img", "--one"], "is no ELF program"),
        (legacy, [*flags, "--", program, "a;K=v;L=w"], "a second ';'"),
        (legacy, [*flags, "--", program, "a;word"], "the environment is K=V"),
        (legacy, [*flags, "-mount", scratch, "--", program], "unknown flag '-mount'"),
        (single, ["-ramfs", f"{scratch}/rootfs.img", "--", program], "unknown flag '-ramfs'"),
        (single, ["-mount", scratch, "--", program], "unknown flag '-mount'"),
        (single, ["--", f"{scratch}/with space/app", "a"], "can't hold a space"),
    ]


def check_refusals(scratch, standalone, legacy, single):
    mkimage, nanvixd = f"{standalone}/bin/mkimage.elf", "bin/nanvixd.elf"
    cases = [(mkimage, words, wanted) for words, wanted in image_refusals(scratch, standalone)]
    cases += [(f"{standalone}/{nanvixd}", words, wanted)
              for words, wanted in daemon_refusals(scratch, standalone)]
    cases += [(f"{sysroot}/{nanvixd}", words, wanted) for sysroot, words, wanted in
              other_refusals(scratch, legacy, single, f"{standalone}/bin/procd.elf")]
    for program, words, wanted in cases:
        code, said = start(scratch, program, words)
        if wanted is None:
            expect(code == 0, words, code, said)
        else:
            expect(code == 1 and wanted in said, words, code, said, "instead of", wanted)
    code, said = start(scratch, f"{standalone}/{nanvixd}", ["--", "x.img"], user="")
    expect(code == 1 and "USER is not set" in said, code, said)


def check_ramfs(scratch, standalone):
    program, root = f"{standalone}/bin/mkramfs.elf", f"{scratch}/rootfs"
    os.makedirs(f"{root}/lib")
    code, said = start(scratch, program, ["-o", "rootfs.img", root])
    expect(code == 1 and "holds no tmp/" in said, code, said)
    os.mkdir(f"{root}/tmp")
    with open(f"{root}/lib/word", "w", encoding="ascii") as file:
        file.write("content")
    code, said = start(scratch, program, ["-o", "rootfs.img", root])
    expect(code == 0, code, said)
    expect(os.stat(f"{scratch}/rootfs.img").st_size % 4096 == 0, "the image is not whole pages")
    read = subprocess.run([mounts.find_program("mtype"), "-i", f"{scratch}/rootfs.img",
                           "::/lib/word"], stdout=subprocess.PIPE, check=False, timeout=20)
    expect(read.stdout == b"content", read)
    with open(f"{scratch}/rootfs.img", "rb") as file:
        expect(file.read(90)[82:] == b"FAT32   ", "no FAT32 image")


def main():
    for name in ("linux.uml", "mkfs.fat", "mcopy", "mtype"):
        mounts.find_program(name)
    scratch = tempfile.mkdtemp(prefix="nanvix-double.")
    try:
        sysroots = [make_sysroot.lay_out(f"{scratch}/{mode}", BUILD, mode, "none", None)
                    for mode in ("standalone", "legacy", "hosted-single")]
        check_ramfs(scratch, sysroots[0])
        check_refusals(scratch, *sysroots)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
