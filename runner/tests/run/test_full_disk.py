# SPDX-License-Identifier: MIT
"""A full disk under the output directory is one clear line and exit code 2, whichever write or new
file it is that finds no room. What was finished stays: every line of a spool is a whole cell; a
document is whole or not there, and of the cells before the failure none is missing.

The disk is a tmpfs in a mount namespace of its own, which is gone with the process. It gets one page
more, or one inode more, from run to run, until a run comes through; so each write that takes a page
and each file and directory that is made is the one that fails in some run.
"""
import glob
import json
import os
import resource
import subprocess

import pytest

from oracle import validator
from support import needs
from support.build import DEADLINE_S

PAGE = resource.getpagesize()
MOST = 60
SHAPES = ("tmp_root_sibling", "pycache_replace")


def in_namespace(oracle, options):
    """Runs native into a disk with those options and copies what is on it out; returns the result."""
    disk, saved = f"{oracle.scratch}/disk", f"{oracle.scratch}/saved-{options}"
    os.makedirs(disk, exist_ok=True)
    os.makedirs(saved)
    script = ('mount -t tmpfs -o "$3" tmpfs "$1" || exit 77; d=$1; s=$2; shift 3; "$@"; '
              'code=$?; cp -a "$d/." "$s/"; exit $code')
    command = [oracle.program, "run", "-t", "native", "-n", "1", "-j", "1", "--no-controls",
               "-o", disk, *(word for shape in SHAPES for word in ("-s", shape))]
    return saved, subprocess.run(["unshare", "-m", "/bin/sh", "-c", script, "sh", disk, saved, options,
                                  *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, text=True, timeout=DEADLINE_S, check=False)


def saved_cells(saved):
    """The verdicts of the shapes that are told of on the disk, all of it being well-formed."""
    check, cells = validator(), []
    for path in glob.glob(f"{saved}/*/*.json"):
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        check.validate(document)
        cells += document["cells"]
    for path in glob.glob(f"{saved}/*/.*.cells"):
        with open(path, encoding="utf-8") as file:
            cells += [json.loads(line) for line in file]
    for cell in cells:
        # An attempt whose output could not be kept is none that can be judged.
        assert cell["verdict"] == "pass" or (
            cell["verdict"] == "error" and "No space left" in cell["reason"]), cell
    return {cell["shape"]: cell["verdict"] for cell in cells}


def announced_cells(out):
    """The verdicts that were printed, which is done once they are on the disk."""
    return {line.split()[2]: line.split()[0] for line in out.splitlines()
            if line.startswith(("pass ", "error ")) and "#1" in line}


def sweep(oracle, option, unit):
    """One more of what there is too little of, run by run. Returns how many runs failed."""
    for count in range(1, MOST):
        saved, done = in_namespace(oracle, option.format(count * unit))
        cells = saved_cells(saved)
        print(f"{option.format(count * unit)}: exit code {done.returncode}, {cells}: "
              f"{done.stderr.strip()}")
        assert done.returncode != 77, "the tmpfs could not be mounted"
        announced = announced_cells(done.stdout)
        assert announced.items() <= cells.items(), ("lost", announced, cells)
        empty = [path for path in glob.glob(f"{saved}/*/.*") if os.path.getsize(path) == 0]
        assert not empty, ("a spool with nothing in it, or a lock:", empty)
        if done.returncode == 0:
            assert announced == cells == dict.fromkeys(SHAPES, "pass"), (announced, cells)
            return count - 1
        assert done.returncode == 2, ("exit code", done.returncode)
        assert len(done.stderr.splitlines()) == 1, done.stderr
        assert "No space left" in done.stderr, done.stderr
    raise AssertionError("no disk was large enough")


@pytest.mark.sanitize
@pytest.mark.parametrize("option, unit", [("size={}", PAGE), ("nr_inodes={}", 1)])
def test_whatever_finds_no_room_the_run_says_so_and_loses_nothing(option, unit, oracle):
    needs.root("to mount a small tmpfs")
    assert sweep(oracle, option, unit) >= 5, "too few writes and files were tried"
