#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A full disk under the output directory is one clear line and exit code 2.

The disk is a tmpfs of a few pages in a mount namespace of its own, which is gone with the process.
What was finished stays readable: every line of a spool is a whole cell; no document is half there.

Usage: full_disk.py RENAME_ORACLE
"""

import glob
import json
import os
import subprocess
import sys

from oracle import DEADLINE_S, Oracle, expect, validator

SIZES = ("16k", "64k", "96k", "128k", "160k", "256k")


def in_namespace(oracle, size):
    """Runs native into a disk of that size and copies what is on it out; returns the result."""
    disk, saved = f"{oracle.scratch}/disk", f"{oracle.scratch}/saved-{size}"
    os.makedirs(disk, exist_ok=True)
    os.makedirs(saved)
    script = (f'mount -t tmpfs -o size={size} tmpfs "$1" || exit 77; d=$1; s=$2; shift 2; "$@"; '
              'code=$?; cp -a "$d/." "$s/"; exit $code')
    command = [oracle.program, "run", "-t", "native", "-n", "3", "-q", "--no-controls", "-o", disk]
    return saved, subprocess.run(["unshare", "-m", "/bin/sh", "-c", script, "sh", disk, saved,
                                  *command], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                 text=True, timeout=DEADLINE_S, check=False)


def check_saved(saved):
    check, cells = validator(), 0
    for path in glob.glob(f"{saved}/*/*.json"):
        with open(path, encoding="utf-8") as file:
            check.validate(json.load(file))
    for path in glob.glob(f"{saved}/*/.*.cells"):
        with open(path, encoding="utf-8") as file:
            cells += len([json.loads(line) for line in file])
    return cells


def main():
    if os.geteuid() != 0:
        print("SKIPPED: needs root to mount a small tmpfs")
        sys.exit(77)
    failures = 0
    with Oracle(sys.argv[1]) as oracle:
        for size in SIZES:
            saved, done = in_namespace(oracle, size)
            cells = check_saved(saved)
            print(f"{size}: exit code {done.returncode}, {cells} cells in spools: {done.stderr}")
            expect(done.returncode != 77, "the tmpfs could not be mounted")
            if done.returncode == 0:
                continue
            failures += 1
            expect(done.returncode == 2, "exit code", done.returncode)
            expect(len(done.stderr.splitlines()) == 1, done.stderr)
            expect("No space left" in done.stderr, done.stderr)
        expect(failures > 0, "no disk was small enough to be full")


if __name__ == "__main__":
    main()
