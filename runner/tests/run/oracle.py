# SPDX-License-Identifier: MIT
"""What the end-to-end tests of the runner share: running it, and reading its documents."""

import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

import jsonschema

# Every run of the tests comes to an end by itself long before this, also on a busy machine.
DEADLINE_S = 240
SCHEMAS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../results/schema")


def validator():
    with open(f"{SCHEMAS}/verdict-1.schema.json", encoding="utf-8") as file:
        return jsonschema.Draft202012Validator(json.load(file))


class Oracle:
    """The program under test with a scratch directory that is removed at the end."""

    def __init__(self, program):
        self.program = program
        self.scratch = tempfile.mkdtemp(prefix="oracle-test.")
        self.runs = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.scratch, ignore_errors=True)

    def command(self, *arguments):
        self.runs += 1
        self.output = f"{self.scratch}/run{self.runs}"
        return [self.program, "run", "-o", self.output, *arguments]

    def run(self, *arguments, environment=None):
        """Runs `run` and returns (exit code, standard output, standard error)."""
        done = subprocess.run(self.command(*arguments), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=DEADLINE_S, check=False, env=environment)
        return done.returncode, done.stdout, done.stderr

    def documents(self):
        """The documents of the last run by target, each checked against the schema."""
        found = {}
        check = validator()
        for path in glob.glob(f"{self.output}/*/*.json"):
            with open(path, encoding="utf-8") as file:
                document = json.load(file)
            check.validate(document)
            found[document["target"]["name"]] = document
        return found

    def descriptor(self, name, **changes):
        """Writes a copy of the native descriptor with top-level changes; returns its path."""
        base = os.path.join(SCHEMAS, "../../runner/targets/native.json")
        with open(base, encoding="utf-8") as file:
            descriptor = json.load(file)
        descriptor["name"] = name
        descriptor.update(changes)
        path = f"{self.scratch}/{name}.json"
        with open(path, "w", encoding="utf-8") as file:
            json.dump(descriptor, file)
        return path


def expect(condition, *why):
    """Ends the test as failed, saying why, unless the condition holds."""
    if not condition:
        print("FAILED:", *why)
        sys.exit(1)
