# SPDX-License-Identifier: MIT
"""What the implicit import says on file systems that are broken in a known way.

A rename that never returns must leave its `enter` as the last line, one that fails or lies must end
in `fail`, and bytecode writing that is off must not pass for the shape that needs it.
"""
import os
import select
import subprocess

import pytest

import private_mounts as mounts
from support import journals
from support.privately import privately

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


def start(probe, directory, *flags):
    """Without the environment: it may say that no bytecode is to be written."""
    return subprocess.Popen([PYTHON, "-IS", *flags, probe, f"--dir={directory}",
                             f"--nonce={NONCE}", "--keep"], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE)


def read_until_stuck(probe, fuse):
    """Its lines up to the moment in which the file system says that it will not answer."""
    fuse.wait_until_stuck(DEADLINE_S)
    said = b""
    while select.select([probe.stdout], [], [], 0)[0]:
        said += os.read(probe.stdout.fileno(), 65536)
    return journals.read(said, NONCE)


def check_stuck(scratch, probe, zoofs, fault):
    mounts.need_fuse()
    fuse = mounts.FuseMount(zoofs, scratch, fault, fault)
    try:
        os.mkdir(f"{fuse.backing}/work")
        process = start(probe, f"{fuse.path}/work")
        lines = read_until_stuck(process, fuse)
        assert lines[-1][:2] == STUCK[fault]
        process.kill()
    finally:
        fuse.release()
    process.wait(timeout=DEADLINE_S)
    process.stdout.close()


def check_broken(scratch, probe, zoofs, fault):
    mounts.need_fuse()
    fuse = mounts.FuseMount(zoofs, scratch, fault.partition(":")[0], fault)
    try:
        os.mkdir(f"{fuse.backing}/work")
        process = start(probe, f"{fuse.path}/work")
        said, _ = process.communicate(timeout=DEADLINE_S)
    finally:
        fuse.release()
    lines = journals.read(said, NONCE)
    broken = [subject for event, subject, fields in lines
              if event == "check" and fields["result"] == "broken"]
    wanted = BROKEN[fault]
    assert set(wanted) <= set(broken) and bool(wanted) == bool(broken), broken
    late = {subject for event, subject, fields in lines if event == "check" and "late" in fields}
    lost = {subject for event, subject, fields in lines if event == "check" and "loss" in fields}
    assert late == (set(wanted) if fault.endswith("-late") else set())
    assert bool(lost) == (fault in LOSING)
    setup = bool(wanted) and wanted[0].startswith("setup_")
    outcome = "unfit" if setup else "fail" if wanted else "pass"
    assert (lines[-1][:2], process.returncode) == (("end", outcome), 1 if wanted else 0)


@pytest.fixture(name="probe")
def implicit_import(build):
    return str(build.library / "probes/python3/implicit_import")


@pytest.mark.parametrize("fault", STUCK)
def test_a_call_that_never_returns_is_the_last_line(fault, build, probe):
    privately(check_stuck, probe, build.tool("zoo/zoofs"), fault)


@pytest.mark.parametrize("fault", BROKEN)
def test_what_is_broken_is_a_broken_check(fault, build, probe):
    privately(check_broken, probe, build.tool("zoo/zoofs"), fault)


def test_a_run_without_bytecode_names_itself_so_whatever_its_file_is_called(probe, tmp_path):
    said, _ = start(probe, tmp_path, "-B").communicate(timeout=DEADLINE_S)
    lines = journals.read(said, NONCE)
    assert lines[0][:2] == ("begin", "implicit_import_b"), lines[0]
    assert ("enter", "rename") not in [line[:2] for line in lines]


def test_usage_is_one_line(probe):
    for arguments in (["--dir=/tmp"], [f"--nonce={NONCE}"], ["--dir=/tmp", "--nonce=SHORT"],
                      ["--dir=/tmp", f"--nonce={NONCE}", "--nonsense"]):
        ended = subprocess.run([PYTHON, "-IS", probe, *arguments], capture_output=True, text=True,
                               timeout=DEADLINE_S, env={}, check=False)
        assert (ended.returncode, ended.stdout) == (2, ""), ended
        assert ended.stderr.count("\n") == 1 and "usage: " in ended.stderr, ended


def test_a_directory_that_was_used_is_unfit(probe, tmp_path):
    (tmp_path / "m").mkdir()
    process = start(probe, tmp_path)
    said, _ = process.communicate(timeout=DEADLINE_S)
    assert journals.read(said, NONCE)[-1][:2] == ("end", "unfit") and process.returncode == 1
