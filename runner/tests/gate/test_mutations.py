#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""No single change that weakens the evidence may keep a yes. gate_mutations applies every change
to every field of a set that yields yes; each change that keeps the yes has to be one of those below,
which take nothing away from the evidence. usage: test_mutations.py PROGRAM SOURCE GATE_MUTATIONS"""

import json
import os
import re
import subprocess
import sys
import tempfile

import gate_inputs

# A change that keeps the yes: where, to what, and why it may. Every line has to be needed.
CELL = r"/(cells|controls)/\d+"
HARMLESS = {
    "standalone.json": [
        (r"/run/(id|tool_commit) =", "a name for the run and for the tool's commit"),
        (r"/run/argv", "how it was called"),
        (r"/run/host/", "where it ran"),
        (r"/subject/digests/bin/(kernel|nanvixd)\.elf =", "another, identified build"),
        (r"/probes/(abi|digests/\w+) =", "another, identified build of the same sources"),
        (r"/budgets/(boot|control_step|exit|grace)_ms =", "no pass depends on these budgets"),
        (r"/budgets/(step|total)_ms = (10001|120001|1\.2|1e|1000000|[1-9]\d{6,})",
         "still longer than all that was measured"),
        (CELL + r"/reason =", "words"),
        (CELL + r'/launcher/line = "nanvixd 0\.20\.3,', "words around the version"),
        (CELL + r"/duration_ms = (7|813|812250|0\.0|1e15|8\d\d)", "how long it took, within budget"),
        (CELL + r"/journal/timeline/\d+/ms =", "when, in order"),
        (CELL + r'/journal/timeline/\d+/line = "(begin|enter (stat|open)|leave (stat|open)|fs) ',
         "values that nothing is decided from"),
        (r"/controls/\d+/(filesystem|rename_ms|duration_ms)",
         "no control is about files or time"),
        (r'/controls/\d+/journal/timeline/\d+/line = "(check|end fail|enter rename)',
         "a hanging or failing control still hangs or fails"),
        (r"/controls/\d+/(evidence|step)/", "in what way it hung"),
    ],
    "upstream.json": [
        (r'/issues/\d/fixed_in = "v0\.20\.[012]"', "fixed in or before the tested release"),
        (r'/issues/\d/looked_up_at = "2026-11-20', "looked up earlier, recently enough"),
        (r"/issues/\d/looked_up_how =", "words"),
    ],
    "criteria.json": [
        (r"(/issues/\d)?/title", "words"),
        (r"/evidence/accept_anomalies(/\d)? (= \[\]|removed)", "stricter"),
        (r"/evidence/maximum_(step_budget|total_budget|rename)_ms = (59999|599999|4999|1)$", "stricter"),
        (r"/(evidence|upstream)/maximum_age_hours = (335|1|7)$|maximum_age_hours = 335", "stricter"),
        (r"/issues/\d/attempts removed", "the default is what was written"),
    ],
}


def survivors(helper, directory, name, weaker):
    result = subprocess.run([helper, directory, name, gate_inputs.NOW] + weaker, timeout=600,
                            capture_output=True, text=True)
    count = int(re.search(r"(\d+) changes", result.stderr + "0 changes").group(1))
    if result.returncode != 0 or count < 250:
        print("%s: exit %d after %d changes\n%s" % (name, result.returncode, count, result.stderr))
        return None
    lines = result.stdout.splitlines()
    print("%s: %d changes, %d keep the yes" % (name, count, len(lines)))
    return lines


def judge(name, lines):
    used = set()
    failed = 0
    for line in lines:
        rules = [pattern for pattern, _ in HARMLESS[name] if re.match(pattern, line)]
        used.update(rules[:1])
        if not rules:
            print("%s keeps the yes: %s" % (name, line))
            failed += 1
    for pattern, _ in HARMLESS[name]:
        if pattern not in used:
            print("%s: no change needs the rule %s" % (name, pattern))
            failed += 1
    return failed


def main():
    program, source, helper = [os.path.abspath(path) for path in sys.argv[1:4]]
    version, build = gate_inputs.program_identity(program)
    with open(os.path.join(source, "ci/criteria.json"), encoding="utf-8") as file:
        criteria = json.load(file)
    failed = 0
    for name in HARMLESS:
        # One attempt is enough where the documents change, and a third of the work.
        attempts = 1 if name == "standalone.json" else criteria["issues"][0]["attempts"]
        inputs = gate_inputs.make_inputs(build, version, criteria, attempts)
        with tempfile.TemporaryDirectory() as directory:
            for file_name, value in inputs.items():
                with open(os.path.join(directory, file_name), "w", encoding="utf-8") as file:
                    json.dump(value, file)
            lines = survivors(helper, directory, name, ["weaker"] if attempts == 1 else [])
        failed += 1 if lines is None else judge(name, lines)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
