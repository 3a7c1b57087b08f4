# SPDX-License-Identifier: MIT
"""Ctrl-C, TERM and HUP end a run with exit code 130; finished cells are kept, and no more is said of
them than they are worth.

The run has a cell that is finished and one that hangs for ever. The signal is sent once the first
has been reported, so no race has to be won. Another run has many cells that wait for their turn to
boot while the first never comes up; of those nothing may be left either.
"""
import os
import signal
import subprocess
import time

import pytest


@pytest.mark.sanitize
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_run_and_keeps_what_was_finished(number, oracle, build):
    misbehave = build.tool("zoo/misbehave")
    # The first attempt finds no flag and passes, leaving it; all later ones hang.
    script = (f"if [ -e {oracle.scratch}/flag{number} ]; then exec {misbehave} ignores-term \"$@\"; "
              f"fi; : > {oracle.scratch}/flag{number}; exec {misbehave} behaves \"$@\"")
    path = oracle.descriptor(f"signal{number}", launch={
        "argv": ["/bin/sh", "-c", script, "sh", "--dir={work}", "--nonce={nonce}", "--keep"],
        "directory": "/"})
    command = oracle.command("-t", path, "-s", "tmp_root_sibling", "-n", "2", "-j", "1",
                             "--no-controls", "--step-budget", "300", "--total-budget", "600")
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    assert line.startswith("pass"), line
    began = time.monotonic()
    process.send_signal(number)
    said, _ = process.communicate(timeout=60)
    took = time.monotonic() - began
    assert process.returncode == 130, ("exit code", process.returncode)
    document = oracle.documents()[f"signal{number}"]
    assert document["run"]["interrupted"] is True, "not marked as interrupted"
    assert document["complete"] is False, "an interrupted document is not complete"
    assert document["admissible"] is False, "an interrupted document is not admissible"
    assert [cell["verdict"] for cell in document["cells"]] == ["pass"], document["cells"]
    assert "1 clean attempt at a cell" in said, ("of two attempts one was made:", said)
    print(f"{signal.Signals(number).name}: ended after {took:.2f} s")


@pytest.mark.sanitize
def test_a_signal_leaves_nothing_of_cells_that_wait_for_their_turn(oracle):
    """One guest boots for ever; the others are prepared, or stand in the queue, at the signal."""
    temporary = f"{oracle.scratch}/queue"
    os.mkdir(temporary)
    path = oracle.descriptor("queue", boots_alone=True, launch={
        "argv": ["/bin/sh", "-c", f"echo up; : > {oracle.scratch}/up; exec sleep 600"],
        "directory": "/"})
    command = oracle.command("-t", path, "-s", "tmp_root_sibling", "-n", "8", "-j", "8",
                             "--no-controls", "--boot-budget", "300", "--total-budget", "600")
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                               env={**os.environ, "TMPDIR": temporary})
    end = time.monotonic() + 60
    while not os.path.exists(f"{oracle.scratch}/up"):
        assert time.monotonic() < end and process.poll() is None, "the first cell did not start"
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 130, ("exit code", process.returncode)
    document = oracle.documents()["queue"]
    assert document["run"]["interrupted"] is True and document["cells"] == [], document["cells"]
    assert os.listdir(temporary) == [], ("left behind:", os.listdir(temporary))


@pytest.mark.sanitize
def test_what_was_a_hang_before_the_signal_stays_one(oracle, build):
    """TERM has come to the cell, so its verdict is made; it would have a minute to end by itself."""
    flag = f"{oracle.scratch}/asked"
    script = f'trap ": > {flag}" TERM; "$@" & while :; do wait; done'
    path = oracle.descriptor("decided", launch={
        "argv": ["/bin/sh", "-c", script, "sh", build.tool("zoo/misbehave"), "ignores-term",
                 "--dir={work}", "--nonce={nonce}", "--keep"],
        "directory": "/"}, budgets={
            "boot": 30, "step": 1, "control_step": 1, "exit": 1, "total": 300, "grace": 60})
    command = oracle.command("-t", path, "-s", "tmp_root_sibling", "-j", "1", "--no-controls")
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    end = time.monotonic() + 60
    while not os.path.exists(flag):
        assert time.monotonic() < end and process.poll() is None, "the cell was not asked to end"
        time.sleep(0.02)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert [cell["verdict"] for cell in oracle.documents()["decided"]["cells"]] == ["hang"]
    print(f"ended after {time.monotonic() - began:.2f} s")
