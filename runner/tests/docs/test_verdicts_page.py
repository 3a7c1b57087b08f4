# SPDX-License-Identifier: MIT
"""The page on verdicts has every verdict, state of evidence and anomaly that there is, and the exit
codes that each command's --help names."""
import json
import re
import subprocess

import pytest

from support.build import SOURCE

# Is a member of the cell, not of its list of anomalies.
ALSO_ANOMALIES = {"unkillable"}


def table_of(page, head):
    """The rows below a table's head, each a list of its cells' texts."""
    lines = page.split(f"\n{head}", 1)[1].splitlines()[2:]
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def names_in(page, head):
    return {row[0].strip("`") for row in table_of(page, head)}


@pytest.fixture(name="page", scope="module")
def page_on_verdicts():
    return (SOURCE / "docs/verdicts.md").read_text()


def defined(what, key):
    schema = json.loads((SOURCE / "results/schema/verdict-1.schema.json").read_text())
    return set(schema["$defs"][what]["properties"][key]["enum"])


def anomalies():
    found = set(ALSO_ANOMALIES)
    for path in (SOURCE / "runner/run").rglob("*.c"):
        found |= set(re.findall(r'cell_add_anomaly\(\s*\w+,\s*"(\w+)"', path.read_text()))
    return found


def codes_in_help(program, command):
    text = subprocess.run([program, command, "--help"], capture_output=True, text=True, check=True,
                          timeout=60).stdout
    text = re.split(r"Exit (?:status|codes):", text)[1].split("\n\n")[0]
    return set(re.findall(r"(?:^|; |, or |\s\s)(\d+)\b(?!\.)", " " + text, re.M))


def codes_in_row(row):
    codes = {str(code) for code in range(3) if row[code + 1]}
    return codes | set(re.findall(r"(?:^|; )(\d+) ", row[4] + " "))


def test_the_page_has_every_verdict(page):
    assert names_in(page, "| verdict |") == defined("cell", "verdict")


def test_the_page_has_every_state_of_evidence(page):
    assert names_in(page, "| state |") == defined("evidence", "state")


def test_the_page_has_every_anomaly(page):
    assert len(anomalies()) > len(ALSO_ANOMALIES)
    assert names_in(page, "| anomaly |") == anomalies()


def test_the_page_has_the_exit_codes_of_help(page, program):
    rows = table_of(page, "| command |")
    assert len(rows) >= 7
    for row in rows:
        command = row[0].strip("`")
        assert codes_in_row(row) == codes_in_help(program, command), command


def test_the_criteria_accept_anomalies_that_there_are():
    criteria = json.loads((SOURCE / "ci/criteria.json").read_text())
    assert set(criteria["evidence"]["accept_anomalies"]) <= anomalies()
