# SPDX-License-Identifier: MIT
"""The reference targets still do what their measured baseline says: the six shapes are run on each,
and no cell may have regressed or be gone. That they are compared at all is seen by taking a target
away."""
import json
import subprocess

import pytest

from support.build import SOURCE

TARGETS = ["native", "uml-fat", "uml-hostfs", "uml-9p"]
CELLS = 24


def compare(program, fresh):
    done = subprocess.run([program, "compare", "--strict", "--json",
                           SOURCE / "results/baseline/measured", fresh],
                          stdout=subprocess.PIPE, timeout=60, check=False, text=True)
    return done.returncode, json.loads(done.stdout)["counts"]


def test_nothing_has_regressed_from_the_baseline(program, tmp_path):
    subprocess.run([program, "run", "--quiet", "--no-controls", "-o", tmp_path,
                    *(word for target in TARGETS for word in ("-t", target))], timeout=240, check=False)
    documents = sorted(tmp_path.glob("*/*.json"))
    for path in documents:
        for cell in json.loads(path.read_text())["cells"]:
            if cell["verdict"] == "skip":
                pytest.skip(cell["reason"])
    fresh = documents[0].parent
    code, counts = compare(program, fresh)
    assert code == 0 and counts["unchanged"] == CELLS and counts["new"] + counts["fixed"] == 0, counts
    documents[-1].unlink()
    code, counts = compare(program, fresh)
    assert code == 1 and counts["gone"] == CELLS // len(TARGETS), counts
