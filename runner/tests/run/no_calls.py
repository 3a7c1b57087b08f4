#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The worker of a run makes no call on --root, TMPDIR or --output, at no moment of it; and an output or
scratch directory that does not answer is one line and exit code 2, soon.

The zoo's file system writes down who calls it.

Usage: no_calls.py RENAME_ORACLE ZOOFS ZOO-DIRECTORY. Exit codes: 0 all right, 1 something is not, 77
skipped.
"""

import os
import subprocess
import sys
import time

from killed import children
from oracle import DEADLINE_S, Oracle, expect

# The 5 s for which nothing moves; the rest is for a busy machine.
SOON_S = 60


def start(oracle, directory, *arguments):
    command = oracle.command("-t", "native", *arguments)
    command[command.index("-o") + 1] = f"{directory}/results"
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, text=True,
                            env={**os.environ, "TMPDIR": directory})


def nobody_calls(oracle, mounts, zoofs, scratch):
    callers = f"{oracle.scratch}/callers"
    mount = mounts.FuseMount(zoofs, scratch, "calls", "none", f"--callers={callers}")
    try:
        process = start(oracle, mount.path, "--root", mount.path, "--control-step-budget", "0.5")
        ours = [process.pid]
        while process.poll() is None and len(ours) < 3:  # the guardian, and the worker
            ours += children(ours[-1])[:1]
        _, said = process.communicate(timeout=DEADLINE_S)
        expect(process.returncode == 0 and len(ours) == 3, process.returncode, ours, said)
        with open(callers, encoding="ascii") as file:
            called = {int(line) for line in file}
        expect(len(called) > 10, "nobody was written down:", called)
        expect(not called & set(ours), "called by", called & set(ours), "of", ours)
        expect(os.listdir(mount.backing) == ["results"], "left:", os.listdir(mount.backing))
        print(f"{len(called)} processes called, none of {ours}")
    finally:
        mount.release()


def one_that_is_stuck(oracle, mounts, zoofs, scratch, fault, which):
    mount = mounts.FuseMount(zoofs, scratch, f"{fault}-{which}", fault)
    try:
        began = time.monotonic()
        command = oracle.command("-t", "native", "-s", "tmp_root_sibling", "--no-controls", "-q")
        environment = dict(os.environ)
        if which == "output":
            command[command.index("-o") + 1] = f"{mount.path}/results"
        else:
            environment["TMPDIR"] = mount.path
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=DEADLINE_S, check=False, env=environment)
        took = time.monotonic() - began
        expect(done.returncode == 2 and len(done.stderr.splitlines()) == 1, done)
        expect("did not answer" in done.stderr, done.stderr)
        expect(took < SOON_S, f"{took:.1f} s")
        print(f"{fault}, {which}: {took:.1f} s, {done.stderr.strip()}")
    finally:
        mount.release()


def main():
    sys.path.insert(0, sys.argv[3])
    import private_mounts as mounts  # (its directory is not on the path before)
    mounts.enter_private_namespace()
    mounts.need_fuse()
    scratch = mounts.Scratch()
    try:
        with Oracle(sys.argv[1]) as oracle:
            nobody_calls(oracle, mounts, sys.argv[2], scratch)
            one_that_is_stuck(oracle, mounts, sys.argv[2], scratch, "write-hangs", "output")
            one_that_is_stuck(oracle, mounts, sys.argv[2], scratch, "create-excl-hangs", "scratch")
    finally:
        scratch.close()


if __name__ == "__main__":
    main()
