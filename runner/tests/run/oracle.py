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


def own_words(errors):
    """Standard error without what a run says of others: the tests beside it kill some of theirs, and
    whoever comes next clears away behind them and says so."""
    return "".join(line for line in errors.splitlines(keepends=True)
                   if not line.startswith("rename-oracle: cleared away what a run left"))


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
        return done.returncode, done.stdout, own_words(done.stderr)

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


# What each control must come to, and the state of its evidence.
CONTROLS = {"control_pass": ("pass", None), "control_fail": ("fail", None),
            "control_block": ("hang", "blocked"), "control_spin": ("hang", "spinning")}


def expect_controls(name, document):
    """Every control of the document has its verdict and its evidence, so that it is admissible."""
    found = {cell["shape"]: (cell["verdict"], (cell["evidence"] or {}).get("state"))
             for cell in document["controls"]}
    expect(found == CONTROLS, name, found, document["inadmissible_because"])
    expect(document["admissible"] is True, name, document["inadmissible_because"])


def expect_swapped_controls(name, document):
    """With probes_with_swapped_controls: the document is inadmissible, each control named as wrong."""
    expect(document["admissible"] is False, name, "is admissible")
    named = sorted(why.split()[0] for why in document["inadmissible_because"])
    expect(named == sorted(CONTROLS), name, document["inadmissible_because"])


def probes_with_swapped_controls(probes, scratch):
    """A copy of a directory of probes, for --probes, in which every control does what another should:
    pass and fail have changed places, so have block and spin."""
    swapped = {"control_pass": "control_fail", "control_fail": "control_pass",
               "control_block": "control_spin", "control_spin": "control_block"}
    copy = shutil.copytree(probes, f"{scratch}/swapped")
    for name, other in swapped.items():
        shutil.copy(f"{probes}/{other}", f"{copy}/{name}")
    return copy


def expect(condition, *why):
    """Ends the test as failed, saying why, unless the condition holds."""
    if not condition:
        print("FAILED:", *why)
        sys.exit(1)
