#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the runner really writes is what the gate really reads: a run on `native` is refused as it
is, and the same document, dressed up as one about Nanvix in each mode, yields yes. (Nobody can keep
a forger from doing that; here it shows that no honest pass is called contradictory.) usage:
test_real_documents.py PROGRAM"""

import glob
import json
import os
import subprocess
import sys
import tempfile

import gate_inputs


def gate(program, directory, finished, documents):
    result = subprocess.run(
        [program, "gate", "--json", "--now", finished, "--upstream", "upstream.json", *documents],
        cwd=directory, capture_output=True, text=True, timeout=60)
    return result.returncode, json.loads(result.stdout)


def main():
    program = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run([program, "run", "-t", "native", "-n", "3", "-o", directory],
                       cwd=directory, check=True, capture_output=True, timeout=240)
        path = glob.glob(os.path.join(directory, "*", "native.json"))[0]
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        assert document["digest"] == gate_inputs.digest_of(document), "the runner's digest"
        finished = document["run"]["finished"]
        upstream = gate_inputs.make_upstream()
        for issue in upstream["issues"]:
            issue["looked_up_at"] = finished
        for name, value in [("upstream.json", upstream)] + \
                [(name + ".json", gate_inputs.dress_as_nanvix(document, name)) for name in gate_inputs.MODES]:
            with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
                json.dump(value, file)

        code, decision = gate(program, directory, finished, [path])
        assert code == 1, "a reference document is no evidence"
        assert {reason["id"] for entry in decision["refused"] for reason in entry["reasons"]} == {
            "reference_subject", "mode_not_asked"}, decision["refused"]
        names = [name + ".json" for name in gate_inputs.MODES]
        code, decision = gate(program, directory, finished, names)
        assert code == 0, json.dumps([decision["refused"], decision["missing"]], indent=1)[:4000]
    return 0


if __name__ == "__main__":
    sys.exit(main())
