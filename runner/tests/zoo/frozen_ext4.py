#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A small ext4 on a loop device that a test can freeze, and that is thawed whatever happens.

A frozen file system can't be left to the kernel: it stays frozen when its mount namespace goes, its
last user is killed or its loop device is detached. So a keeper does nothing but wait for the end of
the test; it is no child of it and in no session with it, so that not even a kill of the test's whole
tree reaches it. It thaws the file system over a descriptor that it has had since before the freeze
(on a frozen file system, opening something may already be too late), lets go of the mount and ends.
The loop device detaches itself when its file system is gone.

As a program: frozen_ext4.py [--thawed] COMMAND [ARGUMENT...], with {} for the mount point, runs the
command in a mount namespace of its own on such a file system, frozen unless told otherwise, and
exits with its exit code. Needs root; exits with 77 and says what is missing where it can't be had.
"""

import ctypes
import fcntl
import os
import select
import signal
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import private_mounts as mounts  # noqa: E402  (the directory of this file is not on the path before)

FIFREEZE, FITHAW = 0xC0045877, 0xC0045878
SIZE = 32 << 20
_PR_SET_NAME = 15


def need_frozen_ext4():
    if os.geteuid() != 0:
        mounts.skip("root, which loop devices and fsfreeze need")
    if not os.path.exists("/dev/loop-control"):
        mounts.skip("/dev/loop-control; it comes with the kernel's module loop")
    mounts.find_program("mkfs.ext4")


class FrozenExt4:
    """A mounted ext4 of 32 MB, not yet frozen; for use in a private mount namespace. In a `with`,
    it is released at the end."""

    def __init__(self, scratch, name):
        self.path = scratch.subdirectory(name)
        self._image = os.path.join(scratch.path, f"{name}.image")
        self._directory = self._keeper = -1
        with open(self._image, "wb") as image:
            image.truncate(SIZE)
        mkfs = mounts.find_program("mkfs.ext4")
        subprocess.run([mkfs, "-q", "-F", self._image], check=True, timeout=60)
        mounted = subprocess.run(["mount", "-o", "loop", self._image, self.path], timeout=60,
                                 capture_output=True, text=True)
        if mounted.returncode != 0:
            mounts.skip(f"a loop-mounted ext4 ({mounted.stderr.strip()})")
        try:
            self._directory = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
            self._keeper = start_keeper(self._directory, self.path)
        except BaseException:
            self.release()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.release()

    def freeze(self):
        fcntl.ioctl(self._directory, FIFREEZE, 0)

    def thaw(self):
        thaw(self._directory)

    def release(self):
        """Thaws, unmounts and ends the keeper; raises when the loop device stays in use."""
        if self._directory >= 0:
            self.thaw()
            os.close(self._directory)
            self._directory = -1
        mounts.detach(self.path)
        if self._keeper >= 0:
            signal.pidfd_send_signal(self._keeper, signal.SIGKILL)
            ended, _, _ = select.select([self._keeper], [], [], 10)
            os.close(self._keeper)
            self._keeper = -1
            if not ended:
                raise RuntimeError("the keeper of a frozen file system did not end")


def thaw(directory):
    try:
        fcntl.ioctl(directory, FITHAW, 0)
    except OSError:
        pass  # not frozen


def start_keeper(directory, path):
    """Starts the keeper of this process; returns a pidfd of it. It is no child of ours, and we must
    not adopt it: who kills all of ours must not find it."""
    owner = os.pidfd_open(os.getpid())
    reading, writing = os.pipe()
    adopting = mounts.adopt_orphans(False)
    child = os.fork()
    if child == 0:
        if os.fork() != 0:
            os._exit(0)
        os.setsid()
        os.write(writing, f"{os.getpid()}\n".encode())
        keep(owner, directory, path)
    os.close(writing)
    os.close(owner)
    os.waitpid(child, 0)
    mounts.adopt_orphans(adopting)
    keeper = os.pidfd_open(int(os.read(reading, 32)))
    os.close(reading)
    return keeper


def keep(owner, directory, path):
    """Waits for the end of the owner, puts everything right and ends."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(_PR_SET_NAME, b"ext4-keeper", 0, 0, 0)
    null = os.open("/dev/null", os.O_RDWR)
    for fd in range(3):
        os.dup2(null, fd)  # nobody must wait for the end of our output
    os.chdir("/")
    select.select([owner], [], [])  # a test lives for as long as ctest lets it
    thaw(directory)
    try:
        mounts.detach(path)
    finally:
        os._exit(0)


def main(arguments):
    frozen = arguments[:1] != ["--thawed"]
    command = arguments if frozen else arguments[1:]
    if not command:
        print("usage: frozen_ext4.py [--thawed] COMMAND [ARGUMENT...], {} is the mount point",
              file=sys.stderr)
        return 2
    need_frozen_ext4()
    mounts.enter_private_namespace()
    scratch = mounts.Scratch()
    try:
        with FrozenExt4(scratch, "ext4") as ext4:
            if frozen:
                ext4.freeze()
            return subprocess.run([word.replace("{}", ext4.path) for word in command]).returncode
    finally:
        scratch.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
