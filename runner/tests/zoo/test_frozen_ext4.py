#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A rename on a frozen ext4: stuck while it is frozen, even for SIGKILL, and done once it is thawed.

Usage: test_frozen_ext4.py MISBEHAVE. Exit codes: 0 so it is, 1 it is not, 77 skipped.
"""

import os
import select
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import frozen_ext4  # noqa: E402  (the directory of this file is not on the path before)
import private_mounts as mounts  # noqa: E402

DEADLINE_S = 20


def state_of(process):
    with open(f"/proc/{process.pid}/stat", encoding="ascii") as file:
        return file.read().rpartition(")")[2].split()[0]


def wait_until_stuck(process):
    """Reads the journal up to `enter rename` and waits for the call itself."""
    journal = b""
    while b" enter rename " not in journal:
        assert select.select([process.stdout], [], [], DEADLINE_S)[0], journal
        block = os.read(process.stdout.fileno(), 4096)
        assert block, f"the child ended: {journal!r}"
        journal += block
    end = time.monotonic() + DEADLINE_S
    while state_of(process) != "D":
        assert time.monotonic() < end, "rename is not stuck"
        time.sleep(0.01)


def freeze_and_thaw(ext4, misbehave):
    os.mkdir(f"{ext4.path}/work")
    process = subprocess.Popen([misbehave, "freezes", f"--dir={ext4.path}/work",
                                "--nonce=abcdefgh12345678", "--keep"], stdout=subprocess.PIPE)
    try:
        wait_until_stuck(process)
        process.kill()
        time.sleep(0.2)  # long enough for a kill to work where it can; it can't
        assert state_of(process) == "D", "SIGKILL ended it although its file system is frozen"
    finally:
        ext4.thaw()
        process.wait(timeout=DEADLINE_S)
    assert sorted(os.listdir(f"{ext4.path}/work")) == ["b"], "the thaw did not let the rename end"


def main(misbehave):
    frozen_ext4.need_frozen_ext4()
    mounts.enter_private_namespace()
    scratch = mounts.Scratch()
    try:
        with frozen_ext4.FrozenExt4(scratch, "ext4") as ext4:
            freeze_and_thaw(ext4, misbehave)
    finally:
        scratch.close()
    print("stuck while frozen, killed or not; done once thawed")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
