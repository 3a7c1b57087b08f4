# SPDX-License-Identifier: MIT
"""Every case of the directory `cases` goes through the real program, which must say what it says.

A case is a JSON file:
  why        what the case is there for
  harness    a file of `harnesses`; or
  script     the lines of a harness of its own, "#!" line first
  replace    {text: text}, edits to the harness; each text must be in it
  arguments  further arguments of `rename-oracle guard`; {case} is the directory of the harness
  exit       the exit status that must come
  modes      {mode: verdict}; "*" stands for all modes that are not named
  says       texts that must stand in the document
  landlock   true: the case is about what the kernel refuses, and is left out where it can't
  silent     texts that must not
What is printed has to be valid against the Schema, and after a case nothing may be left in its
temporary directory, nor any process that works there.
"""
import ctypes
import json
import os
import pathlib
import signal
import subprocess
import tempfile

import jsonschema
import pytest

from support.build import SOURCE, TESTS

HERE = TESTS / "guard"
CASES = sorted(HERE.glob("cases/*.json"))
SCHEMA = SOURCE / "results/schema/guard-1.schema.json"
VALIDATOR = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
KEYS = {"why", "harness", "script", "replace", "arguments", "exit", "modes", "says", "silent", "landlock"}


def harness_text(case):
    if "script" in case:
        text = "\n".join(case["script"]) + "\n"
    else:
        text = (HERE / "harnesses" / case["harness"]).read_text(encoding="utf-8")
    for old, new in case.get("replace", {}).items():
        assert old in text, f"the harness has no {old!r}"
        text = text.replace(old, new)
    return text


def complaints(case, result):
    if case["exit"] == 2 and "modes" not in case:
        document, text = None, result.stderr
    else:
        document, text = json.loads(result.stdout), result.stdout
    if result.returncode != case["exit"]:
        yield f"exit status {result.returncode}, not {case['exit']}"
    if document:
        yield from (f"against the Schema: {error.message}" for error in VALIDATOR.iter_errors(document))
    for mode in document["modes"] if document else []:
        wanted = case["modes"].get(mode["mode"], case["modes"].get("*"))
        if mode["verdict"] != wanted:
            yield f"{mode['mode']} is {mode['verdict']}, not {wanted}: {mode['reason']}"
    for said in case.get("says", []):
        if json.dumps(said)[1:-1] not in text and said not in text:
            yield f"does not say {said!r}"
    for said in case.get("silent", []):
        if said in text:
            yield f"says {said!r}"


def processes_in(directory):
    """Whoever has a working directory below this one, which may be gone."""
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and os.readlink(f"/proc/{name}/cwd").startswith(f"{directory}/"):
                yield int(name)
        except OSError:  # it has ended
            continue


def has_landlock():
    create_ruleset, version = 444, 1
    return ctypes.CDLL(None).syscall(create_ruleset, None, 0, version) > 0


# Hundreds of programs are started: once is enough, the sanitized build has the command line's test.
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_guard_says_of_a_case_what_it_says(path, program):
    case = json.loads(path.read_text(encoding="utf-8"))
    assert set(case) <= KEYS, f"{path.name}: unknown keys {set(case) - KEYS}"
    if case.get("landlock") and not has_landlock():
        pytest.skip("this kernel has no Landlock")
    with tempfile.TemporaryDirectory(prefix="case.") as base:
        temporary = pathlib.Path(base, "tmp")
        temporary.mkdir()
        harness = pathlib.Path(base, "harness")
        harness.write_text(harness_text(case), encoding="utf-8")
        harness.chmod(0o755)
        arguments = [word.replace("{case}", base) for word in case.get("arguments", [])]
        result = subprocess.run([program, "guard", "--json", *arguments, str(harness)], timeout=120,
                                env={"TMPDIR": str(temporary), "PATH": "/usr/bin:/bin"}, check=False,
                                capture_output=True, text=True)
        found = list(complaints(case, result))
        found += [f"left behind: {name.name}" for name in temporary.iterdir()]
        for pid in processes_in(base):
            found.append(f"left running: {pid}")
            os.kill(pid, signal.SIGKILL)
        assert found == [], (result.stdout, result.stderr)


def test_there_are_cases():
    assert CASES
