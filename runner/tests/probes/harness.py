# SPDX-License-Identifier: MIT
"""What the tests of the probes share: start one, read its journal, look at what it left behind."""
import os
import subprocess
import tempfile

import probe_journal
import pytest
from support import needs

NONCE = "k3v9x0q2"
SHAPES = ("tmp_root_sibling", "subdir_sibling", "replace_existing", "pycache_replace",
          "cross_directory", "subdir_to_root")
CONTROLS = ("control_pass", "control_fail", "control_block", "control_spin")
NATIVE = "linux-x86_64"
EXTENDED = ("directory_rename", "directory_into_itself", "replace_empty_directory",
            "replace_full_directory", "file_over_directory", "directory_over_file", "identity",
            "case_only", "dot_names", "trailing_slash", "missing_source", "missing_parent",
            "longest_name", "too_long_name", "illegal_names", "short_name_collisions",
            "open_read_handle", "open_write_handle", "open_replaced_handle",
            "dirty_replaced_handle", "rename_while_listing", "directory_growth", "thousand_renames", "full_disk",
            "full_directory", "renameat_directory", "relative_names", "unicode_names",
            "directory_into_empty_child", "missing_onto_itself", "alias_name", "large_pyc",
            "open_file_in_moved_directory", "open_sibling", "write_after_rename", "mode_and_times",
            "deep_path", "replace_baked_in", "across_mounts")
ABIS = (NATIVE, "linux-x86_64-musl", "linux-i686")
SECONDS = 30


def program(build, abi, name):
    """The command that runs a probe; i386 programs go through qemu, as kernels may lack support."""
    path = os.path.join(build.probes(abi), name)
    if not os.path.exists(path):
        pytest.skip(f"no probes for {abi} in this build (packages musl-tools, gcc-multilib)")
    if abi != "linux-i686":
        return [path]
    return [needs.program("qemu-i386", "qemu-user"), path]


def run(command, directory=None, keep=False, nonce=NONCE, env=None, **more):
    arguments = list(command)
    if directory is not None:
        arguments += [f"--dir={directory}", f"--nonce={nonce}"]
    if keep:
        arguments.append("--keep")
    return subprocess.run(arguments, env=env or {}, stdin=more.pop("stdin", subprocess.DEVNULL),
                          stdout=more.pop("stdout", subprocess.PIPE), stderr=subprocess.PIPE,
                          timeout=SECONDS, check=False, **more)


def run_probe(command, shape, directory, code, more_calls=(), **more):
    """Runs a probe that must end with this exit code, and returns its journal."""
    result = run(command, directory, **more)
    text = result.stdout.decode(errors="replace")
    assert result.stderr == b"", result.stderr
    assert result.returncode == code, f"{shape}: exit code {result.returncode}, want {code}\n{text}"
    try:
        journal = probe_journal.parse(result.stdout, more.get("nonce", NONCE), shape,
                                      more_calls=more_calls)
    except probe_journal.Bad as bad:
        raise AssertionError(f"{shape}: bad journal: {bad}\n{text}") from bad
    assert (journal.outcome == "pass") == (code == 0), text
    return journal


def offered(shape, directory):
    """Gives a shape what a target would have to offer for it; the arguments that tell the probe."""
    if shape == "replace_baked_in":
        os.makedirs(f"{directory}/m/__pycache__")
        with open(f"{directory}/m/__pycache__/m.cpython-312.pyc", "w", encoding="ascii") as file:
            file.write(f"{NONCE} {shape} baked\n")
    return ["--other=/dev/shm"] if shape == "across_mounts" else []


def tree(directory):
    """{relative path: bytes of a file, None for a directory}"""
    found = {}
    for top, directories, files in os.walk(directory):
        for name in directories:
            found[os.path.relpath(os.path.join(top, name), directory)] = None
        for name in files:
            with open(os.path.join(top, name), "rb") as file:
                found[os.path.relpath(os.path.join(top, name), directory)] = file.read()
    return found


def fresh_directory():
    return tempfile.TemporaryDirectory(prefix="ro-probe-test-")


def bytes_of(shape, label, size, nonce=NONCE):
    return probe_journal.content(nonce, shape, label, size)


def module_of(shape, nonce=NONCE):
    """The tree of a pyc write's module before its pyc."""
    return {"m": None, "m/m.py": bytes_of(shape, "module", 500, nonce), "m/__pycache__": None}


def left_by(shape, nonce=NONCE):
    """The tree that each shape leaves behind with --keep, as its specification says."""
    source = bytes_of(shape, "source", 3000, nonce)
    return {
        "tmp_root_sibling": {"b": source},
        "subdir_sibling": {"s": None, "s/b": source},
        "replace_existing": {"r": None, "r/old": source},
        "pycache_replace": module_of(shape, nonce) | {
                            "m/__pycache__/m.cpython-312.pyc": bytes_of(shape, "second", 3000, nonce)},
        "cross_directory": {"x": None, "y": None, "y/b": source},
        "subdir_to_root": {"u": None, "b": source},
        "control_pass": {"a": source},
        "control_fail": {"a": source},
        "control_block": {},
        "control_spin": {},
    }[shape]
