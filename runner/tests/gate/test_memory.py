#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Memory that runs out anywhere in a decision never makes a yes of it, and never a crash: for a set
that yields yes and for one with everything wrong. usage: test_memory.py PROGRAM SOURCE GATE_MEMORY STEP
STEP: 1 fails every third allocation of the yes, and so on; a larger one fewer."""

import json
import os
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
    inputs["edited.json"] = dict(document, complete=False)
    inputs["upstream2.json"] = {"schema": "rename-oracle/upstream/1", "issues": []}
    inputs["waiver.json"] = dict(inputs["criteria.json"], waivers=[
        {"mode": "standalone", "reason": "x", "from_release": "v1.0", "decided_by": "x"}])
    runs = [[str(3 * step), "yes", gate_inputs.NOW, "criteria.json", "upstream.json", "standalone.json"],
            [str(17 * step), "no", gate_inputs.NOW, "waiver.json", "upstream2.json", "wrong.json",
             "reference.json", "broken.json", "edited.json", "nowhere.json"]]
    failed = 0
    with tempfile.TemporaryDirectory() as directory:
        for name, value in inputs.items():
            with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
                json.dump(value, file)
        for arguments in runs:
            result = subprocess.run([helper] + arguments, cwd=directory, timeout=600,
                                    capture_output=True, text=True)
            print(arguments[1], result.stdout, result.stderr)
            failed += result.returncode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
