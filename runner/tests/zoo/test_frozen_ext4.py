# SPDX-License-Identifier: MIT
"""A rename on a frozen ext4: stuck while it is frozen, even for SIGKILL, and done once it is thawed."""
import os
import select
import subprocess
import time

import frozen_ext4
from support.privately import privately

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


def stay_stuck_until_the_thaw(ext4, misbehave):
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


def freeze_and_thaw(scratch, misbehave):
    frozen_ext4.need_frozen_ext4()
    with frozen_ext4.FrozenExt4(scratch, "ext4") as ext4:
        stay_stuck_until_the_thaw(ext4, misbehave)


def test_a_rename_on_a_frozen_ext4_is_stuck_until_the_thaw(build):
    privately(freeze_and_thaw, build.tool("zoo/misbehave"))
