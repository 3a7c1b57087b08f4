# SPDX-License-Identifier: MIT
"""The worker of a run makes no call on --root, TMPDIR, --output, a console file, or what is read before the
first cell, at no moment; and one of these that does not answer is one line and exit code 2, soon.

The zoo's file system writes down who calls it.
"""
import os
import shutil
import signal
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


def nobody_calls(scratch, oracle, zoofs, probes):
    mounts.need_fuse()
    callers = f"{oracle.scratch}/callers"
    mount = mounts.FuseMount(zoofs, scratch, "calls", "none", f"--callers={callers}")
    shutil.copytree(probes, f"{mount.backing}/probes", copy_function=shutil.copy)
    try:
        into_file = oracle.descriptor(
            "into-file", console={"file": "{cell}/console"}, budgets=BUDGETS,
            launch={"argv": ["/bin/sh", "-c", 'exec "$@" > "$0"', "{cell}/console", "{probe}",
                             "--dir={work}", "--nonce={nonce}", "--keep"], "directory": "/"})
        shutil.move(into_file, f"{mount.path}/into-file.json")
        process = start(oracle, mount.path, "-t", f"{mount.path}/into-file.json", "--root", mount.path,
                        "--probes", f"{mount.path}/probes")
        ours = [process.pid]
        while process.poll() is None and len(ours) < 3:  # the guardian, and the worker
            ours += children(ours[-1])[:1]
        _, said = process.communicate(timeout=DEADLINE_S)
        assert process.returncode == 0 and len(ours) == 3, (process.returncode, ours, said)
        with open(callers, encoding="ascii") as file:
            called = {int(line) for line in file}
        assert len(called) > 10, ("nobody was written down:", called)
        assert not called & set(ours), ("called by", called & set(ours), "of", ours)
        left = set(os.listdir(mount.backing)) - {"into-file.json", "probes"}
        assert left == {"results"}, ("left:", left)
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


def none_can_be_read(scratch, oracle, zoofs, probes):
    """Put there behind the mount, so that the kernel has none of it in its cache."""
    mounts.need_fuse()
    mount = mounts.FuseMount(zoofs, scratch, "unread", "read-hangs-after-rename")
    backing, path, temporary = f"{mount.backing}/w", f"{mount.path}/w", f"{oracle.scratch}/tmp"
    shutil.copytree(probes, f"{backing}/probes", copy_function=shutil.copy)
    shutil.move(oracle.descriptor("unread"), f"{backing}/unread.json")
    os.makedirs(f"{backing}/release/bin")
    for name in ("release/bin/nanvixd.elf", "release/manifest.json", "key"):
        with open(f"{backing}/{name}", "w", encoding="ascii") as file:
            file.write("{}\n")
    os.chmod(f"{backing}/key", 0o600)
    os.mkdir(temporary)
    native = ["-t", "native", "-s", "tmp_root_sibling", "--no-controls"]
    try:
        os.mkdir(f"{path}/a")
        os.rename(f"{path}/a", f"{path}/b")
        runs = {what: subprocess.Popen(oracle.command(*arguments, "-q"), stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                       env={**os.environ, "TMPDIR": temporary})
                for what, arguments in {
                    "the descriptor of": ["-t", f"{path}/unread.json"],
                    "the probes of": [*native, "--probes", f"{path}/probes"],
                    "the release of": ["--nanvix", f"{path}/release"],
                    "the key of": [*native, "--sign", f"{path}/key"],
                    "interrupted": ["-t", f"{path}/unread.json"]}.items()}
        for _ in runs:
            mount.wait_until_stuck()
        interrupted = runs.pop("interrupted")
        interrupted.send_signal(signal.SIGINT)
        _, said = interrupted.communicate(timeout=DEADLINE_S)
        assert interrupted.returncode == 130 and said == "rename-oracle: interrupted\n", said
        for what, process in runs.items():
            _, said = process.communicate(timeout=DEADLINE_S)
            assert process.returncode == 2 and len(said.splitlines()) == 1, (what, said)
            assert "did not answer" in said, (what, said)
            # Who asks for a signature waits as long himself: either of the two may say so.
            assert what in said or (what == "the key of" and "ssh-keygen" in said), (what, said)
        assert not os.listdir(temporary), os.listdir(temporary)
    finally:
        mount.release()


def test_the_worker_makes_no_call_where_one_may_hang(oracle, build):
    privately(nobody_calls, oracle, build.tool("zoo/zoofs"), build.probes("linux-x86_64"))


def test_what_is_read_before_the_first_cell_and_does_not_answer_is_one_line(oracle, build):
    privately(none_can_be_read, oracle, build.tool("zoo/zoofs"), build.probes("linux-x86_64"))


@pytest.mark.parametrize("fault, which", [("write-hangs", "output"), ("create-excl-hangs", "scratch")])
def test_a_directory_that_does_not_answer_is_one_line(fault, which, oracle, build):
    privately(one_that_is_stuck, oracle, build.tool("zoo/zoofs"), fault, which)
