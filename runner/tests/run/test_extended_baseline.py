# SPDX-License-Identifier: MIT
"""The extended shapes say on the reference targets what results/baseline/extended.json expects.

Every difference is one line with the shape, the target, what was expected and what was got. That a
difference is found at all is seen by expecting something else.
"""
import json
import subprocess

import pytest

from support.build import DEADLINE_S, SOURCE


def known_shapes(oracle):
    """The shapes that `run --extended` adds: programs, not scripts."""
    done = subprocess.run([oracle.program, "list", "--json"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, timeout=DEADLINE_S, check=True)
    return {shape["name"] for shape in json.loads(done.stdout)["shapes"]
            if shape["group"] == "informs" and "scenario" not in shape}


def differences(expected, found):
    """One line for each cell that is not as expected; both are {target: {shape: verdict}}."""
    return [f"{shape} on {target}: expected {cells.get(shape, 'no cell')}, "
            f"got {found[target].get(shape, 'no cell')}"
            for target, cells in expected.items() if target in found
            for shape in sorted(cells.keys() | found[target].keys())
            if cells.get(shape) != found[target].get(shape)]


def verdict_of(cell):
    return cell["verdict"] + (" with data loss" if cell.get("data_loss") else "")


def run_shapes(oracle, target, shapes, found, skipped):
    """Puts into `found` what the target said, or into `skipped` why it could not say anything."""
    words = [word for shape in shapes for word in ("-s", shape)]
    _, _, err = oracle.run("-q", "--no-controls", "-n", "1", "-t", target, *words)
    documents = oracle.documents()
    assert list(documents) == [target], (list(documents), err)
    document = documents[target]
    if "skipped" in document:
        skipped[target] = document["skipped"]
        return
    found[target] = {cell["shape"]: verdict_of(cell) for cell in document["cells"]}
    for cell in document["cells"]:
        if cell["verdict"] != "pass":
            print(f"{cell['shape']} on {target}: {verdict_of(cell)}: {cell['reason']}")


def expect_to_be_seen(expected, found):
    """A changed verdict and a cell that is gone are differences, on each target."""
    for target, cells in found.items():
        other = {target: dict(expected[target], identity="hang")}
        assert differences(other, found) == [
            f"identity on {target}: expected hang, got {cells['identity']}"]
        fewer = {target: {shape: cells[shape] for shape in cells if shape != "identity"}}
        assert differences({target: cells}, fewer) == [
            f"identity on {target}: expected {cells['identity']}, got no cell"]


def test_the_extended_shapes_say_what_the_baseline_expects(oracle):
    """On native, and on uml-fat all but full_directory, which takes longer there than all the others."""
    expected = json.loads((SOURCE / "results/baseline/extended.json").read_text())["verdicts"]
    shapes = known_shapes(oracle)
    for target, cells in expected.items():
        assert set(cells) == shapes, target
    del expected["uml-hostfs"], expected["uml-9p"], expected["uml-fat"]["full_directory"]
    found, skipped = {}, {}
    for target, cells in expected.items():
        run_shapes(oracle, target, sorted(cells), found, skipped)
    assert differences(expected, found) == []
    expect_to_be_seen(expected, found)
    if skipped:
        pytest.skip(str(skipped))
