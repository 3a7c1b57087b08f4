#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What releases a rename that zoofs never answers, and what does not.

SIGKILL to the caller does not, nor does a lazy unmount; aborting the connection does with the daemon
alive, and so does killing the daemon. The same for a daemon that died while another process kept its
connection open. One that on_zoofs started tells of its death where the caller's errors go.

Usage: test_release.py ZOOFS ON_ZOOFS. Exit codes: 0 so it is, 1 it is not, 77 skipped.
"""

import os
import signal
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import private_mounts as mounts  # noqa: E402  (the directory of this file is not on the path before)

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


def released_by_abort(zoofs, scratch):
    stuck = StuckRename(zoofs, scratch, "abort", "rename-hangs")
    assert stuck.is_out()
    if not stuck.mount.abort(scratch):
        mounts.skip("fusectl, which needs root")
    assert stuck.status() == 103, stuck.status()  # ECONNABORTED
    assert stuck.mount.daemon.poll() is None, "the daemon ended"
    stuck.mount.release()


def released_by_death(zoofs, scratch):
    stuck = StuckRename(zoofs, scratch, "death", "rename-hangs")
    stuck.process.kill()
    assert stuck.is_out(), "SIGKILL ended the caller"
    mounts.detach(stuck.mount.path)
    assert stuck.is_out(), "a lazy unmount ended the caller"
    os.kill(stuck.mount.daemon.pid, signal.SIGKILL)
    assert stuck.status() == -signal.SIGKILL
    stuck.mount.release()


def not_released_by_silent_death(zoofs, scratch):
    stuck = StuckRename(zoofs, scratch, "silent", "daemon-dies-silently")
    assert stuck.mount.daemon.returncode == -signal.SIGABRT
    assert "the daemon dies in the rename of /a" in stuck.mount.log()
    assert stuck.is_out(), "somebody noticed the daemon's death"
    stuck.mount.release()
    assert stuck.status() == 103, stuck.status()


def daemon_tells_of_its_death(zoofs, on_zoofs, scratch):
    backing, path = scratch.subdirectory("tree-backing"), scratch.subdirectory("tree")
    with open(f"{backing}/a", "w", encoding="ascii") as file:
        file.write("content")
    ended = subprocess.run([on_zoofs, zoofs, "daemon-dies", backing, path,
                            sys.executable, "-c", RENAME, path],
                           stderr=subprocess.PIPE, text=True, timeout=DEADLINE_S)
    assert ended.returncode == 103, ended
    assert "the daemon dies in the rename of /a" in ended.stderr, ended
    mounts.detach(path)


def main(zoofs, on_zoofs):
    mounts.enter_private_namespace()
    mounts.need_fuse()
    scratch = mounts.Scratch()
    try:
        released_by_death(zoofs, scratch)
        not_released_by_silent_death(zoofs, scratch)
        daemon_tells_of_its_death(zoofs, on_zoofs, scratch)
        released_by_abort(zoofs, scratch)
        left = mounts.wait_until_gone(scratch.path, DEADLINE_S)
        assert not left, left
    finally:
        scratch.close()
    print("released by an abort and by the daemon's death, not by a kill, not by an unmount")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
