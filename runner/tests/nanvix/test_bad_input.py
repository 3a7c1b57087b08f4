# SPDX-License-Identifier: MIT
"""What is no sysroot, no release or no guest program is named before anything boots, with what to do."""

import json
import os
import shutil
import subprocess

import pytest

from support import descriptor

SHIPPED = descriptor.TARGETS / "nanvix-standalone.json"
ONE = ["-s", "subdir_sibling", "--no-controls", "-t"]


def refused(oracle, wanted, *arguments, environment=None):
    """Exit 2, one line that says `wanted`, and no document."""
    code, said, errors = oracle.run(*arguments, environment=environment)
    lines = [line for line in errors.splitlines() if line]
    assert code == 2, (arguments, said, errors)
    assert len(lines) == 1 and wanted in lines[0], arguments
    assert not oracle.documents(), arguments


def skipped(oracle, target, wanted, *arguments):
    """Nothing runs (exit 2), and the document's cell is a skip for this reason."""
    code, said, errors = oracle.run(*arguments)
    assert code == 2, (arguments, said, errors)
    for cell in oracle.documents()[target]["cells"]:
        assert cell["verdict"] == "skip" and wanted in cell["reason"], cell


def rewrite_manifest(sysroot, text):
    with open(f"{sysroot}/manifest.json", "w", encoding="utf-8") as file:
        file.write(text)


def real_looking(lay_out, name):
    """A sysroot that does not say that it is a double: only i686 guest programs are good enough."""
    sysroot = lay_out(name, "standalone", release="0.20.8")
    rewrite_manifest(sysroot, '{"deployment_mode": "standalone", "release": "0.20.8"}')
    return sysroot


def write_descriptor(scratch, device):
    """The shipped descriptor for a machine whose KVM is `device`, or that needs none."""
    changed = descriptor.whole(SHIPPED)
    del changed["sysroot"]["device"]
    if device is not None:
        changed["sysroot"]["device"] = device
    path = f"{scratch}/{'device' if device else 'no-device'}.json"
    with open(path, "w", encoding="utf-8") as file:
        json.dump(changed, file)
    return path


def test_what_is_no_sysroot_and_no_release_is_refused(oracle, lay_out):
    scratch = oracle.scratch
    target = [*ONE, "nanvix-standalone"]
    os.makedirs(f"{scratch}/empty")
    refused(oracle, "cannot be used as a sysroot", "--nanvix", f"{scratch}/nowhere", *target)
    refused(oracle, "is no archive that can be read", "--nanvix", str(SHIPPED), *target)
    refused(oracle, "is no directory and no file", "--nanvix", "/dev/null", *target)
    refused(oracle, "is no Nanvix sysroot: bin/nanvixd.elf is missing", "--nanvix",
            f"{scratch}/empty", *target)
    shutil.copytree(f"{scratch}/empty", f"{scratch}/c d")
    refused(oracle, "holds a space or a ';'", "--nanvix", f"{scratch}/c d", *target)
    sysroot = lay_out("one", "standalone")
    for release in ("latest", "0.20", "1.2.3;x", "../1.2.3"):
        refused(oracle, "is no release", "--nanvix", sysroot, "--release", release, *target)
    rewrite_manifest(sysroot, '{"double": true,\n "guest_abi": "../../etc"}')
    refused(oracle, "manifest.json:2:", "--nanvix", sysroot, *target)
    rewrite_manifest(sysroot, '{"guest_abi": "linux-x86_64"}')
    refused(oracle, "only the tests' double may run other guests", "--nanvix", sysroot, *target)
    rewrite_manifest(sysroot, '{"double": true')
    refused(oracle, "manifest.json:1:", "--nanvix", sysroot, *target)


def test_spaces_are_refused(oracle, build, lay_out):
    """Where Nanvix's command lines would be cut: the runner's own files, and the probes."""
    scratch = oracle.scratch
    sysroot = lay_out("three", "standalone", release="0.20.8")
    given = ["--nanvix", sysroot, *ONE, "nanvix-standalone"]
    os.makedirs(f"{scratch}/a b")
    refused(oracle, "set TMPDIR to another directory", *given,
            environment={**os.environ, "TMPDIR": f"{scratch}/a b"})
    assert not os.listdir(f"{scratch}/a b")
    shutil.copytree(build.probes("linux-x86_64"), f"{scratch}/c;d")
    refused(oracle, "move the probes and give --probes", *given, "--probes", f"{scratch}/c;d")


def test_what_is_missing_is_a_skip_that_names_it(oracle, lay_out):
    scratch = oracle.scratch
    sysroot = lay_out("two", "standalone", release="0.20.8")
    skipped(oracle, "nanvix-standalone", "needs a Nanvix sysroot; give --nanvix",
            *ONE, "nanvix-standalone")
    os.chmod(f"{sysroot}/bin/mkramfs.elf", 0o644)
    skipped(oracle, "nanvix-standalone", "mkramfs.elf can't be executed; chmod +x it",
            "--nanvix", sysroot, *ONE, "nanvix-standalone")
    os.unlink(f"{sysroot}/bin/mkramfs.elf")
    skipped(oracle, "nanvix-standalone", "mode not in this release: bin/mkramfs.elf is not in",
            "--nanvix", sysroot, *ONE, "nanvix-standalone")
    real = real_looking(lay_out, "real")
    skipped(oracle, "nanvix-standalone", "needs read-write access to /dev/nowhere",
            "--nanvix", real, *ONE, write_descriptor(scratch, "/dev/nowhere"))


def make_dynamic_probe(scratch):
    """A 32-bit program that wants a dynamic linker, in the place of a probe."""
    os.makedirs(f"{scratch}/dynamic")
    with open(f"{scratch}/main.c", "w", encoding="ascii") as file:
        file.write("int main(void) { return 0; }\n")
    built = subprocess.run(["cc", "-m32", "-o", f"{scratch}/dynamic/subdir_sibling",
                            f"{scratch}/main.c"], check=False, timeout=60)
    return built.returncode == 0


def test_programs_that_the_guest_can_not_run_are_refused(oracle, build, lay_out):
    scratch = oracle.scratch
    real = real_looking(lay_out, "i686")
    given = ["--nanvix", real, *ONE, write_descriptor(scratch, None), "--probes"]
    refused(oracle, "is for another machine (64-bit", *given, build.probes("linux-x86_64"))
    double = lay_out("three", "standalone", release="0.20.8")
    refused(oracle, "does not mount hostfs", "--nanvix", double, *ONE, "nanvix-hostfs",
            "--probes", build.probes("linux-x86_64"))
    os.makedirs(f"{scratch}/text")
    with open(f"{scratch}/text/subdir_sibling", "w", encoding="ascii") as file:
        file.write("#!/bin/sh\n# not an ELF program, but longer than the header of one is\n")
    refused(oracle, "is no ELF program", *given, f"{scratch}/text")
    if not os.path.isdir(build.probes("linux-i686")):
        pytest.skip("the probes for linux-i686 (package gcc-multilib)")
    with open(build.probes("linux-i686/subdir_sibling"), "rb") as file:
        program = file.read()
    with open(build.probes("manifest.json"), encoding="utf-8") as file:
        build_id = json.load(file)["build_id"].encode()
    os.makedirs(f"{scratch}/foreign")
    with open(f"{scratch}/foreign/subdir_sibling", "wb") as file:
        file.write(program.replace(build_id, b"0123456789abcdef"))
    refused(oracle, "is of another probe build", *given, f"{scratch}/foreign")
    if make_dynamic_probe(scratch):
        refused(oracle, "is not a static program", *given, f"{scratch}/dynamic")
    # Real 32-bit probes of this build get past the check; this guest can't run them.
    code, said, errors = oracle.run(*given, build.probes("linux-i686"), "--boot-budget", "30")
    cell, = oracle.documents()["nanvix-standalone"]["cells"]
    assert code == 1 and cell["verdict"] == "no_start", (said, errors, cell)
    assert oracle.documents()["nanvix-standalone"]["subject"]["kind"] == "nanvix"
