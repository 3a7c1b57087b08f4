# SPDX-License-Identifier: MIT
"""The controls of one ABI pass, fail, block and spin as their specifications say."""
import os
import selectors
import subprocess
import time

import pytest

import harness
import probe_journal

@pytest.mark.parametrize("abi", harness.ABIS)
@pytest.mark.parametrize("control, code, broken", [("control_pass", 0, []),
                                                   ("control_fail", 1, ["on_purpose"])])
def test_a_control_that_ends_ends_as_it_must(abi, control, code, broken, probe):
    for keep in (False, True):
        with harness.fresh_directory() as directory:
            journal = harness.run_probe(probe(abi, control), control, directory, code, keep=keep)
            assert journal.broken == broken and not journal.lost, journal.events
            assert "rename" not in journal.calls()
            assert harness.tree(directory) == (harness.left_by(control) if keep else {})


def read_up_to_rename(process, control):
    """Reads the journal until rename is entered; a deadline bounds it."""
    data = b""
    deadline = time.monotonic() + harness.SECONDS
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while not (b" enter rename " in data and data.endswith(b"\n")):
            assert selector.select(deadline - time.monotonic()), f"{control}: rename is not entered"
            chunk = os.read(process.stdout.fileno(), 65536)
            assert chunk, f"{control} ended: {data!r}"
            data += chunk
    journal = probe_journal.parse(data, harness.NONCE, control, complete=False)
    assert journal.events[-1].subject == "rename" and not journal.broken
    return data


def wait_for_state(pid, states):
    """Until the kernel shows the process in one of the states; it gets there by itself."""
    deadline = time.monotonic() + harness.SECONDS
    state = None
    while time.monotonic() < deadline:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            state = file.read().rsplit(")", 1)[1].split()[0]
        if state in states:
            return
        os.sched_yield()
    raise AssertionError(f"state {state}, want one of {states}")


@pytest.mark.parametrize("abi", harness.ABIS)
@pytest.mark.parametrize("control, state, released", [("control_block", "S", True),
                                                      ("control_spin", "R", False)])
def test_a_control_that_hangs_hangs_as_it_must(abi, control, state, released, probe):
    with harness.fresh_directory() as directory:
        command = probe(abi, control) + [f"--dir={directory}", f"--nonce={harness.NONCE}"]
        process = subprocess.Popen(command, env={}, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            data = read_up_to_rename(process, control)
            process.stdin.write(b"noise does not wake it\n")
            process.stdin.flush()
            wait_for_state(process.pid, state)
            assert process.poll() is None
            if released:
                rest, _ = process.communicate(timeout=harness.SECONDS)
                journal = probe_journal.parse(data + rest, harness.NONCE, control)
                assert journal.outcome == "fail" and journal.broken == ["could_block"], journal.events
                assert process.returncode == 1
        finally:
            process.kill()
            process.wait(timeout=harness.SECONDS)
            process.stdin.close()
            process.stdout.close()
        assert harness.tree(directory) == {}
