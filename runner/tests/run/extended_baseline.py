#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The extended shapes say on the reference targets what results/baseline/extended.json expects.

Every difference is one line with the shape, the target, what was expected and what was got. That a
difference is found at all is seen by expecting something else.

Usage: extended_baseline.py RENAME_ORACLE quick|all
quick: native, and on uml-fat all but full_directory, which takes longer there than all the others.
"""

import json
import subprocess
import sys

from oracle import DEADLINE_S, SCHEMAS, Oracle, expect

BASELINE = f"{SCHEMAS}/../baseline/extended.json"


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
    expect(list(documents) == [target], list(documents), err)
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
        expect(differences(other, found) ==
               [f"identity on {target}: expected hang, got {cells['identity']}"], target)
        fewer = {target: {shape: cells[shape] for shape in cells if shape != "identity"}}
        expect(differences({target: cells}, fewer) ==
               [f"identity on {target}: expected {cells['identity']}, got no cell"], target)


def main():
    with open(BASELINE, encoding="utf-8") as file:
        expected = json.load(file)["verdicts"]
    with Oracle(sys.argv[1]) as oracle:
        shapes = known_shapes(oracle)
        for target, cells in expected.items():
            expect(set(cells) == shapes, target, "lacks or has too much", set(cells) ^ shapes)
        if sys.argv[2] == "quick":
            del expected["uml-hostfs"], expected["uml-fat"]["full_directory"]
        found, skipped = {}, {}
        for target, cells in expected.items():
            run_shapes(oracle, target, sorted(cells), found, skipped)
    wrong = differences(expected, found)
    expect(not wrong, "\n".join(["", *wrong]))
    expect_to_be_seen(expected, found)
    print(f"{sum(map(len, found.values()))} cells as expected, on {', '.join(found)}")
    if skipped:
        print("SKIPPED:", skipped)
        sys.exit(77)


if __name__ == "__main__":
    main()
