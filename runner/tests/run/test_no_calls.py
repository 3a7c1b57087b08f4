# SPDX-License-Identifier: MIT
"""The worker of a run makes no call on --root, TMPDIR, --output or a console file, at no moment; and an
output or scratch directory that does not answer is one line and exit code 2, soon.

The zoo's file system writes down who calls it.
"""
import os
import subprocess
import time

import pytest

import private_mounts as mounts
from support.build import DEADLINE_S
from support.lives import children
from support.privately import privately

# The 5 s for which nothing moves; the rest is for a busy machine.
SOON_S = 60
BUDGETS = {"boot": 30, "step": 30, "control_step": 0.5, "exit": 30, "total": 120, "grace": 1}


def start(oracle, directory, *arguments):
    command = oracle.command("-t", "native", *arguments)
    command[command.index("-o") + 1] = f"{directory}/results"
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, text=True,
                            env={**os.environ, "TMPDIR": directory})


def nobody_calls(scratch, oracle, zoofs):
    mounts.need_fuse()
    callers = f"{oracle.scratch}/callers"
    mount = mounts.FuseMount(zoofs, scratch, "calls", "none", f"--callers={callers}")
    try:
        into_file = oracle.descriptor(
            "into-file", console={"file": "{cell}/console"}, budgets=BUDGETS,
            launch={"argv": ["/bin/sh", "-c", 'exec "$@" > "$0"', "{cell}/console", "{probe}",
                             "--dir={work}", "--nonce={nonce}", "--keep"], "directory": "/"})
        process = start(oracle, mount.path, "-t", into_file, "--root", mount.path)
        ours = [process.pid]
        while process.poll() is None and len(ours) < 3:  # the guardian, and the worker
            ours += children(ours[-1])[:1]
        _, said = process.communicate(timeout=DEADLINE_S)
        assert process.returncode == 0 and len(ours) == 3, (process.returncode, ours, said)
        with open(callers, encoding="ascii") as file:
            called = {int(line) for line in file}
        assert len(called) > 10, ("nobody was written down:", called)
        assert not called & set(ours), ("called by", called & set(ours), "of", ours)
        assert os.listdir(mount.backing) == ["results"], ("left:", os.listdir(mount.backing))
    finally:
        mount.release()


def one_that_is_stuck(scratch, oracle, zoofs, fault, which):
    mounts.need_fuse()
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
        assert done.returncode == 2 and len(done.stderr.splitlines()) == 1, done
        assert "did not answer" in done.stderr, done.stderr
        assert took < SOON_S, f"{took:.1f} s"
    finally:
        mount.release()


def test_the_worker_makes_no_call_where_one_may_hang(oracle, build):
    privately(nobody_calls, oracle, build.tool("zoo/zoofs"))


@pytest.mark.parametrize("fault, which", [("write-hangs", "output"), ("create-excl-hangs", "scratch")])
def test_a_directory_that_does_not_answer_is_one_line(fault, which, oracle, build):
    privately(one_that_is_stuck, oracle, build.tool("zoo/zoofs"), fault, which)
