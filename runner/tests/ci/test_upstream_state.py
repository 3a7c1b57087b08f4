#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""ci/upstream-state writes what the gate reads, and writes nothing when GitHub's answer is doubtful.

GitHub is replaced by a program named gh that answers from files.
"""
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import jsonschema

SOURCE = Path(__file__).resolve().parents[3]
GH = """#!/bin/sh
[ "$1" = api ] || { echo "unknown command $1" >&2; exit 1; }
file="$ANSWERS/$(echo "$2" | tr / _)"
[ -f "$file" ] || { echo "HTTP 404: Not Found" >&2; exit 1; }
cat "$file"
"""
OPEN = {"number": 501, "state": "open", "state_reason": None, "title": "ignored"}
CLOSED = {"number": 552, "state": "closed", "state_reason": "completed"}
PATHS = {"501": "repos_nanvix_cpython_issues_501", "552": "repos_nanvix_cpython_issues_552"}
failures = []


def run(answers, *options, with_gh=True):
    """Runs the script against these answers, {issue number: JSON or text}."""
    with tempfile.TemporaryDirectory() as scratch:
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


def expect(what, condition, done):
    if not condition:
        failures.append(what)
        print(f"FAILED: {what}: exit {done.returncode}\n{done.stdout}{done.stderr}")


def refused(what, message, answers, *options, **named):
    done = run(answers, *options, **named)
    expect(what, done.returncode == 2 and done.stdout == "" and message in done.stderr
           and done.stderr.count("\n") == 1, done)


good = {"501": OPEN, "552": CLOSED}
done = run(good, "--fixed-in", "NSKIP055=v0.15.0")
expect("two issues: exit 0", done.returncode == 0, done)
schema = json.loads((SOURCE / "results/schema/upstream-1.schema.json").read_text())
document = json.loads(done.stdout)
jsonschema.Draft202012Validator(schema).validate(document)
issues = {issue["issue"]: issue for issue in document["issues"]}
expect("open stays open", issues["NSKIP021"]["state"] == "open", done)
expect("nobody said where it is fixed", issues["NSKIP021"]["fixed_in"] is None, done)
expect("closed as completed", issues["NSKIP055"]["state_reason"] == "completed", done)
expect("fixed where it was said", issues["NSKIP055"]["fixed_in"] == "v0.15.0", done)
expect("how it was looked up", issues["NSKIP055"]["looked_up_how"]
       == "gh api repos/nanvix/cpython/issues/552", done)

refused("one issue is not there", "404", {"501": OPEN})
refused("another issue's answer", "not issue 501", {"501": CLOSED, "552": CLOSED})
refused("no JSON", "not JSON", {"501": "<html>", "552": CLOSED})
refused("a list", "not an issue", {"501": "[]", "552": CLOSED})
refused("an unknown state", "with a state", {"501": {**OPEN, "state": "merged"}, "552": CLOSED})
refused("a pull request", "pull request", {"501": {**OPEN, "pull_request": {}}, "552": CLOSED})
refused("fixed-in for an issue that nobody asks for", "no such issue", good, "--fixed-in", "X=v1")
refused("no value", "ISSUE=VALUE", good, "--fixed-in", "NSKIP021")
refused("given twice", "twice", good, "--fixed-in", "NSKIP021=a", "--fixed-in", "NSKIP021=b")
refused("no reference", "OWNER/REPO#NUMBER", good, "--issue", "NSKIP021=501")
refused("no gh", "not installed", good, with_gh=False)
if failures:
    sys.exit(1)
print("all cases hold")
