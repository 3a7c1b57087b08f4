# SPDX-License-Identifier: MIT
"""A descriptor's `inspect` looks into a call that is out: what it prints is evidence, no verdict waits
for it or follows from it, and a pass does not run it."""
import os
import time

import pytest

BUDGETS = {"boot": 30, "step": 2, "control_step": 1, "exit": 1, "total": 60, "grace": 0.3}


def descriptor(oracle, build, child, inspect):
    return oracle.descriptor("looked-into", inspect=inspect, budgets=BUDGETS, launch={
        "argv": [build.tool("zoo/misbehave"), child, "--dir={work}", "--nonce={nonce}", "--keep"],
        "directory": "/"})


def run(oracle, path):
    began = time.monotonic()
    oracle.run("-t", path, "-s", "tmp_root_sibling", "-j", "1", "--no-controls")
    cell, = oracle.documents()["looked-into"]["cells"]
    return cell, time.monotonic() - began


@pytest.mark.sanitize
def test_what_inspections_print_is_evidence_of_a_hang(oracle, build):
    path = descriptor(oracle, build, "ignores-term", [
        {"name": "name", "run": ["/bin/cat", "/proc/{pid}/comm"]},
        {"name": "fails", "run": ["/bin/sh", "-c", "echo '\x1b[31mred'; exit 3"]},
        {"name": "is not there", "run": ["/nonexistent/program"]},
        {"name": "floods", "run": ["/usr/bin/yes", "flood"], "deadline": 0.2},
        {"name": "hangs", "run": ["/bin/sleep", "600"], "deadline": 0.2},
        {"name": "never ends", "run": ["/bin/sleep", "600"], "deadline": 600}])
    cell, took = run(oracle, path)
    assert cell["verdict"] == "hang" and cell["evidence"]["state"] == "blocked"
    results = {result["name"]: result for result in cell["evidence"]["inside"]["inspections"]}
    assert results["name"]["output"] == ["misbehave"], results
    assert "3" in results["fails"]["status"]
    assert results["fails"]["output"] == ["\\x1B[31mred"]
    assert "nonexistent" in results["is not there"]["status"]
    assert 0 < len(results["floods"]["output"]) <= 200
    assert "did not end" in results["hangs"]["status"], results["hangs"]
    assert "when the verdict was due" in results["never ends"]["status"]
    assert took < 30
    assert cell["anomalies"] == [], cell["anomalies"]


def test_a_pass_is_not_looked_into(oracle, build):
    flag = f"{oracle.scratch}/looked"
    path = descriptor(oracle, build, "behaves", [
        {"name": "flag", "run": ["/bin/sh", "-c", f": > {flag}"]}])
    cell, _ = run(oracle, path)
    assert cell["verdict"] == "pass" and cell["evidence"] is None
    assert not os.path.exists(flag)
