# SPDX-License-Identifier: MIT
"""A file server that fails while a rename is out, or shortly before, in every way that one can: on
`uml-9p`, at the very request, so that no race has to be won. Each has its verdict, and the evidence
names the companion. They run side by side; nothing of them is left.
"""
import json
import os

import pytest

from support import needs
from test_companions import nothing_is_left

STEP_S = 1
STOPPED_S = 6  # in which it comes to its rename; what is stopped has no other budget
QUIET = "--quiet"  # the relay does not tell the guest that its server is gone

# name: request, action, whether the guest is told; verdict, the step's call, what the summary or the
# anomaly must say
CASES = {
    "exits-quietly": ("rename", "exit", False, "hang", "rename", "the companion failing-server"),
    "aborts-quietly": ("rename", "abort", False, "hang", "rename", "killed by SIGABRT"),
    "killed-quietly": ("rename", "kill", False, "hang", "rename", "killed by SIGKILL"),
    "exits": ("rename", "exit", True, "fail", None, "the companion server"),
    "killed": ("rename", "kill", True, "fail", None, "killed by SIGKILL"),
    "closes": ("rename", "close", True, "fail", None, None),
    "falls-silent": ("rename", "silence", True, "hang", "rename", "blocked"),
    "loses-its-thread": ("rename", "lose-thread", True, "hang", "rename", "blocked"),
    "spins": ("rename", "spin", True, "hang", "rename", "spinning: failing-server"),
    "child-killed": ("rename", "kill-server", True, "hang", "rename", "the companion diod"),
    "stops": ("rename", "stop", True, "error", "rename", "starved: failing-server"),
    "exits-before": ("write", "exit", False, "stall", None, "the companion failing-server"),
    "killed-before": ("write", "kill", False, "stall", None, "killed by SIGKILL"),
}


def descriptor(oracle, build, name):
    request, action, told = CASES[name][:3]
    place = os.path.join(build.library, "tests/failing-server")
    target = {
        "schema": "rename-oracle/target/1", "extends": "uml-9p", "name": name,
        "budgets": {"step": STEP_S, "grace": 0.5, "total": STOPPED_S if action == "stop" else 60},
        "companions": [
            {"name": "server", "directory": "{cell}",
             "argv": [place, request, action, "{end:server}", "{program:diod}", "-f", "-r", "0", "-w", "0",
                      "--nwthreads", "2", "-n", "-S", "-U", "root", "-L", "stderr", "-e", "{cell}/served",
                      "-c", "/dev/null"]},
            {"name": "relay", "argv": ["{data:guest/relay}", *([] if told else [QUIET]),
                                       "{end:server}", "{end:card}"]}]}
    path = f"{oracle.scratch}/{name}.json"
    with open(path, "w", encoding="utf-8") as file:
        json.dump(target, file)
    return path


def judge(name, cell):
    request, action, _, verdict, call, words = CASES[name]
    assert cell["verdict"] == verdict, (cell["verdict"], cell["reason"], cell["anomalies"])
    assert call is None or cell["step"]["call"] == call, cell
    said = json.dumps(cell["evidence"]) + json.dumps(cell["anomalies"])
    assert words is None or words in said, (words, said)
    kinds = [anomaly["kind"] for anomaly in cell["anomalies"]]
    assert "left_running" not in kinds and "unkillable" not in kinds, cell
    dies = action in ("exit", "abort", "kill")
    assert len(set(str(anomaly) for anomaly in cell["anomalies"])) == len(kinds), cell
    assert ("companion_ended" in kinds) == (dies or action == "close"), cell
    assert verdict != "fail" or "rename failed with E" in cell["reason"], cell
    if verdict in ("hang", "stall"):
        ended = [process for process in cell["evidence"]["ended"] if process.get("companion") == "server"]
        assert bool(ended) == (dies or action == "kill-server"), cell["evidence"]["ended"]
        assert all("failing" in " ".join(process["last_lines"]) for process in ended), ended


@pytest.mark.sanitize
def test_each_failure_has_its_verdict_and_names_the_server(oracle, build):
    needs.program("linux.uml", "user-mode-linux")
    needs.program("diod", "diod")
    words = [word for name in CASES for word in ("-t", descriptor(oracle, build, name))]
    code, said, errors = oracle.run(
        *words, "-s", "subdir_sibling", "--no-controls", "-j", str(len(CASES)))
    documents = oracle.documents()
    assert code == 1 and set(documents) == set(CASES), (code, said, errors)
    wrong = []
    for name, document in documents.items():
        try:
            judge(name, *document["cells"])
        except AssertionError as error:
            wrong.append((name, str(error)))
    assert not wrong, "\n".join(f"{name}: {text}" for name, text in wrong)
    assert nothing_is_left(oracle.scratch) and nothing_is_left("failing-server")
