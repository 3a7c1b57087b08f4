#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs that are started at the same time into one output directory do not get in each other's way.

Usage: two_runs.py RENAME_ORACLE
"""

import glob
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../run"))
from oracle import DEADLINE_S, Oracle, expect, validator  # noqa: E402

RUNS = 4


def main():
    with Oracle(sys.argv[1]) as oracle:
        command = oracle.command("-t", "native", "-j", "1", "-q", "--no-controls")
        runs = [subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, text=True) for _ in range(RUNS)]
        for run in runs:
            output, _ = run.communicate(timeout=DEADLINE_S)
            expect(run.returncode == 0, "exit code", run.returncode, output)
        paths = glob.glob(f"{oracle.output}/*/native.json")
        expect(len(paths) == RUNS, paths)
        check, digests = validator(), set()
        for path in paths:
            with open(path, encoding="utf-8") as file:
                document = json.load(file)
            check.validate(document)
            expect([cell["verdict"] for cell in document["cells"]] == ["pass"] * 6, path)
            expect(document["run"]["id"] == os.path.basename(os.path.dirname(path)), path)
            digests.add(document["digest"])
        expect(len(digests) == RUNS, digests)


if __name__ == "__main__":
    main()
