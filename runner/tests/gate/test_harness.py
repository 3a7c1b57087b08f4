# SPDX-License-Identifier: MIT
"""gate --harness: -B missing while it has to stay is exit 3; while it may go, it is told and 0; a
harness that can't be judged never makes a keep look settled."""
import json
import os
import subprocess

import pytest

import gate_inputs
from support.build import SOURCE

pytestmark = pytest.mark.sanitize

HARNESS = """#!/usr/bin/python3 -IS
import os, sys
os.spawnv(os.P_WAIT, "./bin/nanvixd.elf", ["./bin/nanvixd.elf", "--", "./bin/python3.12",
          "%s-m test " + " ".join(sys.argv[1:]) + ";PYTHONHOME=/"])
"""
HARNESSES = {"good.py": HARNESS % "-B ", "bare.py": HARNESS % "",
             "idle.py": "#!/usr/bin/python3 -IS\n",
             "odd.py": "#!/usr/bin/python3 -IS\nimport sys\nsys.exit(9)\n",
             "dead.py": "#!/usr/bin/python3 -IS\nimport os\nos.kill(os.getpid(), 9)\n"}
DOCUMENTS = ["standalone.json", "single.json", "multi.json"]
# harness, documents given, wanted exit, wanted status, wanted words
TABLE = [
    ("good.py", 3, 0, "protected", "still passes -B in everything that was exercised, and may stop"),
    ("bare.py", 3, 0, "unprotected", "does not pass -B in every mode checked, and need not"),
    ("odd.py", 3, 0, "not_exercised", "was not exercised, so it can't be judged"),
    ("dead.py", 3, 0, "unknown", "can't be judged"),
    ("good.py", 2, 1, "protected", "passes -B in everything that was exercised, as it has to"),
    ("bare.py", 2, 3, "unprotected", "DOES NOT PASS -B IN EVERY MODE, and has to"),
    ("good.py", 2, 1, "protected", "not exercised: scenario "),
    ("good.py", 2, 1, "protected", "confined: "),
    ("idle.py", 2, 2, "not_exercised", "was not exercised"),
    ("odd.py", 2, 2, "not_exercised", "exited with 9"),
    ("dead.py", 2, 2, "unknown", "can't be judged"),
    ("nowhere.py", 3, 2, None, ""),
]


def run(program, directory, harness, count, extra, **environment):
    return subprocess.run(
        [program, "gate", "--now", gate_inputs.NOW, "--upstream", "upstream.json", "--harness",
         harness, "--harness-mode", "flag-direct"] + extra + DOCUMENTS[:count],
        cwd=directory, capture_output=True, text=True, timeout=300, check=False,
        env={**os.environ, **environment})


@pytest.fixture(name="place")
def inputs_and_harnesses(program, tmp_path):
    version, build = gate_inputs.program_identity(program)
    criteria = json.loads((SOURCE / "ci/criteria.json").read_text())
    for name, value in gate_inputs.make_inputs(build, version, criteria).items():
        (tmp_path / name).write_text(json.dumps(value))
    for name, text in HARNESSES.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    return tmp_path


@pytest.mark.parametrize("harness, count, code, status, words", TABLE)
def test_a_harness_is_told_of_beside_the_answer(harness, count, code, status, words, program, place):
    result = run(program, place, harness, count, [])
    assert result.returncode == code and words in result.stdout, result
    if status is None:
        assert result.stdout == "" and harness in result.stderr, result
    elif (harness, count) in (("bare.py", 2), ("idle.py", 2)):
        document = run(program, place, harness, count, ["--json"])
        decision = json.loads(document.stdout)
        assert document.returncode == code and decision["harness"]["status"] == status
        assert decision["digest"] == gate_inputs.digest_of(decision)


def test_a_guard_that_can_not_even_begin_says_why_and_there_is_no_answer(program, place):
    result = run(program, place, "good.py", 3, [], TMPDIR="/nonexistent")
    assert result.returncode == 2 and not result.stdout and "/nonexistent" in result.stderr, result
