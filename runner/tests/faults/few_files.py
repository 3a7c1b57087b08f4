#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""With 32 open files, 18 jobs become as many as that is enough for, and every cell gets its verdict;
a soft limit is raised first; where not even one cell can run, that is one clear line.

Usage: few_files.py RENAME_ORACLE
"""

import os
import resource
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../run"))
from oracle import DEADLINE_S, Oracle, expect  # noqa: E402


def run(oracle, soft, hard):
    command = oracle.command("-t", "native", "-j", "18", "-n", "3", "--no-controls")
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=DEADLINE_S, check=False,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE,
                                                                (soft, hard)))


def expect_verdicts(oracle):
    cells = oracle.documents()["native"]["cells"]
    expect(len(cells) == 18, len(cells))
    expect({cell["verdict"] for cell in cells} == {"pass"}, cells)


def main():
    with Oracle(sys.argv[1]) as oracle:
        done = run(oracle, 32, 32)
        print(done.stdout, done.stderr)
        expect("job" in done.stdout and "only 32 files may be open" in done.stdout, done.stdout)
        expect_verdicts(oracle)

        done = run(oracle, 32, 1024)
        expect("may be open" not in done.stdout, "the soft limit was not raised", done.stdout)
        expect_verdicts(oracle)

        # Too few for a cell, but enough to find out.
        done = run(oracle, 14, 14)
        expect(done.returncode == 2, "exit code", done.returncode, done.stdout)
        expect(len(done.stderr.splitlines()) == 1 and "ulimit -n" in done.stderr, done.stderr)


if __name__ == "__main__":
    main()
