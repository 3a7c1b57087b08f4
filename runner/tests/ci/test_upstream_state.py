# SPDX-License-Identifier: MIT
"""ci/upstream-state writes what the gate reads, and writes nothing when GitHub's answer is doubtful.

GitHub is replaced by a program named gh that answers from files.
"""
import json
import os
import subprocess
from pathlib import Path

import jsonschema
import pytest

from support.build import SOURCE

GH = """#!/bin/sh
[ "$1" = api ] || { echo "unknown command $1" >&2; exit 1; }
file="$ANSWERS/$(echo "$2" | tr / _)"
[ -f "$file" ] || { echo "HTTP 404: Not Found" >&2; exit 1; }
cat "$file"
"""
OPEN = {"number": 501, "state": "open", "state_reason": None, "title": "ignored"}
CLOSED = {"number": 552, "state": "closed", "state_reason": "completed"}
PATHS = {"501": "repos_nanvix_cpython_issues_501", "552": "repos_nanvix_cpython_issues_552"}
GOOD = {"501": OPEN, "552": CLOSED}


def run(scratch, answers, *options, with_gh=True):
    """Runs the script against these answers, {issue number: JSON or text}."""
    tools, folder = Path(scratch, "bin"), Path(scratch, "answers")
    tools.mkdir()
    folder.mkdir()
    if with_gh:
        (tools / "gh").write_text(GH)
        (tools / "gh").chmod(0o755)
    for number, answer in answers.items():
        text = answer if isinstance(answer, str) else json.dumps(answer)
        (folder / PATHS[number]).write_text(text)
    path = f"{tools}:/usr/bin:/bin" if with_gh else str(tools)
    return subprocess.run(["/usr/bin/python3", SOURCE / "ci/upstream-state", *options],
                          env={**os.environ, "PATH": path, "ANSWERS": str(folder)},
                          capture_output=True, text=True, timeout=60, check=False)


def test_two_issues_are_written_as_the_gate_reads_them(tmp_path):
    done = run(tmp_path, GOOD, "--fixed-in", "NSKIP055=v0.15.0")
    assert done.returncode == 0, done
    schema = json.loads((SOURCE / "results/schema/upstream-1.schema.json").read_text())
    document = json.loads(done.stdout)
    jsonschema.Draft202012Validator(schema).validate(document)
    issues = {issue["issue"]: issue for issue in document["issues"]}
    assert issues["NSKIP021"]["state"] == "open"
    assert issues["NSKIP021"]["fixed_in"] is None  # nobody said where
    assert issues["NSKIP055"]["state_reason"] == "completed"
    assert issues["NSKIP055"]["fixed_in"] == "v0.15.0"
    assert issues["NSKIP055"]["looked_up_how"] == "gh api repos/nanvix/cpython/issues/552"


@pytest.mark.parametrize("message, answers, options", [
    ("404", {"501": OPEN}, []),
    ("not issue 501", {"501": CLOSED, "552": CLOSED}, []),
    ("not JSON", {"501": "<html>", "552": CLOSED}, []),
    ("not an issue", {"501": "[]", "552": CLOSED}, []),
    ("with a state", {"501": {**OPEN, "state": "merged"}, "552": CLOSED}, []),
    ("pull request", {"501": {**OPEN, "pull_request": {}}, "552": CLOSED}, []),
    ("no such issue", GOOD, ["--fixed-in", "X=v1"]),
    ("ISSUE=VALUE", GOOD, ["--fixed-in", "NSKIP021"]),
    ("twice", GOOD, ["--fixed-in", "NSKIP021=a", "--fixed-in", "NSKIP021=b"]),
    ("OWNER/REPO#NUMBER", GOOD, ["--issue", "NSKIP021=501"]),
    ("not installed", GOOD, None),
])
def test_a_doubtful_answer_is_one_line_and_no_document(message, answers, options, tmp_path):
    done = run(tmp_path, answers, *(options or []), with_gh=options is not None)
    assert (done.returncode, done.stdout) == (2, ""), done
    assert message in done.stderr and done.stderr.count("\n") == 1, done
