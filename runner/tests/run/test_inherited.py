# SPDX-License-Identifier: MIT
"""Children that the runner's process had before it became the runner are left alone.

A shell may start processes in the background and then exec the runner, which so inherits them, in
its own session or in others. They are not a target's, and ending them would be a crime.
"""
import os
import signal
import subprocess

import pytest

from support.build import DEADLINE_S


@pytest.mark.sanitize
def test_children_that_the_runner_inherited_are_left_alone(oracle):
    script = ('sleep 600 & echo $! > "$0/one"; setsid sleep 600 & echo $! > "$0/two"; '
              'exec "$@"')
    command = oracle.command("-t", "native", "-s", "tmp_root_sibling", "-q", "-j", "1",
                             "--control-step-budget", "0.5")
    done = subprocess.run(["/bin/sh", "-c", script, oracle.scratch, *command],
                          stdin=subprocess.DEVNULL, timeout=DEADLINE_S, check=False)
    pids = []
    for name in ("one", "two"):
        with open(f"{oracle.scratch}/{name}", encoding="utf-8") as file:
            pids.append(int(file.read()))
    alive = [os.path.exists(f"/proc/{pid}") for pid in pids]
    for pid, lives in zip(pids, alive):
        if lives:
            os.kill(pid, signal.SIGKILL)
    assert done.returncode == 0, ("exit code", done.returncode)
    assert alive == [True, True], ("inherited processes were ended:", alive)
