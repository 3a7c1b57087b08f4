# SPDX-License-Identifier: MIT
"""The three processes that a command is which starts something: runner/process/lifetime.h."""
import contextlib
import os
import signal
import time

from support.build import DEADLINE_S

# What was killed ends by itself, but on a busy machine not at once; ci/lab/kill-storm has the figures.
GONE_S = 60
# Who can be killed without all being lost; one may go with the one before.
KILLED = ["front", "guardian", "worker", "front and worker", "worker and guardian"]


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def wait_for(condition, what, deadline_s=DEADLINE_S):
    end = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < end, what() if callable(what) else what
        time.sleep(0.01)


def three(front):
    """By name; the worker must have been started."""
    guardian, = children(front)
    worker, = children(guardian)
    return {"front": front, "guardian": guardian, "worker": worker}


def kill(*pids):
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
