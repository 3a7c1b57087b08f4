# SPDX-License-Identifier: MIT
"""A test's whole surroundings in a process and a mount namespace of its own.

A test that mounts something strange may be killed at any time, also by SIGKILL. So nothing depends on
clean-up code being reached: the kernel takes the namespace down, mounts and all, with its last
process; the process dies with the one that runs the tests; and daemons ask to be killed with it.
"""
import ctypes
import os
import signal
import sys
import traceback

import private_mounts as mounts
import pytest

_CLONE_NEWNS, _CLONE_NEWUSER = 0x00020000, 0x10000000
_MS_REC, _MS_PRIVATE = 0x4000, 0x40000
_PR_SET_PDEATHSIG = 1
_SKIPPED = 77
DEADLINE_S = 20
_libc = ctypes.CDLL(None, use_errno=True)


def _need(result, what):
    if result != 0:
        pytest.skip(f"{what} ({os.strerror(ctypes.get_errno())})")


def _enter_namespace():
    """Without root it is the root of a user namespace."""
    uid, gid = os.geteuid(), os.getegid()
    _need(_libc.unshare(_CLONE_NEWNS | (_CLONE_NEWUSER if uid else 0)), "a mount namespace")
    if uid:
        for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
                file.write(text)
    _need(_libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None), "private mounts")


def _be_the_test(function, arguments):
    _enter_namespace()
    mounts.adopt_orphans()
    scratch = mounts.Scratch()
    try:
        function(scratch, *arguments)
        left = mounts.wait_until_gone(scratch.path, DEADLINE_S)
        assert not left, f"left running after the test: {left}"
        assert not mounts.mounted_below(scratch.path), mounts.mounted_below(scratch.path)
    finally:
        mounts.kill_descendants(DEADLINE_S)
        scratch.close()


def _child(parent, reason, function, arguments):
    """Never returns: what pytest has to do besides is its parent's."""
    code = 1
    try:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() == parent:
            _be_the_test(function, arguments)
            code = 0
    except pytest.skip.Exception as skip:
        os.write(reason, str(skip).encode())
        code = _SKIPPED
    except BaseException:  # whatever it is, the parent must hear of it
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def privately(function, *arguments):
    """Calls function(scratch, *arguments) in a child with a mount namespace of its own, where `scratch`
    is a directory in memory. A function that ends well must have left no process that mentions the
    scratch and no mount below it; whatever else it started is killed."""
    parent, (reading, reason) = os.getpid(), os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        _child(parent, reason, function, arguments)
    os.close(reason)
    try:
        with os.fdopen(reading, "rb") as file:
            why = file.read().decode()
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        pid = None
    finally:
        if pid is not None:  # the test took too long
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    if code == _SKIPPED:
        pytest.skip(why)
    assert code == 0, "it failed in its own process, whose output says why"
