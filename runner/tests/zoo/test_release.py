# SPDX-License-Identifier: MIT
"""What releases a rename that zoofs never answers, and what does not.

SIGKILL to the caller does not, nor does a lazy unmount; aborting the connection does with the daemon
alive, and so does killing the daemon. The same for a daemon that died while another process kept its
connection open. One that on_zoofs started tells of its death where the caller's errors go.
"""
import os
import signal
import subprocess
import sys

import pytest

import private_mounts as mounts
from support.privately import privately

DEADLINE_S = 20
RENAME = """import errno, os, sys
try:
    os.rename(sys.argv[1] + "/a", sys.argv[1] + "/b")
except OSError as problem:
    sys.exit(problem.errno)
"""


class StuckRename:
    """A process in a rename on a mount, and when the request is out for ever."""

    def __init__(self, zoofs, scratch, name, fault):
        self.mount = mounts.FuseMount(zoofs, scratch, name, fault, "--depth=0")
        with open(f"{self.mount.backing}/a", "w", encoding="ascii") as file:
            file.write("content")
        self.process = subprocess.Popen([sys.executable, "-c", RENAME, self.mount.path])
        if fault == "daemon-dies-silently":
            self.mount.daemon.wait(timeout=DEADLINE_S)
        else:
            self.mount.wait_until_stuck()

    def is_out(self):
        """Whether it stays out for long enough to tell."""
        try:
            self.process.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            return True
        return False

    def status(self):
        return self.process.wait(timeout=DEADLINE_S)


def released_by_abort(scratch, zoofs):
    stuck = StuckRename(zoofs, scratch, "abort", "rename-hangs")
    assert stuck.is_out()
    if not stuck.mount.abort(scratch):
        stuck.mount.release()
        pytest.skip("fusectl, which needs root")
    assert stuck.status() == 103, stuck.status()  # ECONNABORTED
    assert stuck.mount.daemon.poll() is None, "the daemon ended"
    stuck.mount.release()
    mounts.detach(f"{scratch.path}/fusectl")


def released_by_death(scratch, zoofs):
    stuck = StuckRename(zoofs, scratch, "death", "rename-hangs")
    stuck.process.kill()
    assert stuck.is_out(), "SIGKILL ended the caller"
    mounts.detach(stuck.mount.path)
    assert stuck.is_out(), "a lazy unmount ended the caller"
    os.kill(stuck.mount.daemon.pid, signal.SIGKILL)
    assert stuck.status() == -signal.SIGKILL
    stuck.mount.release()


def not_released_by_silent_death(scratch, zoofs):
    stuck = StuckRename(zoofs, scratch, "silent", "daemon-dies-silently")
    assert stuck.mount.daemon.returncode == -signal.SIGABRT
    assert "the daemon dies in the rename of /a" in stuck.mount.log()
    assert stuck.is_out(), "somebody noticed the daemon's death"
    stuck.mount.release()
    assert stuck.status() == 103, stuck.status()


def daemon_tells_of_its_death(scratch, zoofs, on_zoofs):
    backing, path = scratch.subdirectory("tree-backing"), scratch.subdirectory("tree")
    with open(f"{backing}/a", "w", encoding="ascii") as file:
        file.write("content")
    ended = subprocess.run([on_zoofs, zoofs, "daemon-dies", backing, path,
                            sys.executable, "-c", RENAME, path],
                           stderr=subprocess.PIPE, text=True, timeout=DEADLINE_S)
    assert ended.returncode == 103, ended
    assert "the daemon dies in the rename of /a" in ended.stderr, ended
    mounts.detach(path)


@pytest.mark.parametrize("story", [released_by_death, not_released_by_silent_death, released_by_abort],
                         ids=lambda story: story.__name__)
def test_a_rename_that_is_never_answered_is(story, build):
    mounts.need_fuse()
    privately(story, build.tool("zoo/zoofs"))


def test_a_daemon_tells_of_its_death_where_the_callers_errors_go(build):
    mounts.need_fuse()
    privately(daemon_tells_of_its_death, build.tool("zoo/zoofs"), build.tool("zoo/on_zoofs"))
