# SPDX-License-Identifier: MIT
"""Mounts that cannot outlive the test that made them.

A test that mounts something strange may be killed at any time, also by SIGKILL and with all its
children. So nothing here depends on clean-up code being reached: the test runs in a mount namespace
of its own, which the kernel takes down, mounts and all, with the last process in it; its files are
on a tmpfs in that namespace; and the daemons ask the kernel to be killed when the test ends
(zoofs --parent), which releases every process that waits for them. What clean-up code there is only
makes it sooner, and checks that nothing is left.
"""

import ctypes
import errno
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SKIP = 77
_MARK = "ZOO_PRIVATE_MOUNTS"
_MS_NOSUID, _MS_NODEV, _MNT_DETACH = 2, 4, 2
_PR_SET_CHILD_SUBREAPER, _PR_GET_CHILD_SUBREAPER = 36, 37
_libc = ctypes.CDLL(None, use_errno=True)


def skip(missing):
    """Ends the test as skipped, with a line that names what is missing."""
    print(f"SKIPPED: {missing}", flush=True)
    sys.exit(SKIP)


def enter_private_namespace():
    """Starts this program again in a mount namespace of its own; returns only there. Without root
    it is the root of a user namespace. Skips the test where the machine allows neither."""
    if os.environ.get(_MARK) == str(os.getpid()):
        return
    unshare = ["unshare", "--mount", "--propagation", "private"]
    if os.geteuid() != 0:
        unshare += ["--user", "--map-root-user"]
    tried = subprocess.run(unshare + ["true"], capture_output=True, text=True, timeout=20)
    if tried.returncode != 0:
        skip(f"a mount namespace ({tried.stderr.strip()})")
    os.environ[_MARK] = str(os.getpid())  # exec keeps the pid, a child's would be another
    os.execvp(unshare[0], unshare + [sys.executable] + sys.argv)


def mount(source, directory, kind, flags=0, data=""):
    if _libc.mount(source.encode(), directory.encode(), kind.encode(), flags, data.encode()) != 0:
        raise OSError(ctypes.get_errno(), f"{directory}: can't mount a {kind}")


def detach(directory):
    """Takes a mount out of the namespace without asking its file system anything."""
    if _libc.umount2(directory.encode(), _MNT_DETACH) != 0:
        number = ctypes.get_errno()
        if number not in (errno.EINVAL, errno.ENOENT):
            raise OSError(number, f"{directory}: can't unmount")


class Scratch:
    """A directory in memory, which is gone with the namespace."""

    def __init__(self, directory=None):
        self._made = directory is None
        self.path = os.path.realpath(directory or tempfile.mkdtemp(prefix="zoo-"))
        mount("zoo", self.path, "tmpfs", _MS_NOSUID | _MS_NODEV, "mode=0755")

    def subdirectory(self, name):
        path = os.path.join(self.path, name)
        os.makedirs(path)
        return path

    def close(self):
        detach(self.path)
        if self._made:
            os.rmdir(self.path)


def need_fuse():
    """Skips the test where FUSE is not to be had."""
    try:
        os.close(os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC))
    except OSError as problem:
        skip(f"/dev/fuse ({problem.strerror}); it comes with the kernel's module fuse")


def need_hosted():
    """Skips the test where a hosted guest's file server can't be had: FUSE in a mount namespace."""
    need_fuse()
    unshare = [find_program("unshare"), "--mount"] + ["--user"] * (os.geteuid() != 0)
    if subprocess.run([*unshare, "true"], check=False, timeout=20).returncode != 0:
        skip("a mount namespace")


class FuseMount:
    """One mounted zoofs.

    `release` ends every request that is out, in the order that leaves nothing behind: the daemon
    first, with whatever process holds its connection open, then the connection, then the mount.
    """

    def __init__(self, zoofs, scratch, name, fault, *options):
        self.backing = scratch.subdirectory(f"backing-{name}")
        self.path = scratch.subdirectory(f"mount-{name}")
        self.log_path = os.path.join(scratch.path, f"log-{name}")
        self.daemon = None
        command = [zoofs, f"--backing={self.backing}", f"--fault={fault}",
                   f"--parent={os.getpid()}", *options, self.path]
        with open(self.log_path, "wb") as log:
            self.daemon = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                           stdout=subprocess.PIPE, stderr=log,
                                           start_new_session=True)
        try:
            self._wait_for(b"mounted", deadline_s=20)
        except BaseException:
            self.release()
            raise

    def _wait_for(self, word, deadline_s):
        output, said = self.daemon.stdout, b""
        while select.select([output], [], [], deadline_s)[0] and not said.endswith(b"\n"):
            byte = os.read(output.fileno(), 1)
            if not byte:
                break
            said += byte
            if said == word + b"\n":
                return
        raise RuntimeError(f"zoofs did not say '{word.decode()}' within {deadline_s} s: "
                           f"{said!r} {self.log()}")

    def wait_until_stuck(self, deadline_s=20):
        """Returns when one more request is out that will never be answered."""
        self._wait_for(b"stuck", deadline_s)

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def connection(self):
        """The number of the FUSE connection, found without touching the file system."""
        with open("/proc/self/mountinfo", encoding="utf-8") as mounts:
            for line in mounts:
                fields = line.split()
                if fields[4] == self.path:
                    return int(fields[2].split(":")[1])
        return None

    def abort(self, scratch):
        """Ends all requests through fusectl, with the daemon alive. Returns whether it could."""
        number = self.connection()
        control = os.path.join(scratch.path, "fusectl")
        try:
            if not os.path.isdir(control):
                os.mkdir(control)
                mount("fusectl", control, "fusectl")
            with open(f"{control}/{number}/abort", "w", encoding="ascii") as file:
                file.write("1")
        except OSError:
            return False
        return True

    def release(self, deadline_s=10):
        if self.daemon is not None:
            try:
                os.killpg(self.daemon.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.daemon.wait(timeout=deadline_s)
            self.daemon.stdout.close()
        detach(self.path)


def adopt_orphans(adopt=True):
    """From now on a descendant whose parent ends becomes a child of this process, or no longer does.
    Returns whether it did before."""
    before = ctypes.c_int()
    if _libc.prctl(_PR_GET_CHILD_SUBREAPER, ctypes.byref(before), 0, 0, 0) != 0 or \
            _libc.prctl(_PR_SET_CHILD_SUBREAPER, int(adopt), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "can't become a subreaper")
    return bool(before.value)


def descendants(pid):
    """The process and all below it that can be seen now, parents first. A process that comes and
    goes within a millisecond is seen this way, which a walk over all of /proc is too slow for."""
    found = [pid]
    for parent in found:
        try:
            with open(f"/proc/{parent}/task/{parent}/children", encoding="ascii") as file:
                found += [int(child) for child in file.read().split()]
        except (FileNotFoundError, ProcessLookupError):
            if parent == os.getpid():
                raise  # a kernel without these files
    return found


def kill_descendants(deadline_s):
    """Kills and reaps everything below this process, which must have adopted the orphans."""
    end = time.monotonic() + deadline_s
    while time.monotonic() < end:
        for pid in descendants(os.getpid())[1:]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        try:
            while os.waitpid(-1, os.WNOHANG)[0] != 0:
                pass
        except ChildProcessError:
            return
        time.sleep(0.001)
    raise RuntimeError(f"not killed within {deadline_s} s: {descendants(os.getpid())[1:]}")


def wait_until_childless(deadline_s):
    """Waits until this process, which must have adopted the orphans, has nothing below it; returns
    the pids that are left at the deadline."""
    end = time.monotonic() + deadline_s
    while True:
        try:
            while os.waitpid(-1, os.WNOHANG)[0] != 0:
                pass
        except ChildProcessError:
            return []
        if time.monotonic() >= end:
            return descendants(os.getpid())[1:]
        time.sleep(0.02)


def mounted_below(directory):
    """Where something is mounted below a directory."""
    with open("/proc/self/mounts", encoding="utf-8") as file:
        points = [line.split()[1] for line in file]
    return [point for point in points if point.startswith(f"{directory}/")]


def processes_that_mention(text):
    """The processes, except this one, with `text` in their command line: [(pid, state, comm)]."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        try:
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                if text.encode() not in file.read():
                    continue
            with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as file:
                stat = file.read()
        except OSError:
            continue
        state = stat[stat.rindex(")") + 2]
        if state not in "ZX":
            found.append((int(entry), state, stat[stat.index("(") + 1:stat.rindex(")")]))
    return found


def wait_until_gone(text, deadline_s):
    """Waits until no process mentions `text`; returns those that still do at the deadline."""
    end = time.monotonic() + deadline_s
    while True:
        left = processes_that_mention(text)
        if not left or time.monotonic() >= end:
            return left
        time.sleep(0.02)


def find_program(name):
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if path is None:
        skip(f"the program {name}")
    return path
