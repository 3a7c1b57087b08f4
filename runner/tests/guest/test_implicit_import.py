#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""CPython's own rename in the reference VM: with bytecode writing it happens, twice; with -B not.

Usage: test_implicit_import.py DESCRIPTOR DATA-DIRECTORY
The journal, the files that the host finds afterwards and the pyc in them are looked at.
"""

import glob
import importlib.util
import marshal
import os
import subprocess
import sys

from vm import SKIP, Vm, find_program

import journals

PYTHON = "/usr/bin/python3"


def look_from_host(vm):
    """The directory that holds what the guest left in its work directory."""
    if vm.target["host_view"]["kind"] == "directory":
        return f"{vm.cell}/work"
    image, view = f"{vm.cell}/fat.img", f"{vm.cell}/view"
    os.mkdir(view)
    subprocess.run([find_program("fsck.fat"), "-n", image], check=True, capture_output=True,
                   timeout=60)
    subprocess.run([find_program("mcopy"), "-s", "-n", "-m", "-i", image, "::*", view], check=True,
                   timeout=60)
    return view


def check_pyc(view):
    """What Debian's python3 wrote, this one can read: it is the same."""
    assert os.listdir(f"{view}/m/__pycache__") == [os.path.basename(
        importlib.util.cache_from_source("m.py"))], glob.glob(f"{view}/**", recursive=True)
    with open(importlib.util.cache_from_source(f"{view}/m/m.py"), "rb") as file:
        data = file.read()
    assert data[:4] == importlib.util.MAGIC_NUMBER
    assert int.from_bytes(data[12:16], "little") == os.path.getsize(f"{view}/m/m.py")
    names = {}
    exec(marshal.loads(data[16:]), names)  # our own two assignments
    assert names["VERSION"] == 2, names


def run(vm, name, flags):
    script = f"/dev/host{vm.data}/probes/python3/{name}"
    ending = vm.boot(PYTHON, flags, script, "--dir=/tmp", f"--nonce={vm.bindings['nonce']}",
                     "--keep")
    assert ending.status == 0, ending
    lines = journals.read(ending.console, vm.bindings["nonce"])
    assert lines[0][:2] == ("begin", name), lines[0]
    assert lines[-1][:2] == ("end", "pass"), lines[-1]
    kind, = [subject for event, subject, _ in lines if event == "fs"]
    assert kind == vm.target["filesystem"], kind
    return [fields for event, subject, fields in lines if (event, subject) == ("enter", "rename")]


def main(descriptor, data):
    if not os.access(PYTHON, os.X_OK):
        print(f"SKIPPED: {PYTHON} (package python3-minimal)")
        return SKIP
    with Vm(descriptor, data) as vm:
        renames = run(vm, "implicit_import", "-IS")
        assert len(renames) == 2, renames
        for fields in renames:
            assert fields["from"].startswith(fields["to"] + "."), fields
            assert fields["to"].startswith("/tmp/m/__pycache__/m.cpython-"), fields
        check_pyc(look_from_host(vm))
        assert run(vm, "implicit_import_b", "-BIS") == []
        assert os.listdir(f"{look_from_host(vm)}/m") == ["m.py"]
    print("two renames with bytecode writing, none with -B")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
