# SPDX-License-Identifier: MIT
"""Whether control groups can be had, and a place where they can't."""
import contextlib
import glob
import os
import threading

import private_mounts as mounts


def own_directory():
    """Where this process's control group is, or None."""
    try:
        with open("/proc/self/mounts", encoding="utf-8") as file:
            mount = next(line.split()[1] for line in file if line.split()[2] == "cgroup2")
        with open("/proc/self/cgroup", encoding="utf-8") as file:
            return mount + next(line.strip()[3:] for line in file if line.startswith("0::"))
    except (OSError, StopIteration):
        return None


def can_make_group():
    """Whether a control group that can be killed can be made in this process's own."""
    group = f"{own_directory()}/supervision-test.{os.getpid()}.{threading.get_ident()}"
    try:
        os.mkdir(group)
    except OSError:
        return False
    usable = os.access(f"{group}/cgroup.kill", os.W_OK)
    os.rmdir(group)
    return usable


@contextlib.contextmanager
def apart():
    """In a control group of its own: what a run that is killed leaves in it no other test's run finds
    and tells of."""
    before = own_directory()
    if not can_make_group():
        yield
        return
    group = f"{before}/apart.{os.getpid()}"
    os.mkdir(group)
    try:
        join(group)
        yield
    finally:
        join(before)
        for left in [*glob.glob(f"{group}/*/"), group]:
            os.rmdir(left)


def join(group):
    with open(f"{group}/cgroup.procs", "w", encoding="ascii") as file:
        file.write(str(os.getpid()))


def hide_groups():
    """Takes the control groups out of sight, in a mount namespace that this process must be alone in."""
    with open("/proc/self/mounts", encoding="utf-8") as file:
        mounted = [line.split()[1] for line in file if line.split()[2] == "cgroup2"]
    for directory in reversed(mounted):
        mounts.detach(directory)
    assert not can_make_group()


def without_groups(_, function, *arguments):
    """For privately(): calls a function where there are no control groups."""
    hide_groups()
    function(*arguments)
