# SPDX-License-Identifier: MIT
"""The runner knows every extended shape, takes a refusal that a shape asks for as a pass, and never
lets one of them gate."""
import glob
import json
import os
import subprocess

import harness
from support.build import SOURCE

SHAPES = ("missing_source", "renameat_directory", "full_disk")


def run(program, *arguments):
    return subprocess.run([program, *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=100, check=False)


def test_the_runner_knows_every_shape(program):
    listed = json.loads(run(program, "list", "--json").stdout)["shapes"]
    programs = {s["name"] for s in listed if "scenario" not in s}
    assert programs == set(harness.SHAPES + harness.CONTROLS + harness.EXTENDED), programs
    scripts = {s["name"] for s in listed if "scenario" in s}
    assert scripts == {"implicit_import", "implicit_import_b"}, scripts


def test_a_shape_is_skipped_where_the_target_does_not_offer_what_it_needs(program):
    with harness.fresh_directory() as directory:
        with open(SOURCE / "runner/targets/native.json", encoding="utf-8") as file:
            plain = json.load(file)
        del plain["offers"]
        with open(f"{directory}/plain.json", "w", encoding="utf-8") as file:
            json.dump(plain, file)
        shapes = {"replace_baked_in": "offers no baked_file", "across_mounts": "offers no second_mount"}
        run(program, "run", "-t", f"{directory}/plain.json", "-o", f"{directory}/out", "--no-controls",
            *(word for shape in shapes for word in ("-s", shape)))
        (document,) = glob.glob(f"{directory}/out/*/native.json")
        with open(document, encoding="utf-8") as file:
            cells = {cell["shape"]: cell for cell in json.load(file)["cells"]}
        for shape, reason in shapes.items():
            assert cells[shape]["verdict"] == "skip" and reason in cells[shape]["reason"], cells[shape]


def test_an_extended_shape_never_gates(program):
    with harness.fresh_directory() as directory:
        done = run(program, "run", "-t", "native", "-o", directory, "--no-controls",
                   *(word for shape in SHAPES for word in ("-s", shape)))
        assert done.returncode == 1, done
        (document,) = (os.path.join(top, name) for top, _, names in os.walk(directory)
                       for name in names if name == "native.json")
        with open(document, encoding="utf-8") as file:
            cells = {cell["shape"]: cell for cell in json.load(file)["cells"]}
        assert set(cells) == set(SHAPES)
        assert all(cell["gating"] is False for cell in cells.values())
        assert cells["missing_source"]["verdict"] == "pass", cells["missing_source"]["reason"]
        assert cells["missing_source"]["errno"]["name"] == "ENOENT"
        assert cells["renameat_directory"]["verdict"] == "pass", cells["renameat_directory"]["reason"]
        # Where nothing can be said, nothing is: not a pass.
        assert cells["full_disk"]["verdict"] == "error", cells["full_disk"]["reason"]
        assert "setup_full" in cells["full_disk"]["reason"]
