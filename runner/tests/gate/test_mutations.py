# SPDX-License-Identifier: MIT
"""No single change that weakens the evidence may keep a yes. gate_mutations applies every change
to every field of a set that yields yes; each change that keeps the yes has to be one of those below,
which take nothing away from the evidence."""
import json
import re
import subprocess

import pytest

import gate_inputs
from support.build import SOURCE

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
        (r"/evidence/minimum_step_budget_ms = 1001$", "stricter"),
        (r"/(evidence|upstream)/maximum_age_hours = (335|1|7)$|maximum_age_hours = 335", "stricter"),
        (r"/issues/\d/attempts removed", "the default is what was written"),
    ],
}


def survivors(helper, directory, name, weaker):
    """The changes that keep the yes."""
    result = subprocess.run([helper, directory, name, gate_inputs.NOW] + weaker, timeout=600,
                            capture_output=True, text=True, check=False)
    count = int(re.search(r"(\d+) changes", result.stderr + "0 changes")[1])
    assert result.returncode == 0 and count >= 250, (count, result.stderr)
    return result.stdout.splitlines()


# Under sanitizers the cases and the harness go the same ways.
@pytest.mark.first
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", HARMLESS)
def test_no_change_that_weakens_the_evidence_keeps_a_yes(name, build, tmp_path):
    version, probe_build = gate_inputs.program_identity(build.program)
    criteria = json.loads((SOURCE / "ci/criteria.json").read_text())
    # One attempt is enough where the documents change, and a third of the work.
    attempts = 1 if name == "standalone.json" else criteria["issues"][0]["attempts"]
    for file_name, value in gate_inputs.make_inputs(probe_build, version, criteria, attempts).items():
        (tmp_path / file_name).write_text(json.dumps(value))
    lines = survivors(build.tool("gate/gate_mutations"), tmp_path, name,
                      ["weaker"] if attempts == 1 else [])
    used = set()
    for line in lines:
        rules = [pattern for pattern, _ in HARMLESS[name] if re.match(pattern, line)]
        assert rules, f"{name} keeps the yes: {line}"
        used.update(rules[:1])
    assert {pattern for pattern, _ in HARMLESS[name]} == used, "a rule that no change needs"
