# SPDX-License-Identifier: MIT
"""The double is as strict as what it stands for: it refuses what Nanvix's own tools refuse, and its
mkramfs makes the image that theirs makes. Nothing boots here."""

import os
import shutil
import subprocess

import pytest

from support import needs


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


@pytest.fixture(name="sysroots")
def sysroots_by_mode(lay_out):
    return {mode: lay_out(mode, mode) for mode in ("standalone", "legacy", "hosted-single")}


def test_it_refuses_what_the_real_tools_refuse(sysroots, tmp_path):
    scratch, standalone = str(tmp_path), sysroots["standalone"]
    mkimage, nanvixd = f"{standalone}/bin/mkimage.elf", "bin/nanvixd.elf"
    (tmp_path / "rootfs.img").write_bytes(bytes(4096))
    cases = [(mkimage, words, wanted) for words, wanted in image_refusals(scratch, standalone)]
    cases += [(f"{standalone}/{nanvixd}", words, wanted)
              for words, wanted in daemon_refusals(scratch, standalone)]
    cases += [(f"{sysroot}/{nanvixd}", words, wanted) for sysroot, words, wanted in
              other_refusals(scratch, sysroots["legacy"], sysroots["hosted-single"],
                             f"{standalone}/bin/procd.elf")]
    for program, words, wanted in cases:
        code, said = start(scratch, program, words)
        if wanted is None:
            assert code == 0, (words, said)
        else:
            assert code == 1 and wanted in said, (words, code)
    single = f"{sysroots['hosted-single']}/{nanvixd}"
    code, said = start(scratch, single, ["--", f"{standalone}/bin/procd.elf"], user="")
    assert code == 1 and "USER is not set" in said


def test_arguments_that_are_too_long_end_it_with_255(sysroots, tmp_path):
    (tmp_path / "rootfs.img").write_bytes(bytes(4096))
    legacy = sysroots["legacy"]
    program = f"{sysroots['standalone']}/bin/procd.elf"
    flags = ["-bin-dir", f"{legacy}/bin", "-ramfs", f"{tmp_path}/rootfs.img", "--", program]
    code, said = start(str(tmp_path), f"{legacy}/bin/nanvixd.elf", [*flags, "x" * 250])
    assert (code, said) == (255, "Error: virtual machine failed\n")
    logs = "".join(path.read_text() for path in (tmp_path / "logs").iterdir())
    assert "nanvixd 0.0.0, standalone deployment" in logs
    assert "command line arguments too long (len=260)" in logs


def test_its_mkramfs_makes_the_images_of_the_real_one(sysroots, tmp_path):
    scratch, program = str(tmp_path), f"{sysroots['standalone']}/bin/mkramfs.elf"
    root, image = tmp_path / "rootfs", tmp_path / "rootfs.img"
    (root / "lib").mkdir(parents=True)
    code, said = start(scratch, program, ["-o", "rootfs.img", str(root)])
    assert code == 1 and "holds no tmp/" in said
    (root / "tmp").mkdir()
    (root / "lib/word").write_text("content")
    code, said = start(scratch, program, ["-o", "rootfs.img", str(root)])
    assert code == 0, said
    assert image.stat().st_size % 4096 == 0
    read = subprocess.run([needs.program("mtype", "mtools"), "-i", image, "::/lib/word"],
                          stdout=subprocess.PIPE, check=False, timeout=20)
    assert read.stdout == b"content"
    assert image.stat().st_size == 1 << 20
    assert image.read_bytes()[54:62] == b"FAT12   " and image.read_bytes()[13] == 1
    for mib, kind in ((2, b"FAT12   "), (8, b"FAT16   ")):  # half as much again as it packs
        (root / "lib/word").write_bytes(bytes(mib << 20))
        code, said = start(scratch, program, ["-o", "rootfs.img", str(root)])
        assert code == 0, said
        assert image.read_bytes()[54:62] == kind
        assert mib * 1.5 <= image.stat().st_size / (1 << 20) < mib * 1.5 + 0.1
