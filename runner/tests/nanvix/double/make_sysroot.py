#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Lays out a double of a Nanvix sysroot: programs that take Nanvix's documented command lines and
boot User Mode Linux in the place of the micro-VM.

Its manifest says that it is a double and which guests it runs. Nothing that a run with it shows is
evidence about Nanvix; the gate refuses its documents.
"""

import argparse
import json
import os
import shutil
import sys
import sysconfig
import tarfile
import tempfile

from nanvixd import FAULTS

HERE = os.path.dirname(os.path.realpath(__file__))
DEPLOYMENT = {"standalone": "standalone", "legacy": "standalone",
              "hosted-single": "hosted-single-process", "hosted-multi": "hosted-multi-process"}
SCRIPT = """#!/usr/bin/python3 -B
# SPDX-License-Identifier: MIT
import os
import sys
sys.path.insert(0, {here!r})
import {module}
sys.exit({module}.main(sys.argv[1:]{more}))
"""
COMMIT = "0123456789abcdef0123456789abcdef01234567"
LOCK = """[metadata]
nanvix-zutil-version = "0.16.3"

[metadata.sdk]
sdk-version = "{release}-sdk.1"
nanvix-tag = "{release}"
min_nanvix_os = "0.19.9"

[[package]]
name = "nanvix"
kind = "sysroot"
resolved-tag = "{release}"
"""
FAILING = "#!/bin/sh\necho 'mkimage: write: No space left on device' >&2\nexit 1\n"


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, 0o755)


def write_script(sysroot, module):
    more = ", os.path.dirname(os.path.dirname(os.path.abspath(__file__)))" * (module == "nanvixd")
    write(f"{sysroot}/bin/{module}.elf", SCRIPT.format(here=HERE, module=module, more=more))


def add_python(sysroot, name):
    """The machine's own CPython under the name that Nanvix's has, with all of its library where a
    hosted guest and what packs a ramfs look for it. The guest of a standalone one has the machine's
    tree at its root, so that it finds the same there."""
    os.symlink("/usr/bin/python3", f"{sysroot}/bin/{name}")
    os.makedirs(f"{sysroot}/lib")
    for version in {"3.12", f"{sys.version_info.major}.{sys.version_info.minor}"}:
        os.symlink(sysconfig.get_path("stdlib"), f"{sysroot}/lib/python{version}")


def lay_out(sysroot, build, mode, fault, release, python=None, tells=True):
    """Makes the sysroot in an empty or missing directory. What its nanvixd says of itself is always
    so; with `tells` its manifest, which a real release has not, names mode and release, too."""
    build = os.path.realpath(build)
    library = f"{build}/lib/rename-oracle"
    zoofs = f"{build}/runner/tests/zoo/zoofs"
    tools = {"start_vm": f"{library}/guest/start-vm", "init": f"{library}/guest/init",
             "intercept": f"{library}/tests/intercept"}
    kernel = shutil.which("linux.uml")
    if kernel is None:
        raise FileNotFoundError("linux.uml; install the package user-mode-linux")
    os.makedirs(f"{sysroot}/bin")
    write_script(sysroot, "nanvixd")
    os.symlink(kernel, f"{sysroot}/bin/kernel.elf")
    if mode in ("standalone", "legacy"):
        write_script(sysroot, "mkramfs")
    if mode == "standalone":
        write_script(sysroot, "mkimage")
        if fault == "image-fails":
            write(f"{sysroot}/bin/mkimage.elf", FAILING)
        for daemon in ("procd", "memd", "vfsd"):  # bundled and never run: User Mode Linux needs none
            shutil.copy(tools["init"], f"{sysroot}/bin/{daemon}.elf")
    if mode == "hosted-multi":
        os.symlink(kernel, f"{sysroot}/bin/uservm.elf")
        shutil.copy(zoofs, f"{sysroot}/bin/linuxd.elf")
    if mode == "hosted-single":  # what serves the calls bears nanvixd's name
        os.makedirs(f"{sysroot}/double")
        shutil.copy(zoofs, f"{sysroot}/double/nanvixd.elf")
    if python:
        add_python(sysroot, python)
    manifest = {"double": True, "guest_abi": "linux-x86_64"}
    if tells:
        manifest["deployment_mode"] = DEPLOYMENT[mode]
    if tells and release is not None:
        manifest["release"] = release
    for name, content in (("manifest", manifest),
                          ("double", {"mode": mode, "fault": fault, "tools": tools,
                                      "version": (release or "0.0.0").removeprefix("v")})):
        with open(f"{sysroot}/{name}.json", "w", encoding="utf-8") as file:
            json.dump(content, file, indent=2)
    return sysroot


def archive_name(mode):
    """As Nanvix calls the archive of a release's mode."""
    word = DEPLOYMENT[mode].removeprefix("hosted-")
    return f"nanvix-x86-microvm-{word}-release-128mb-{COMMIT}.tar.bz2"


def pack(sysroot, directory, mode):
    """Packs a sysroot into `directory` as a release comes: below nanvix-rt/. Returns its path."""
    path = f"{directory}/{archive_name(mode)}"
    with tarfile.open(path, "w:bz2", compresslevel=1, dereference=True) as archive:
        archive.add(sysroot, "nanvix-rt")
    return path


def write_lock(path, release, *modes):
    """What nanvix-zutil leaves beside a release: versions of several things, ours not the first."""
    assets = "".join(f"\n[[package.assets]]\nname = \"{archive_name(mode)}\"\n"
                     f"url = \"https://example.org/{archive_name(mode)}\"\n" for mode in modes)
    with open(path, "w", encoding="utf-8") as file:
        file.write(LOCK.format(release=release) + assets)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", nargs="?", help="made; must not exist or have no bin/")
    parser.add_argument("--build", required=True, help="build directory of rename-oracle")
    parser.add_argument("--mode", required=True, choices=sorted(DEPLOYMENT), action="append")
    parser.add_argument("--fault", default="none", choices=sorted(FAULTS))
    parser.add_argument("--python", choices=("python.elf", "python3.12"), help="with a CPython")
    parser.add_argument("--release", help="what its manifest says (default: nothing)")
    parser.add_argument("--pack", metavar="DIR", help="an archive of each mode, as a release has them")
    parser.add_argument("--lock", metavar="FILE", help="the nanvix.lock that names these archives")
    given = parser.parse_args()
    if bool(given.directory) == bool(given.pack) or (given.directory and len(given.mode) > 1):
        parser.error("give a directory and one mode, or --pack DIR")
    if given.directory:
        lay_out(os.path.abspath(given.directory), given.build, given.mode[0], given.fault,
                given.release, given.python)
        return
    for mode in given.mode:
        with tempfile.TemporaryDirectory() as scratch:
            pack(lay_out(f"{scratch}/one", given.build, mode, given.fault, given.release,
                         given.python, tells=False), given.pack, mode)
    if given.lock:
        write_lock(given.lock, given.release or "v0.0.0", *given.mode)


if __name__ == "__main__":
    main()
