#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""--early ends a wait in which nothing can happen any more, and no other.

A rename that never returns is ended before its budget and the evidence says by which rule; without
the option it is not; and a rename that burns CPU has its whole budget, with the option too, as has
one beside which a process of the tree still moves bytes.

Usage: early.py RENAME_ORACLE STUCK_RENAME MISBEHAVE. Exit codes: 0 so it is, 1 it is not.
"""

import sys

from oracle import Oracle, expect

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
    expect(cell["verdict"] == "hang", cell["verdict"], cell["reason"])
    return document, cell["evidence"]


def main(program, stuck_rename, misbehave):
    with Oracle(program) as oracle:
        stuck = oracle.descriptor("stuck", launch=launch(f'exec {stuck_rename} "$@"'))
        document, evidence = hang(oracle, stuck, "--early", "--step-budget", str(BUDGET_S))
        expect(document["budgets"]["early"] is True, document["budgets"])
        early = evidence["early"]
        expect(early is not None and evidence["state"] == "blocked", evidence)
        expect(evidence["io"] == {"counted": True, "calls": 0, "bytes": 0, "storage_bytes": 0},
               evidence["io"])
        expect(evidence["charged_ms"] < BUDGET_S * 1000, "the whole budget was spent", evidence)

        document, evidence = hang(oracle, stuck, "--step-budget", "3")
        expect(document["budgets"]["early"] is False, document["budgets"])
        expect(evidence["early"] is None and evidence["charged_ms"] >= 3000, evidence)
        expect(evidence["io"] is None, evidence["io"])

        spin = f'shift; exec {misbehave} rename-spins "$@"'
        spinning = oracle.descriptor("spinning", launch=launch(spin))
        _, evidence = hang(oracle, spinning, "--early", "--step-budget", "3")
        expect(evidence["early"] is None, "a spinning rename was ended early", evidence)
        expect(evidence["charged_ms"] >= 3000, evidence)

        trickling = f"{sys.executable} -c '{TRICKLE}' & exec {stuck_rename} \"$@\""
        moving = oracle.descriptor("moving", launch=launch(trickling))
        _, evidence = hang(oracle, moving, "--early", "--step-budget", "3")
        expect(evidence["early"] is None, "a tree that moves bytes was ended early", evidence)
        expect(evidence["charged_ms"] >= 3000, evidence)
        expect(evidence["io"]["counted"] and evidence["io"]["bytes"] > 0, evidence["io"])
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
