# SPDX-License-Identifier: MIT
"""Runs every case below a directory: a directory per case with case.json, which says how the inputs
of a yes are changed and what the gate has to make of it.

case.json: {"title", "changes": [...], "unsealed": [FILE...], "raw": {FILE: TEXT}, "documents":
[FILE...], "signers": [LINE...], "sign": [{"file", "key", "of", "namespace"}...], "spoil": [FILE...],
"arguments": [...], "expect": {"exit", "answer", "terms": [ID...], "issues": {ISSUE: STATUS}, "guards":
{ISSUE: ANSWER}, "reasons": [ID...], "stderr": [TEXT...], "says": [TEXT...]}}. `reasons` is the
exact set of all identifiers in the decision, `terms` that of its terms, beside the time that was set.
Without `arguments` the gate gets --upstream. In a line of `signers`, which are the file of that name,
{known} is a public key; `sign` gives a file a signature by a key (or by {stranger}), of another file's
content with "of"; `spoil` adds a space to a file when all is signed.
"""

import json
import os
import subprocess
import tempfile

import jsonschema
import pytest

import gate_inputs
from support.build import SOURCE, TESTS

CASES = sorted(os.listdir(TESTS / "gate/cases"))


class Suite:
    def __init__(self, program):
        self.program = program
        self.version, self.build = gate_inputs.program_identity(program)
        criteria = json.loads((SOURCE / "ci/criteria.json").read_text())
        self.inputs = json.dumps(gate_inputs.make_inputs(self.build, self.version, criteria))
        schema = json.loads((SOURCE / "results/schema/decision-1.schema.json").read_text())
        self.validator = jsonschema.Draft202012Validator(schema)
        self.keys = tempfile.TemporaryDirectory()

    def write_inputs(self, case, directory):
        inputs = json.loads(self.inputs)
        changes = case.get("changes", [])
        for change in changes:
            gate_inputs.apply_change(inputs, change, self.build)
        changed = {change["file"] for change in changes} - set(case.get("unsealed", []))
        for name, value in inputs.items():
            if name in changed and str(value["schema"]).startswith("rename-oracle/verdict/"):
                gate_inputs.seal(value)
            with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
                file.write(json.dumps(value))
        self.sign(case, directory)
        for name, text in case.get("raw", {}).items():
            with open(os.path.join(directory, name), "wb") as file:
                file.write(text.encode("latin-1"))

    def public_key(self, name):
        """The public key of that name, which is made when it is first asked for."""
        path = os.path.join(self.keys.name, name)
        if not os.path.exists(path):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path],
                           check=True, timeout=60, stdin=subprocess.DEVNULL)
        with open(path + ".pub", encoding="ascii") as file:
            return file.read().strip()

    def sign(self, case, directory):
        if "signers" in case:
            with open(os.path.join(directory, "signers"), "w", encoding="utf-8") as file:
                file.writelines(line.format(known=self.public_key("known")) + "\n"
                                for line in case["signers"])
        for one in case.get("sign", []):
            self.public_key(one["key"])
            with open(os.path.join(directory, one.get("of", one["file"])), "rb") as signed, \
                    open(os.path.join(directory, one["file"] + ".sig"), "wb") as signature:
                subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-n",
                                one.get("namespace", "rename-oracle"), "-f",
                                os.path.join(self.keys.name, one["key"])],
                               stdin=signed, stdout=signature, stderr=subprocess.DEVNULL,
                               check=True, timeout=60)
        for name in case.get("spoil", []):
            with open(os.path.join(directory, name), "a", encoding="utf-8") as file:
                file.write(" ")

    def run(self, case, directory, documents, extra):
        arguments = case.get("arguments", ["--upstream", "upstream.json"])
        command = [self.program, "gate", "--now", gate_inputs.NOW] + arguments + extra + documents
        return subprocess.run(command, cwd=directory, capture_output=True, timeout=60, check=False)

    def check_decision(self, expect, output):
        decision = json.loads(output)
        self.validator.validate(decision)
        problems = []
        if decision["digest"] != gate_inputs.digest_of(decision):
            problems.append("the decision's own digest is wrong")
        reasons = set(find_reasons(decision))
        found = {"answer": decision["answer"], "reasons": sorted(reasons),
                 "issues": {issue["issue"]: issue["status"] for issue in decision["issues"]},
                 "guards": {guard["issue"]: guard["answer"]
                            for guard in decision["explicit_rename_guards"]}}
        for key, value in found.items():
            wanted = expect.get(key)
            if key == "reasons":
                wanted = sorted(wanted)
            if wanted is not None and wanted != value:
                problems.append("%s: wanted %s, got %s" % (key, wanted, value))
        terms = sorted({term["id"] for term in decision["terms"]})
        if terms != sorted(expect.get("terms", []) + ["clock_set"]):
            problems.append("terms: %s" % terms)
        if {"waiver", "weaker_criteria"} & set(terms) and decision["criteria"]["as_written"]:
            problems.append("criteria with waivers, or weaker ones, are called those as written")
        if decision["answer"].startswith("may_be_removed") != (expect["exit"] == 0):
            problems.append("answer %s" % decision["answer"])
        if (decision["missing"] == []) != decision["answer"].startswith("may_be_removed"):
            problems.append("what is missing: %s" % decision["missing"])
        return problems

    def check(self, case, directory):
        expect = case["expect"]
        documents = case.get("documents", ["standalone.json", "single.json", "multi.json"])
        first = self.run(case, directory, documents, ["--json"])
        problems = []
        if first.returncode != expect["exit"]:
            problems.append("exit %d, wanted %d" % (first.returncode, expect["exit"]))
        if expect.get("answer") is not None:
            problems += self.check_decision(expect, first.stdout)
        elif first.stdout:
            problems.append("printed a decision")
        if len(documents) > 3:
            again = self.run(case, directory, documents[::-1], ["--json"])
            if again.stdout != first.stdout:
                problems.append("another order of documents gives another decision")
        text = self.run(case, directory, documents, [])
        if text.returncode != expect["exit"]:
            problems.append("exit %d without --json" % text.returncode)
        first_line = text.stdout.decode().split("\n")[0]
        if first_line and ("AS OF %s, A TIME THAT WAS SET (--now)" % gate_inputs.NOW not in first_line or
                           (expect["exit"] == 0 and "terms" in expect) != ("ON TERMS" in first_line)):
            problems.append("the headline is: %s" % first_line)
        if any(byte < 0x20 and byte != 0x0a for byte in text.stdout + text.stderr):
            problems.append("control bytes in the text")
        for name, stream in (("stderr", text.stderr), ("says", text.stdout)):
            problems += ["%s does not say %r, but: %s" % (name, words, stream.decode())
                         for words in expect.get(name, []) if words.encode() not in stream]
        return problems


def find_reasons(value):
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "reasons":
                yield from (reason["id"] for reason in item)
            else:
                yield from find_reasons(item)
    elif isinstance(value, list):
        for item in value:
            yield from find_reasons(item)


def read_case(name):
    return json.loads((TESTS / f"gate/cases/{name}/case.json").read_text())


@pytest.fixture(name="suite", scope="module")
def suite_of_cases(program):
    return Suite(program)


# Under sanitizers, where a process takes ten times as long, every fourth case has to do.
@pytest.mark.parametrize("name", [
    pytest.param(name, marks=[pytest.mark.sanitize] * (index % 4 == 3))
    for index, name in enumerate(CASES)])
def test_the_gate_makes_of_a_case_what_it_says(name, suite, tmp_path):
    case = read_case(name)
    suite.write_inputs(case, tmp_path)
    assert suite.check(case, tmp_path) == []


def test_every_reason_is_shown_by_a_case(program):
    """A case's own test holds the decision to exactly the reasons that it names."""
    known = subprocess.run([program, "gate", "--list-reasons"], check=True, timeout=60,
                           capture_output=True, text=True).stdout.splitlines()
    shown = {reason for name in CASES for reason in read_case(name)["expect"].get("reasons") or []}
    assert known and {line.split()[0] for line in known} - shown == set()
