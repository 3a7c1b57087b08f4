# SPDX-License-Identifier: MIT
"""Tests that are shell scripts, where what is tested is driven most plainly from a shell."""
import subprocess

import pytest

from support.build import DEADLINE_S


def run(script, *arguments):
    """Runs a script that ends with 0 if all is well and with 77 if something is missing here, which
    its last line names then."""
    done = subprocess.run([script, *map(str, arguments)], stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=DEADLINE_S,
                          check=False)
    print(done.stdout)
    if done.returncode == 77:
        pytest.skip(done.stdout.strip().rpartition("\n")[2])
    assert done.returncode == 0
