#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the implicit import says on file systems that are broken in a known way.

Usage: test_implicit_import_faults.py PROBE ZOOFS ZOO-DIRECTORY
A rename that never returns must leave its `enter` as the last line, one that fails or lies must end
in `fail`, what breaks before a rename in `unfit`, and bytecode writing that is off must not pass for the
shape that needs it.
"""

import concurrent.futures
import os
import select
import subprocess
import sys
import time

PROBE, ZOOFS, ZOO = sys.argv[1:]
sys.path.insert(0, ZOO)

import journals  # noqa: E402  (the path is needed for the next line)
import private_mounts as mounts  # noqa: E402

NONCE = "abcdefgh12345678"
DEADLINE_S = 30
PYTHON = "/usr/bin/python3"

# fault: the last line, and the checks that must be broken
STUCK = {
    "rename-hangs-for-pycache": ("enter", "rename"),
    "rename-hangs-onto-existing": ("enter", "rename"),
    "create-excl-hangs": ("enter", "open"),
}
BROKEN = {
    "none": [],
    "rename-eexist": ["rename_returned"],
    "rename-does-nothing": ["old_gone"],
    "rename-copies": ["old_gone"],
    "rename-truncates": ["pyc_code"],
    "rename-keeps-old-content": ["pyc_header"],
    "rename-wrong-directory": ["new_there", "no_exception"],
    "rename-shown-late": ["new_there"],
    "writes-shown-late": ["setup_file"],
    "entries-listed-late": ["setup_entry"],
    "sizes-kept": [],
    "names-end-early:20": ["setup_pyc"],
    "full-after-rename": ["setup_pyc"],
}
LOSING = ("rename-truncates", "rename-keeps-old-content")


def start(directory, *flags):
    """Without the environment: it may say that no bytecode is to be written."""
    return subprocess.Popen([PYTHON, "-IS", *flags, PROBE, f"--dir={directory}",
                             f"--nonce={NONCE}", "--keep"], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE)


def read_until_stuck(probe, fuse):
    """Its lines up to the moment in which the file system says that it will not answer."""
    fuse.wait_until_stuck(DEADLINE_S)
    said = b""
    while select.select([probe.stdout], [], [], 0)[0]:
        said += os.read(probe.stdout.fileno(), 65536)
    return journals.read(said, NONCE)


def check_stuck(scratch, fault, last):
    fuse = mounts.FuseMount(ZOOFS, scratch, fault, fault)
    try:
        os.mkdir(f"{fuse.backing}/work")
        probe = start(f"{fuse.path}/work")
        lines = read_until_stuck(probe, fuse)
        assert lines[-1][:2] == last, (fault, lines[-1])
        probe.kill()
    finally:
        fuse.release()
    probe.wait(timeout=DEADLINE_S)
    probe.stdout.close()
    print(f"{fault}: {' '.join(last)}")


def check_broken(scratch, fault, wanted):
    fuse = mounts.FuseMount(ZOOFS, scratch, fault.partition(":")[0], fault)
    try:
        os.mkdir(f"{fuse.backing}/work")
        probe = start(f"{fuse.path}/work")
        said, _ = probe.communicate(timeout=DEADLINE_S)
    finally:
        fuse.release()
    lines = journals.read(said, NONCE)
    broken = [subject for event, subject, fields in lines
              if event == "check" and fields["result"] == "broken"]
    assert set(wanted) <= set(broken) and bool(wanted) == bool(broken), (fault, broken)
    late = {subject for event, subject, fields in lines if event == "check" and "late" in fields}
    lost = {subject for event, subject, fields in lines if event == "check" and "loss" in fields}
    assert late == (set(wanted) if fault.endswith("-late") else set()), (fault, late)
    assert bool(lost) == (fault in LOSING), (fault, lost)
    setup = bool(wanted) and wanted[0].startswith("setup_")
    outcome = "unfit" if setup else "fail" if wanted else "pass"
    assert (lines[-1][:2], probe.returncode) == (("end", outcome), 1 if wanted else 0), fault
    print(f"{fault}: {outcome} {' '.join(broken)}")


def check_without_writing(scratch):
    """A run without bytecode names itself so, whatever its file is called."""
    directory = scratch.subdirectory("plain")
    said, _ = start(directory, "-B").communicate(timeout=DEADLINE_S)
    lines = journals.read(said, NONCE)
    assert lines[0][:2] == ("begin", "implicit_import_b"), lines[0]
    assert ("enter", "rename") not in [line[:2] for line in lines]


def check_usage():
    for arguments in (["--dir=/tmp"], [f"--nonce={NONCE}"], ["--dir=/tmp", "--nonce=SHORT"],
                      ["--dir=/tmp", f"--nonce={NONCE}", "--nonsense"]):
        ended = subprocess.run([PYTHON, "-IS", PROBE, *arguments], capture_output=True, text=True,
                               timeout=DEADLINE_S, env={})
        assert (ended.returncode, ended.stdout) == (2, ""), ended
        assert ended.stderr.count("\n") == 1 and "usage: " in ended.stderr, ended


def check_unfit(scratch):
    directory = scratch.subdirectory("used")
    os.mkdir(f"{directory}/m")
    probe = start(directory)
    said, _ = probe.communicate(timeout=DEADLINE_S)
    assert journals.read(said, NONCE)[-1][:2] == ("end", "unfit") and probe.returncode == 1


def main():
    mounts.need_fuse()
    mounts.enter_private_namespace()
    started = time.monotonic()
    scratch = mounts.Scratch()
    try:
        check_usage()
        check_unfit(scratch)
        check_without_writing(scratch)
        for fault, last in STUCK.items():
            check_stuck(scratch, fault, last)
        with concurrent.futures.ThreadPoolExecutor(4) as pool:  # most of it is waiting
            for done in [pool.submit(check_broken, scratch, *case) for case in BROKEN.items()]:
                done.result()
    finally:
        scratch.close()
    print(f"all as expected in {time.monotonic() - started:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
