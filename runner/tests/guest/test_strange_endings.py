#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Guests that die, spin, block or do not end, and what the oracle makes of each.

Usage: test_strange_endings.py RUNNER TARGETS
"""

import glob
import json
import os
import subprocess
import sys
import tempfile

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


def judge(cell, expected):
    verdict, state, anomalies = expected
    found = (cell["verdict"], find_state(cell), find_anomalies(cell))
    assert found == (verdict, state, anomalies), f"want {expected}, found {found}: {cell}"
    return found


def main(runner, targets):
    with tempfile.TemporaryDirectory(prefix="vm-test-") as scratch:
        command = [runner, "run", "-s", "subdir_sibling", "--no-controls", "--json", "-o", scratch,
                   "--step-budget", "1", "--exit-budget", "1"]
        for name in EXPECTED:
            command += ["-t", os.path.join(targets, name + ".json")]
        ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=100,
                               env={**os.environ, "TMPDIR": scratch})
        assert ended.returncode == 1, ended
        documents = glob.glob(f"{scratch}/**/*.json", recursive=True)
        cells = {}
        for path in documents:
            with open(path, encoding="utf-8") as file:
                document = json.load(file)
            cells[document["target"]["name"]], = document["cells"]
    assert sorted(cells) == sorted(EXPECTED), sorted(cells)
    for name, expected in EXPECTED.items():
        print(name, *judge(cells[name], expected))


if __name__ == "__main__":
    main(*sys.argv[1:])
