# SPDX-License-Identifier: MIT
"""The scenario implicit-import never passes for the wrong reason, and its absence is a skip.

On a directory of this machine, because what is tested is the runner: a pyc too many, a control that
ran without -B, a target without an interpreter, an interpreter that is not there, a wrong name.
"""
import json
import os
import shutil

import pytest

from support.build import SOURCE

ONLY = ["--scenario", "implicit-import", "-s", "implicit_import", "--no-controls"]


def interpreter(**changes):
    native = json.loads((SOURCE / "runner/targets/native.json").read_text())
    return {**native["interpreter"], **changes}


def cells_of(oracle, target):
    return {cell["shape"]: cell for cell in oracle.documents()[target]["cells"]}


def check_skip(oracle, path, reason):
    """The others run, the scenario is skipped and says why."""
    name = os.path.basename(path)[:-len(".json")]
    code, _, errors = oracle.run("-t", path, "-s", "subdir_sibling", *ONLY)
    cells = cells_of(oracle, name)
    assert code == 0, (name, code, errors)
    assert cells["subdir_sibling"]["verdict"] == "pass", cells["subdir_sibling"]
    for shape in ("implicit_import", "implicit_import_b"):
        assert cells[shape]["verdict"] == "skip" and cells[shape]["gating"] is False, cells[shape]
        assert reason in cells[shape]["reason"], cells[shape]["reason"]


def check_no_skip(oracle, path):
    """--no-skip makes the skip a failure, also where the controls are left out."""
    code, _, errors = oracle.run("-t", path, "-s", "subdir_sibling", "--no-skip", *ONLY)
    assert code == 1, ("a skip looked like a pass:", code, errors)


def test_a_scenario_that_can_not_run_takes_nothing_from_the_rest(oracle, without):
    """The gate still gets a whole document."""
    # What the controls come to is not asked here: on a busy machine one may starve.
    oracle.run("-t", without, "-s", "subdir_sibling", "--total-budget", "10", "--control-step-budget",
               "0.3", *[word for word in ONLY if word != "--no-controls"])
    document = oracle.documents()["no-interpreter"]
    assert document["complete"], document["inadmissible_because"]


def test_a_pyc_too_many_is_found_by_the_host(oracle, build):
    """The script believes that all is well, and the host finds another file beside the pyc."""
    scripts = str(build.library / "probes/python3")
    shutil.copytree(scripts, f"{oracle.scratch}/probes/python3")
    script = f"{oracle.scratch}/probes/python3/implicit_import"
    with open(script, encoding="utf-8") as file:
        text = file.read()
    said = "    return journal.end()"
    assert text.count(said) == 1, ("the script has changed:", said)
    left = '    if writing:\n        open(shape.pyc + ".1", "w").close()\n'
    with open(script, "w", encoding="utf-8") as file:
        file.write(text.replace(said, left + said))
    # The programs are those of the build; only the scripts are others.
    os.symlink(os.path.join(os.path.dirname(scripts), "linux-x86_64"),
               f"{oracle.scratch}/probes/linux-x86_64")
    oracle.run("-t", "native", "--probes", f"{oracle.scratch}/probes", *ONLY)
    cells = cells_of(oracle, "native")
    assert cells["implicit_import"]["verdict"] == "error", cells["implicit_import"]
    assert "m.cpython-" in cells["implicit_import"]["reason"], cells["implicit_import"]["reason"]
    assert cells["implicit_import_b"]["verdict"] == "pass", cells["implicit_import_b"]


def test_a_control_that_ran_without_dash_b_is_none(oracle):
    """A control that writes bytecode is not the control."""
    argv = [word for word in interpreter()["argv"] if word != "{python_flags}"]
    path = oracle.descriptor("no-flags", interpreter=interpreter(argv=argv))
    code, _, errors = oracle.run("-t", path, *ONLY)
    cell = cells_of(oracle, "no-flags")["implicit_import_b"]
    assert code == 1 and cell["verdict"] == "error", (code, errors, cell)
    assert "it calls itself implicit_import" in cell["reason"], cell["reason"]


@pytest.fixture(name="without")
def target_without_an_interpreter(oracle):
    path = oracle.descriptor("no-interpreter", title="another directory of this machine")
    with open(path, encoding="utf-8") as file:
        descriptor = json.load(file)
    del descriptor["interpreter"]
    with open(path, "w", encoding="utf-8") as file:
        json.dump(descriptor, file)
    return path


def test_an_unknown_scenario_is_refused(oracle):
    code, _, errors = oracle.run("-t", "native", "--scenario", "explicit-import")
    assert code == 2 and "no such scenario" in errors, errors


@pytest.mark.sanitize
def test_an_interpreter_that_is_not_there_is_a_skip_and_never_a_pass(oracle):
    missing = oracle.descriptor("no-python", interpreter=interpreter(python="/nowhere/python3"))
    check_skip(oracle, missing,
               "needs /nowhere/python3: No such file or directory; install the package")
    check_no_skip(oracle, missing)


def test_a_target_without_an_interpreter_is_a_skip(oracle, without):
    check_skip(oracle, without, "its descriptor names no interpreter")
