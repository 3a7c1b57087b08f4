#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The page on verdicts has every verdict, state of evidence and anomaly that there is, and the exit
codes that each command's --help names.

  test_verdicts_page.py SOURCE PROGRAM
"""
import json
import re
import subprocess
import sys
from pathlib import Path

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


def anomalies(source):
    found = set(ALSO_ANOMALIES)
    for path in (source / "runner/run").rglob("*.c"):
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


def main():
    source, program = Path(sys.argv[1]), sys.argv[2]
    page = (source / "docs/verdicts.md").read_text()
    schema = json.loads((source / "results/schema/verdict-1.schema.json").read_text())
    wrong = []
    for what, head, wanted in (
            ("verdicts", "| verdict |", set(schema["$defs"]["cell"]["properties"]["verdict"]["enum"])),
            ("states", "| state |", set(schema["$defs"]["evidence"]["properties"]["state"]["enum"])),
            ("anomalies", "| anomaly |", anomalies(source))):
        if names_in(page, head) != wanted or not wanted:
            wrong.append(f"{what}: the page has {sorted(names_in(page, head))}, wanted {sorted(wanted)}")
    rows = table_of(page, "| command |")
    for row in rows:
        command = row[0].strip("`")
        wanted, shown = codes_in_help(program, command), codes_in_row(row)
        if wanted != shown:
            wrong.append(f"{command}: the page has {sorted(shown)}, --help {sorted(wanted)}")
    criteria = json.loads((source / "ci/criteria.json").read_text())
    for anomaly in criteria["evidence"]["accept_anomalies"]:
        if anomaly not in anomalies(source):
            wrong.append(f"ci/criteria.json: there is no anomaly {anomaly}")
    print(*(f"docs/verdicts.md: {line}" for line in wrong), sep="\n", end="\n" if wrong else "")
    print(f"{len(rows)} commands, {len(wrong)} differences")
    return 1 if wrong or len(rows) < 7 else 0


sys.exit(main())
