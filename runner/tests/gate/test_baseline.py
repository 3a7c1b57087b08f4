#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The reference targets still do what their measured baseline says: the six shapes are run on each,
and no cell may have regressed or be gone. That they are compared at all is seen by taking a target
away. usage: test_baseline.py PROGRAM SOURCE. Exit codes: 0 as before, 1 not, 77 a target can't run."""

import glob
import json
import os
import subprocess
import sys
import tempfile

TARGETS = ["native", "uml-fat", "uml-hostfs"]
CELLS = 18


def compare(program, baseline, fresh):
    done = subprocess.run([program, "compare", "--strict", "--json", baseline, fresh],
                          stdout=subprocess.PIPE, timeout=60, check=False, text=True)
    return done.returncode, json.loads(done.stdout)["counts"]


def main():
    program, source = [os.path.abspath(path) for path in sys.argv[1:3]]
    baseline = os.path.join(source, "results/baseline/measured")
    with tempfile.TemporaryDirectory() as directory:
        command = [program, "run", "--quiet", "--no-controls", "-o", directory]
        for target in TARGETS:
            command += ["-t", target]
        subprocess.run(command, timeout=240, check=False)
        documents = sorted(glob.glob(os.path.join(directory, "*", "*.json")))
        fresh = os.path.dirname(documents[0])
        for path in documents:
            with open(path, encoding="utf-8") as file:
                cells = json.load(file)["cells"]
            if any(cell["verdict"] == "skip" for cell in cells):
                print("skipped: %s" % cells[0]["reason"])
                return 77
        code, counts = compare(program, baseline, fresh)
        print(code, counts)
        if code != 0 or counts["unchanged"] != CELLS or counts["new"] + counts["fixed"] != 0:
            return 1
        os.unlink(documents[-1])
        code, counts = compare(program, baseline, fresh)
        print(code, counts, "with a target taken away")
        return 0 if code == 1 and counts["gone"] == CELLS // len(TARGETS) else 1


if __name__ == "__main__":
    sys.exit(main())
