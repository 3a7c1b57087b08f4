#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The scenario implicit-import never passes for the wrong reason, and its absence is a skip.

On a directory of this machine, because what is tested is the runner: a pyc too many, a control that
ran without -B, a target without an interpreter, an interpreter that is not there, a wrong name.

Usage: scenario.py RENAME_ORACLE SCRIPTS (the directory of the scenario's scripts)
"""

import json
import os
import shutil
import sys

from oracle import SCHEMAS, Oracle, expect

ONLY = ["--scenario", "implicit-import", "-s", "implicit_import", "--no-controls"]


def interpreter(**changes):
    with open(os.path.join(SCHEMAS, "../../runner/targets/native.json"), encoding="utf-8") as file:
        return {**json.load(file)["interpreter"], **changes}


def cells_of(oracle, target):
    return {cell["shape"]: cell for cell in oracle.documents()[target]["cells"]}


def check_skip(oracle, path, reason):
    """The others run, the scenario is skipped and says why."""
    name = os.path.basename(path)[:-len(".json")]
    code, _, errors = oracle.run("-t", path, "-s", "subdir_sibling", *ONLY)
    cells = cells_of(oracle, name)
    expect(code == 0, name, code, errors)
    expect(cells["subdir_sibling"]["verdict"] == "pass", cells["subdir_sibling"])
    for shape in ("implicit_import", "implicit_import_b"):
        expect(cells[shape]["verdict"] == "skip" and cells[shape]["gating"] is False, cells[shape])
        expect(reason in cells[shape]["reason"], cells[shape]["reason"])


def check_no_skip(oracle, path):
    """--no-skip makes the skip a failure, also where the controls are left out."""
    code, _, errors = oracle.run("-t", path, "-s", "subdir_sibling", "--no-skip", *ONLY)
    expect(code == 1, "a skip looked like a pass:", code, errors)


def check_whole_without(oracle, path):
    """A scenario that can't run takes nothing from the rest: the gate still gets a whole document."""
    # What the controls come to is not asked here: on a busy machine one may starve.
    oracle.run("-t", path, "-s", "subdir_sibling", "--total-budget", "10", "--control-step-budget",
               "0.3", *[word for word in ONLY if word != "--no-controls"])
    document = oracle.documents()["no-interpreter"]
    expect(document["complete"], document["inadmissible_because"])


def check_pyc_too_many(oracle, scripts):
    """The script believes that all is well, and the host finds another file beside the pyc."""
    shutil.copytree(scripts, f"{oracle.scratch}/probes/python3")
    script = f"{oracle.scratch}/probes/python3/implicit_import"
    with open(script, encoding="utf-8") as file:
        text = file.read()
    said = "    return journal.end()"
    expect(text.count(said) == 1, "the script has changed:", said)
    left = '    if writing:\n        open(shape.pyc + ".1", "w").close()\n'
    with open(script, "w", encoding="utf-8") as file:
        file.write(text.replace(said, left + said))
    # The programs are those of the build; only the scripts are others.
    os.symlink(os.path.join(os.path.dirname(scripts), "linux-x86_64"),
               f"{oracle.scratch}/probes/linux-x86_64")
    oracle.run("-t", "native", "--probes", f"{oracle.scratch}/probes", *ONLY)
    cells = cells_of(oracle, "native")
    expect(cells["implicit_import"]["verdict"] == "error", cells["implicit_import"])
    expect("m.cpython-" in cells["implicit_import"]["reason"], cells["implicit_import"]["reason"])
    expect(cells["implicit_import_b"]["verdict"] == "pass", cells["implicit_import_b"])


def check_control_without_b(oracle):
    """A control that writes bytecode is not the control."""
    argv = [word for word in interpreter()["argv"] if word != "{python_flags}"]
    path = oracle.descriptor("no-flags", interpreter=interpreter(argv=argv))
    code, _, errors = oracle.run("-t", path, *ONLY)
    cell = cells_of(oracle, "no-flags")["implicit_import_b"]
    expect(code == 1 and cell["verdict"] == "error", code, errors, cell)
    expect("it calls itself implicit_import" in cell["reason"], cell["reason"])


def main():
    program, scripts = sys.argv[1], os.path.realpath(sys.argv[2])
    with Oracle(program) as oracle:
        code, _, errors = oracle.run("-t", "native", "--scenario", "explicit-import")
        expect(code == 2 and "there is: implicit-import" in errors, code, errors)
        missing = interpreter(python="/nowhere/python3")
        check_skip(oracle, oracle.descriptor("no-python", interpreter=missing),
                   "needs /nowhere/python3: No such file or directory; install the package")
        check_no_skip(oracle, f"{oracle.scratch}/no-python.json")
        path = oracle.descriptor("no-interpreter", title="another directory of this machine")
        with open(path, encoding="utf-8") as file:
            descriptor = json.load(file)
        del descriptor["interpreter"]
        with open(path, "w", encoding="utf-8") as file:
            json.dump(descriptor, file)
        check_skip(oracle, path, "its descriptor names no interpreter")
        check_whole_without(oracle, path)
        check_pyc_too_many(oracle, scripts)
        check_control_without_b(oracle)


if __name__ == "__main__":
    main()
