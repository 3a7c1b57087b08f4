# SPDX-License-Identifier: MIT
"""The presets `nanvix` and `nanvix-gcc` build the probes with an SDK's toolchain file, those that mount
hostfs and those that don't; ci/build-probes does it without cmake.

The SDK is a double: its system is called Nanvix, its compilers are gcc -m32 and clang, and like the
real one's image it has no ninja. What comes out are the i686 programs, which run here. No word of CMake
about an unknown system is let through.
"""
import hashlib
import json
import os
import subprocess

import pytest

import harness
from support import needs
from support.build import SOURCE

ABIS = ("nanvix-i686", "nanvix-i686-hostfs")
SDK = """set(CMAKE_SYSTEM_NAME Nanvix)
set(CMAKE_SYSTEM_PROCESSOR i686)
set(CMAKE_C_COMPILER /usr/bin/gcc)
set(CMAKE_C_FLAGS_INIT -m32)
"""
OLDER = """#!/bin/sh
exec /usr/bin/gcc -m32 "$@"
"""
# A system's library that has no mount: whatever calls it can't be linked.
WITHOUT_MOUNT = """#!/bin/sh
exec /usr/bin/gcc -m32 -Wl,--wrap=mount "$@"
"""
NO_NINJA = """#!/bin/sh
echo 'there is no ninja in the image' >&2
exit 127
"""


def write(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    os.chmod(path, mode)


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def build_preset(top, preset, tree, env, targets=()):
    """Configures, and builds the targets, or everything."""
    env = dict(os.environ, PATH=f"{top}/bin:{os.environ['PATH']}", **env)
    chosen = ["--target", *targets] if targets else []
    for command in (["cmake", "--preset", preset, "-S", SOURCE, "-B", tree],
                    ["cmake", "--build", tree, "--parallel", "2", *chosen]):
        done = subprocess.run(command, env=env, cwd=SOURCE, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=240, check=False)
        assert done.returncode == 0, done.stdout
        assert "Warning" not in done.stdout and "unknown to cmake" not in done.stdout, done.stdout


def calls_mount(program):
    return any(line.split()[-1] == "mount" for line in output("nm", program).splitlines())


def check_program(tree, abi, build_id):
    """One of the ABI is a static i686 program of this build, and runs."""
    program = f"{tree}/probes/{abi}/replace_existing"
    header = output("readelf", "-h", "-l", program)
    assert "ELF32" in header and "Intel 80386" in header and "INTERP" not in header, header
    hostfs = abi.endswith("-hostfs")
    assert calls_mount(program) == hostfs, f"{abi}: mount"
    qemu = needs.program("qemu-i386", "qemu-user")
    with harness.fresh_directory() as directory:
        if hostfs:  # there is none here to mount; that it asks where is enough
            said = harness.run([qemu, program], directory)
            assert said.returncode == 2 and b"--hostfs=DIR" in said.stderr, said
        else:
            journal = harness.run_probe([qemu, program], "replace_existing", directory, 0)
            assert journal.events[0].fields["build"] == build_id


def check_manifest(tree, build_id, abis=ABIS):
    with open(f"{tree}/probes/manifest.json", encoding="ascii") as file:
        manifest = json.load(file)
    assert manifest["build_id"] == build_id, "the same sources are the same build, whatever the compiler"
    assert tuple(manifest["abis"]) == abis
    for abi, programs in manifest["abis"].items():
        assert set(programs) == set(harness.SHAPES + harness.CONTROLS + harness.EXTENDED)
        assert set(programs) == set(os.listdir(f"{tree}/probes/{abi}"))
        for name, digest in programs.items():
            with open(f"{tree}/probes/{abi}/{name}", "rb") as program:
                assert digest == "sha256:" + hashlib.sha256(program.read()).hexdigest(), name


def build_without_cmake(tree, *compiler):
    done = subprocess.run([f"{SOURCE}/ci/build-probes", f"{tree}/probes", *compiler],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=240,
                          check=False)
    assert done.returncode == 0, done.stdout
    return done.stdout


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


@pytest.mark.first
def test_an_sdk_builds_the_probes(build, tmp_path):
    top = str(tmp_path)
    build_id = json.loads(read(f"{build.path}/probes/manifest.json"))["build_id"]
    write(f"{top}/bin/ninja", NO_NINJA, 0o755)
    write(f"{top}/sdk/nanvix.cmake", SDK)
    build_preset(top, "nanvix", f"{top}/nanvix", {"NANVIX_SDK_ROOT": f"{top}/sdk"})
    check_manifest(f"{top}/nanvix", build_id)
    for abi in ABIS:
        check_program(f"{top}/nanvix", abi, build_id)
    assert not os.path.exists(f"{top}/nanvix/runner"), "only the guest programs are built"

    # The older toolchain: a gcc of its own, a linker script and the system's libraries in a group.
    older = f"{top}/older"
    write(f"{older}/bin/i686-nanvix-gcc", OLDER, 0o755)
    script = output("ld", "-m", "elf_i386", "-static", "--verbose").split("=" * 50)[1]
    write(f"{older}/sysroot/lib/user.ld", script)
    subprocess.run(["ar", "rc", f"{older}/sysroot/lib/libposix.a"], check=True)
    # One program of each ABI: the others are built by the same rules.
    places = {"NANVIX_SDK_ROOT": older, "NANVIX_SYSROOT": f"{older}/sysroot"}
    build_preset(top, "nanvix-gcc", f"{top}/nanvix-gcc", places, [f"{abi}.replace_existing" for abi in ABIS])
    for abi in ABIS:
        check_program(f"{top}/nanvix-gcc", abi, build_id)
    rules = f"{top}/nanvix-gcc/probes/CMakeFiles"
    assert f'"-DABIS={";".join(ABIS)}"' in read(f"{rules}/probes.dir/build.make"), "both are listed"
    link = read(f"{rules}/nanvix-i686.replace_existing.dir/link.txt")
    assert f"-T {older}/sysroot/lib/user.ld" in link and "--start-group" in link

    # A release before hostfs has no mount: then the probes that call it are left out, and the rest built.
    write(f"{older}/bin/i686-nanvix-gcc", WITHOUT_MOUNT, 0o755)
    build_preset(top, "nanvix-gcc", f"{top}/no-mount", places, [f"{ABIS[0]}.replace_existing"])
    check_program(f"{top}/no-mount", ABIS[0], build_id)
    rules = f"{top}/no-mount/probes/CMakeFiles"
    assert f"-DABIS={ABIS[0]} " in read(f"{rules}/probes.dir/build.make"), "one is listed"

    build_without_cmake(f"{top}/plain", "clang", "-target", "i686-linux-gnu")
    check_manifest(f"{top}/plain", build_id)
    for abi in ABIS:
        check_program(f"{top}/plain", abi, build_id)
    said = build_without_cmake(f"{top}/plain-no-mount", f"{older}/bin/i686-nanvix-gcc")
    assert "has no mount" in said, said
    check_manifest(f"{top}/plain-no-mount", build_id, ABIS[:1])

    # A tree that is not there is told in one line, with the remedy.
    for preset in ("nanvix", "nanvix-gcc"):
        failed = subprocess.run(["cmake", "--preset", preset, "-S", SOURCE, "-B", f"{top}/none"],
                                env=dict(os.environ, NANVIX_SDK_ROOT=f"{top}/none"),
                                cwd=SOURCE, capture_output=True, text=True, check=False)
        assert failed.returncode != 0 and "NANVIX_SDK_ROOT" in failed.stderr, failed.stderr
