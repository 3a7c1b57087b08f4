# SPDX-License-Identifier: MIT
"""A launcher that writes the guest's console into a file: a process apart reads it, as the file system
that it is on may not answer. What it can't read makes the cell an `error`, never a hang or a pass."""
import os
import signal
import subprocess
import time

import private_mounts as mounts
from support.build import DEADLINE_S
from support.lives import children, wait_for
from support.privately import privately

# One wait for the console and one for the clearing away; the rest is for a busy machine.
SOON_S = 60


def into_file(oracle, name, console, script):
    """A target whose console is that file, which a script writes that gets its path and the probe."""
    work = "{cell}/work"
    return oracle.descriptor(
        name, console={"file": console}, prepare=[{"make_directory": work}], cleanup=[],
        guest={"directory": work, "abi": "linux-x86_64"}, host_view={"kind": "directory", "path": work},
        launch={"argv": ["/bin/sh", "-c", script, console, "{probe}", "--dir={work}",
                         "--nonce={nonce}", "--keep"], "directory": "/"})


def run(oracle, *arguments):
    began = time.monotonic()
    code, _, said = oracle.run("-s", "tmp_root_sibling", "--no-controls", *arguments)
    document, = oracle.documents().values()
    cell, = document["cells"]
    return code, said, cell, time.monotonic() - began


def test_a_last_line_just_before_the_end_is_heard(oracle):
    """Written in one piece, once all is over: the wait for it ends with the program."""
    target = into_file(oracle, "late", "{cell}/console", 'said=$("$@"); code=$?; echo "$said" > "$0"; exit $code')
    code, said, cell, _ = run(oracle, "-t", target, "-n", "1")
    assert (code, cell["verdict"]) == (0, "pass"), (code, said, cell)


def never_read(scratch, oracle, zoofs):
    """Written behind the mount, so that the kernel has none of it in its cache."""
    mounts.need_fuse()
    mount = mounts.FuseMount(zoofs, scratch, "console", "read-hangs-after-rename")
    try:
        os.makedirs(f"{mount.path}/w/a")
        os.rename(f"{mount.path}/w/a", f"{mount.path}/w/b")
        target = into_file(oracle, "unread", f"{mount.path}/w/console",
                           f'exec "$@" > {mount.backing}/w/console')
        code, said, cell, took = run(oracle, "-t", target)
        assert code == 1 and cell["verdict"] == "error", (code, said, cell)
        assert "the console file cannot be read: the file system did not answer" in cell["reason"], cell
        assert took < SOON_S, f"{took:.1f} s"
    finally:
        mount.release()


def test_a_console_that_cannot_be_read_is_an_error(oracle, build):
    privately(never_read, oracle, build.tool("zoo/zoofs"))


def test_without_its_reader_a_cell_is_an_error(oracle):
    target = into_file(oracle, "alone", "{cell}/console", 'echo x > "$0"; exec sleep 60')
    process = subprocess.Popen(oracle.command("-t", target, "-s", "tmp_root_sibling", "--no-controls",
                                              "-q", "--boot-budget", "1"), stdin=subprocess.DEVNULL)
    wait_for(lambda: reader_below(process.pid, oracle) or process.poll() is not None, "nobody reads")
    os.kill(reader_below(process.pid, oracle), signal.SIGKILL)
    assert process.wait(timeout=DEADLINE_S) == 1
    cell, = oracle.documents()["alone"]["cells"]
    assert cell["verdict"] == "error" and "who reads it has ended" in cell["reason"], cell


def reader_below(front, oracle):
    """The process that has a console file open, of those that the worker has started."""
    try:
        worker, = children(*children(front))
        for pid in children(worker):
            for fd in os.listdir(f"/proc/{pid}/fd"):
                path = os.readlink(f"/proc/{pid}/fd/{fd}")
                if path.endswith("/console") and os.readlink(f"/proc/{pid}/exe") == \
                        os.path.realpath(oracle.program):
                    return pid
    except (OSError, TypeError, ValueError):  # not yet
        pass
    return None
