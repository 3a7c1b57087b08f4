# SPDX-License-Identifier: MIT
"""--early ends a wait in which nothing can happen any more, and no other.

A rename that never returns is ended before its budget and the evidence says by which rule; without
the option it is not; and a rename that burns CPU has its whole budget, with the option too, as has
one beside which a process of the tree still moves bytes.
"""
import pytest

# Costs next to no CPU; only its calls and bytes tell that it lives.
TRICKLE = """
import time
with open("/dev/null", "wb", buffering=0) as sink:
    while True:
        sink.write(b"x")
        time.sleep(0.1)
"""

# Far above the rule's window of 1 s, so that a busy machine can't blur the difference.
BUDGET_S = 30


def launch(program):
    """The target's controls run as they are; every other probe goes through `program`."""
    script = f'case $1 in */control_*) exec "$@";; esac; {program}'
    return {"argv": ["/bin/sh", "-c", script, "sh", "{probe}", "--dir={work}", "--nonce={nonce}",
                     "--keep"], "directory": "/"}


def hang(oracle, target, *options):
    oracle.run("-t", target, "-s", "tmp_root_sibling", *options)
    document, = oracle.documents().values()
    cell, = document["cells"]
    assert cell["verdict"] == "hang", (cell["verdict"], cell["reason"])
    return document, cell["evidence"]


@pytest.fixture(name="stuck")
def stuck_target(oracle, build):
    return oracle.descriptor("stuck", launch=launch(
        f'exec {build.tool("zoo/stuck_rename")} "$@"'))


def test_a_rename_that_never_returns_is_ended_early_and_the_evidence_says_so(oracle, stuck):
    document, evidence = hang(oracle, stuck, "--early", "--step-budget", str(BUDGET_S))
    assert document["budgets"]["early"] is True, document["budgets"]
    assert evidence["early"] is not None and evidence["state"] == "blocked", evidence
    assert evidence["io"] == {"counted": True, "calls": 0, "bytes": 0, "storage_bytes": 0}
    assert evidence["charged_ms"] < BUDGET_S * 1000, "the whole budget was spent"


def test_without_the_option_it_has_its_whole_budget(oracle, stuck):
    document, evidence = hang(oracle, stuck, "--step-budget", "3")
    assert document["budgets"]["early"] is False, document["budgets"]
    assert evidence["early"] is None and evidence["charged_ms"] >= 3000, evidence
    assert evidence["io"] is None, evidence["io"]


def test_a_rename_that_spins_has_its_whole_budget(oracle, build):
    spin = f'shift; exec {build.tool("zoo/misbehave")} rename-spins "$@"'
    spinning = oracle.descriptor("spinning", launch=launch(spin))
    _, evidence = hang(oracle, spinning, "--early", "--step-budget", "3")
    assert evidence["early"] is None and evidence["charged_ms"] >= 3000, evidence


def test_a_tree_that_moves_bytes_has_its_whole_budget(oracle, build):
    stuck = build.tool("zoo/stuck_rename")
    trickling = f"/usr/bin/python3 -c '{TRICKLE}' & exec {stuck} \"$@\""
    moving = oracle.descriptor("moving", launch=launch(trickling))
    _, evidence = hang(oracle, moving, "--early", "--step-budget", "3")
    assert evidence["early"] is None and evidence["charged_ms"] >= 3000, evidence
    assert evidence["io"]["counted"] and evidence["io"]["bytes"] > 0, evidence["io"]
