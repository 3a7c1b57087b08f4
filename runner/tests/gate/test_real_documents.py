# SPDX-License-Identifier: MIT
"""What the runner really writes is what the gate really reads: a run on `native` is refused as it
is, and the same document, dressed up as one about Nanvix in each mode, yields yes. (Nobody can keep
a forger from doing that; here it shows that no honest pass is called contradictory.)"""
import json
import subprocess

import pytest

import gate_inputs


def gate(program, directory, finished, documents):
    result = subprocess.run(
        [program, "gate", "--json", "--now", finished, "--upstream", "upstream.json", *documents],
        cwd=directory, capture_output=True, text=True, timeout=60, check=False)
    return result.returncode, json.loads(result.stdout)


@pytest.mark.sanitize
def test_what_the_runner_writes_is_what_the_gate_reads(program, tmp_path):
    subprocess.run([program, "run", "-t", "native", "-n", "3", "-o", tmp_path], cwd=tmp_path,
                   check=True, capture_output=True, timeout=240)
    path, = tmp_path.glob("*/native.json")
    document = json.loads(path.read_text())
    assert document["digest"] == gate_inputs.digest_of(document), "the runner's digest"
    finished = document["run"]["finished"]
    upstream = gate_inputs.make_upstream()
    for issue in upstream["issues"]:
        issue["looked_up_at"] = finished
    for name, value in [("upstream.json", upstream)] + \
            [(name + ".json", gate_inputs.dress_as_nanvix(document, name)) for name in gate_inputs.MODES]:
        (tmp_path / name).write_text(json.dumps(value))

    code, decision = gate(program, tmp_path, finished, [path])
    assert code == 1, "a reference document is no evidence"
    assert {reason["id"] for entry in decision["refused"] for reason in entry["reasons"]} == {
        "reference_subject", "mode_not_asked"}, decision["refused"]
    names = [name + ".json" for name in gate_inputs.MODES]
    code, decision = gate(program, tmp_path, finished, names)
    assert code == 0, json.dumps([decision["refused"], decision["missing"]], indent=1)[:4000]
