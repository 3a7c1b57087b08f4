# SPDX-License-Identifier: MIT
"""Guests that die, spin, block or do not end, and what the oracle makes of each. Nothing of them may
run on afterwards."""

import pytest

from support.build import TESTS
from support.privately import privately
import private_mounts as mounts

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
    assert (cell["verdict"], find_state(cell), find_anomalies(cell)) == expected, cell


def run_and_judge(_, oracle):
    """All side by side: most of them wait."""
    targets = [word for name in EXPECTED for word in ("-t", TESTS / f"guest/targets/{name}.json")]
    code, said, errors = oracle.run("-s", "subdir_sibling", "--no-controls", "--json",
                                    "--step-budget", "1", "--exit-budget", "1", *targets)
    left = mounts.wait_until_childless(deadline_s=10)
    assert not left, f"left running: {left}"
    assert code == 1, (said, errors)
    documents = oracle.documents()
    assert sorted(documents) == sorted(EXPECTED)
    for name, document in documents.items():
        judge(name, *document["cells"])


@pytest.mark.sanitize
def test_each_strange_ending_has_its_verdict(oracle):
    privately(run_and_judge, oracle)
