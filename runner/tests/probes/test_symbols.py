# SPDX-License-Identifier: MIT
"""The object files of one ABI refer to nothing that a small guest libc might lack."""
import glob
import os
import subprocess

import pytest

import harness
from support.build import SOURCE

ALLOWED = set(
    # The calls of docs/journal.md, and what they are called with 64-bit file sizes.
    "open read write close stat rename unlink mkdir rmdir opendir readdir closedir"
    " open64 stat64 readdir64"
    # String functions; a compiler may call the mem* by itself.
    " memcpy memmove memset memcmp strlen strcmp strncmp strchr strspn strcspn"
    # Where errno is (glibc and musl; newlib), and the environment.
    " __errno_location __errno environ"
    # The compiler's own runtime: 64-bit division on 32-bit machines, the address of the GOT.
    " __udivdi3 __umoddi3 __udivmoddi4 _GLOBAL_OFFSET_TABLE_".split()
)
# The extended shapes that are about another call, or need one; what mounts Nanvix's hostfs, which is in
# the programs of that ABI alone; and what waits where a guest is known to be able to.
MORE = {"renameat_directory": {"renameat"}, "relative_names": {"chdir"},
        "mode_and_times": {"utimensat"}, "hostfs": {"mount"},
        "wait": {"nanosleep"}}


def objects_of(build, abi):
    probes = build.path / "probes"
    found = (glob.glob(f"{probes}/CMakeFiles/{abi}.*/**/*.o", recursive=True)
             + glob.glob(f"{probes}/{abi}.objects/*.o"))
    return {os.path.basename(path).removesuffix(".o").removesuffix(".c"): path for path in found}


def tables_of(objects):
    """{name: (defined, undefined)} of the object files, in one go."""
    shown = subprocess.run(["nm", "-P", "-A", *objects.values()], capture_output=True, text=True,
                           check=True)
    by_path = {path: (set(), set()) for path in objects.values()}
    for line in shown.stdout.splitlines():
        path, name, kind = line.split()[:3]
        by_path[path.removesuffix(":")][kind in "UwvV"].add(name)
    return {name: by_path[path] for name, path in objects.items()}


def violations(tables):
    ours = set().union(*(defined for defined, _ in tables.values()))
    return {name: sorted(beyond) for name, (_, undefined) in tables.items()
            if (beyond := undefined - ours - ALLOWED - MORE.get(name, set()))}


def sources():
    probes = SOURCE / "probes"
    found = (glob.glob(f"{probes}/*.c") + glob.glob(f"{probes}/controls/*.c")
             + glob.glob(f"{probes}/extended/*.c"))
    return {os.path.basename(path).removesuffix(".c") for path in found}


def compile_object(directory, compiler, name, text):
    path = os.path.join(directory, name)
    with open(path + ".c", "w", encoding="ascii") as file:
        file.write(text)
    subprocess.run([compiler, "-O2", "-c", path + ".c", "-o", path + ".o"], check=True)
    return path + ".o"


@pytest.mark.parametrize("abi", [*harness.ABIS, "linux-x86_64-hostfs"])
def test_an_object_refers_to_nothing_that_a_small_libc_might_lack(abi, build, tmp_path):
    every = tables_of(objects_of(build, abi))
    assert every, f"no probes for {abi} in this build"
    # All of them, or the test would pass by reading less.
    wanted = sources() - (set() if abi.endswith("-hostfs") else {"hostfs"})
    assert wanted == set(every), f"object files of other sources: {wanted ^ set(every)}"
    assert not violations(every), violations(every)

    # And it would notice: a forbidden function, in an object like the others.
    for body, name in (("char *getenv(const char *); int f(void) { return *getenv(\"X\"); }", "getenv"),
                       ("void *malloc(unsigned long); void *f(void) { return malloc(5); }", "malloc"),
                       ("int renameat(int, const char *, int, const char *);"
                        " int f(void) { return renameat(0, \"\", 0, \"\"); }", "renameat"),
                       ("int nanosleep(void); int f(void) { return nanosleep(); }", "nanosleep"),
                       ("int mount(void); int f(void) { return mount(); }", "mount"),
                       ("int fork(void); int f(void) { return fork(); }", "fork")):
        mutated = every | tables_of({"mutated": compile_object(tmp_path, "cc", name, body)})
        assert violations(mutated) == {"mutated": [name]}, violations(mutated)
