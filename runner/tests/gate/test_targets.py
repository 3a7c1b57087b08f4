# SPDX-License-Identifier: MIT
"""The criteria can be met: each mode that they ask about has a target about Nanvix, every such
target's documents name the files by which the criteria tell builds apart, and all of their shapes
exist."""
import json
import subprocess

from support import descriptor
from support.build import SOURCE

CRITERIA = json.loads((SOURCE / "ci/criteria.json").read_text())


def test_every_shape_that_is_asked_for_exists(program):
    listing = json.loads(subprocess.run([program, "list", "--json"], check=True, timeout=60,
                                        capture_output=True, text=True).stdout)
    shapes = {shape["name"] for shape in listing["shapes"]}
    assert {shape for issue in CRITERIA["issues"] for shape in issue["shapes"]} <= shapes


def test_every_mode_is_served_by_a_target_that_names_its_files():
    modes = {mode for issue in CRITERIA["issues"] for mode in issue["modes"]}
    targets = [descriptor.whole(path) for path in descriptor.TARGETS.glob("*.json")]
    serving = [target for target in targets
               if target["subject"] == "nanvix" and target["mode"] in modes]
    assert {target["mode"] for target in serving} == modes
    for target in serving:
        assert set(CRITERIA["evidence"]["subject_files"]) <= set(target["sysroot"]["files"])
