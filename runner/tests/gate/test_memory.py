# SPDX-License-Identifier: MIT
"""Memory that runs out anywhere in a decision or comparison never makes a yes of it, and never a
crash: for a set that yields yes, for one with everything wrong, and for two directories.
A step of 1 fails each allocation but for most of those that make a JSON value (of the yes four of five
are left out, and so on); a larger one leaves out more. 0 leaves out none, which takes minutes."""
import json
import shutil
import subprocess

import pytest

import gate_inputs
from support.build import SOURCE

# Of each set: how the helper is called on it, and on which files.
DECIDE = ["fewer", "others", "no", gate_inputs.NOW]
SETS = [
    ["few", "others", "yes", gate_inputs.NOW, "criteria.json", "upstream.json", "standalone.json"],
    ["fewer", "others", "compare", "before", "standalone.json"],
    [*DECIDE, "waiver.json", "upstream2.json", "wrong.json", "reference.json", "broken.json",
              "edited.json", "nowhere.json"],
    [*DECIDE, "criteria.json", "newer.json", "hang.json"],
    [*DECIDE, "criteria.json", "open.json", "standalone.json", "release0.json",
              "release1.json", "release2.json"],
    [*DECIDE, "weaker.json", "upstream.json", "standalone.json", "standalone.json",
              "same_run.json", "controls.json", "times.json"]]


def make_inputs(program):
    version, build = gate_inputs.program_identity(program)
    criteria = json.loads((SOURCE / "ci/criteria.json").read_text())
    inputs = gate_inputs.make_inputs(build, version, criteria, 1)
    del inputs["criteria.json"]["issues"][1]
    shapes = inputs["criteria.json"]["issues"][0]["shapes"] = gate_inputs.SHAPES[:2]
    document = inputs["standalone.json"]
    document["planned"]["shapes"] = shapes
    del document["cells"][2:]
    gate_inputs.seal(document)

    def change(name, *changes):
        inputs[name] = json.loads(json.dumps(document))
        for pointer, value in changes:
            gate_inputs.apply_change(inputs, {"file": name, "at": pointer, "set": value}, build)
        gate_inputs.seal(inputs[name])

    change("wrong.json", ("/run/id", "20261122T100000Z-00000009"), ("/complete", False),
           ("/controls", []), ("/subject/release", "unknown"), ("/subject/digests", {}))
    change("reference.json", ("/subject/kind", "reference"))
    change("broken.json", ("/cells/0/verdict", "passed"))
    change("controls.json", ("/run/id", "20261122T100000Z-00000008"), ("/probes/digests", {}),
           ("/controls/0/verdict", "fail"))
    change("same_run.json", ("/run/finished", "2026-11-22T10:00:49Z"))
    change("times.json", ("/run/started", "2026-02-30T10:00:00Z"),
           ("/run/finished", "2026-02-31T10:00:00Z"))
    # Two of each release: of both there is one that agrees with another that was refused.
    for number, release in enumerate(("v0.1", "v0.1", document["subject"]["release"])):
        change("release%d.json" % number, ("/run/id", "20261122T100000Z-0000001%d" % number),
               ("/subject/release", release))
    change("hang.json", ("/run/id", "20261122T100000Z-00000006"),
           ("/cells/1/anomalies", [{"kind": "no_exit", "detail": "x"}]))
    gate_inputs.apply_change(inputs, {"file": "hang.json", "at": "/cells/0", "become": "hang"}, build)
    gate_inputs.seal(inputs["hang.json"])
    inputs["edited.json"] = dict(document, complete=False)
    inputs["upstream2.json"] = {"schema": "rename-oracle/upstream/1", "issues": []}
    for name, key, value in (("newer", "fixed_in", "v99.0"), ("open", "state", "open")):
        inputs[name + ".json"] = json.loads(json.dumps(inputs["upstream.json"]))
        inputs[name + ".json"]["issues"][0][key] = value
    inputs["weaker.json"] = json.loads(json.dumps(inputs["criteria.json"]))
    inputs["weaker.json"]["evidence"].update(
        maximum_age_hours=9999, accept_early_waits=True, accept_anomalies=["no_exit", "unkillable"])
    inputs["weaker.json"]["upstream"]["maximum_age_hours"] = 9999
    inputs["weaker.json"]["issues"][0].update(reference="nanvix/cpython#1", upstream_required=False)
    inputs["weaker.json"]["issues"].append(dict(inputs["criteria.json"]["issues"][0], issue="NSKIP055"))
    inputs["waiver.json"] = dict(inputs["criteria.json"], waivers=[
        {"mode": "standalone", "reason": "x", "from_release": "v1.0", "decided_by": "x"}])
    return inputs


def lay_out(inputs, directory):
    for name, value in inputs.items():
        (directory / name).write_text(json.dumps(value))
    (directory / "before").mkdir()
    for name in ("standalone.json", "hang.json"):
        shutil.copy(directory / name, directory / "before")


@pytest.mark.sanitize
@pytest.mark.timeout(600)
@pytest.mark.parametrize("arguments", SETS, ids=lambda arguments: "-".join(arguments[2:3] + arguments[4:6]))
def test_memory_that_runs_out_is_no_yes_and_no_crash(arguments, build, tmp_path):
    lay_out(make_inputs(build.program), tmp_path)
    step = 25 if build.sanitized else 1
    steps = {"few": str(max(1, 5 * step)), "fewer": str(max(1, 53 * step)), "others": str(max(1, step))}
    subprocess.run([build.tool("gate/gate_memory"), *(steps.get(word, word) for word in arguments)],
                   cwd=tmp_path, timeout=600, check=True)
