#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Guests that die, spin, block or do not end, and what the oracle makes of each. Nothing of them may
run on afterwards.

Usage: test_strange_endings.py RUNNER TARGETS ZOO-DIRECTORY
"""

import glob
import json
import os
import subprocess
import sys
import tempfile

RUNNER, TARGETS, ZOO = sys.argv[1:]
sys.path.insert(0, ZOO)

import private_mounts as processes  # noqa: E402  (its directory is not on the path before)

# target: verdict, state of the evidence (None: there is none), kinds of anomalies
EXPECTED = {
    "uml-panic-at-boot": ("no_start", None, []),
    "uml-panic-before-rename": ("crash", None, []),
    "uml-panic-in-rename": ("crash", None, []),
    "uml-kill-in-rename": ("crash", None, []),
    "uml-block-in-rename": ("hang", "blocked", []),
    "uml-spin-in-rename": ("hang", "spinning", []),
    "uml-halt-linger": ("pass", None, ["no_exit"]),
    "uml-halt-abort": ("pass", None, ["vm_status"]),
}
# What the reason of some must say besides.
REASONS = {
    "uml-panic-at-boot": "the guest panicked (Kernel panic - not syncing",
    "uml-panic-before-rename": "the guest panicked (Kernel panic - not syncing",
    "uml-panic-in-rename": "while 'enter rename",
    "uml-kill-in-rename": "while 'enter rename",
}


def find_state(cell):
    """The state of the evidence. On a busy machine a guest that spins is starved as well, and may be
    called so when it was: when it waited for a CPU longer than it had one."""
    evidence = cell["evidence"]
    if evidence is None:
        return None
    had = sum(thread["cpu_ms"] for thread in evidence["threads"])
    waited = sum(thread["waited_ms"] for thread in evidence["threads"])
    if evidence["state"] == "starved" and waited > had > 0.1 * evidence["window_ms"]:
        return "spinning"
    return evidence["state"]


def find_anomalies(cell):
    return [anomaly["kind"] for anomaly in cell["anomalies"]]


def judge(name, cell):
    expected = EXPECTED[name]
    assert REASONS.get(name, "") in cell["reason"], (name, cell["reason"])
    found = (cell["verdict"], find_state(cell), find_anomalies(cell))
    assert found == expected, f"want {expected}, found {found}: {cell}"
    return found


def main():
    processes.adopt_orphans()
    with tempfile.TemporaryDirectory(prefix="vm-test-") as scratch:
        command = [RUNNER, "run", "-s", "subdir_sibling", "--no-controls", "--json", "-o", scratch,
                   "--step-budget", "1", "--exit-budget", "1"]
        for name in EXPECTED:
            command += ["-t", os.path.join(TARGETS, name + ".json")]
        ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=100,
                               env={**os.environ, "TMPDIR": scratch})
        assert ended.returncode == 1, ended
        documents = glob.glob(f"{scratch}/**/*.json", recursive=True)
        cells = {}
        for path in documents:
            with open(path, encoding="utf-8") as file:
                document = json.load(file)
            cells[document["target"]["name"]], = document["cells"]
    left = processes.wait_until_childless(deadline_s=10)
    assert not left, f"left running: {left}"
    assert sorted(cells) == sorted(EXPECTED), sorted(cells)
    for name in EXPECTED:
        print(name, *judge(name, cells[name]))


if __name__ == "__main__":
    main()
