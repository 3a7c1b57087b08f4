#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Memory that runs out anywhere in a decision or comparison never makes a yes of it, and never a
crash: for a set that yields yes, for one with everything wrong, and for two directories.
usage: test_memory.py PROGRAM SOURCE GATE_MEMORY STEP
STEP: 1 fails each allocation but for most of those that make a JSON value (of the yes four of five
are left out, and so on); a larger one leaves out more. 0 leaves out none, which takes minutes."""

import json
import os
import shutil
import subprocess
import sys
import tempfile

import gate_inputs


def main():
    program, source, helper = [os.path.abspath(path) for path in sys.argv[1:4]]
    step = int(sys.argv[4])
    version, build = gate_inputs.program_identity(program)
    with open(os.path.join(source, "ci/criteria.json"), encoding="utf-8") as file:
        criteria = json.load(file)
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
    few, fewer, others = str(max(1, 5 * step)), str(max(1, 53 * step)), str(max(1, step))
    decide = [fewer, others, "no", gate_inputs.NOW]
    runs = [[few, others, "yes", gate_inputs.NOW, "criteria.json", "upstream.json", "standalone.json"],
            [fewer, others, "compare", "before", "standalone.json"],
            decide + ["waiver.json", "upstream2.json", "wrong.json", "reference.json", "broken.json",
                      "edited.json", "nowhere.json"],
            decide + ["criteria.json", "newer.json", "hang.json"],
            decide + ["criteria.json", "open.json", "standalone.json", "release0.json",
                      "release1.json", "release2.json"],
            decide + ["weaker.json", "upstream.json", "standalone.json", "standalone.json",
                      "same_run.json", "controls.json", "times.json"]]
    failed = 0
    with tempfile.TemporaryDirectory() as directory:
        for name, value in inputs.items():
            with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
                json.dump(value, file)
        os.mkdir(os.path.join(directory, "before"))
        for name in ("standalone.json", "hang.json"):
            shutil.copy(os.path.join(directory, name), os.path.join(directory, "before"))
        for arguments in runs:
            result = subprocess.run([helper] + arguments, cwd=directory, timeout=600,
                                    capture_output=True, text=True)
            print(arguments[2], result.stdout, result.stderr)
            failed += result.returncode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
