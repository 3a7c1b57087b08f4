#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A helper that is kept from running is not taken for one that is stuck.

The helper of a cell and the tools that it runs are stopped by a signal for longer than their
deadlines, as a host without a CPU for them would leave them: the cell must go on as if nothing had
been. One that is never continued must be given up all the same.

Usage: slow_helper.py RENAME_ORACLE MISBEHAVE. Exit codes: 0 so it is, 1 it is not.
"""

import sys

from oracle import Oracle, expect

WORK = "{root}/{cell_name}"
STEP = ["-s", "tmp_root_sibling", "--no-controls", "--step-budget", "0.5", "--grace", "0.1"]


def run(oracle, name, **changes):
    code, _, errors = oracle.run("-t", oracle.descriptor(name, **changes), *STEP)
    cell, = oracle.documents()[name]["cells"]
    return code, cell, errors


def preparation(command, deadline):
    return [{"make_directory": WORK}, {"run": ["/bin/sh", "-c", command], "deadline": deadline}]


def check_tool(oracle):
    """A tool that stops itself for longer than its deadline, and is continued."""
    command = "(sleep 1.5; kill -CONT $$) & kill -STOP $$"
    code, cell, errors = run(oracle, "slow-tool", prepare=preparation(command, 0.4))
    expect(code == 0 and cell["verdict"] == "pass", code, cell, errors)


def check_lost_tool(oracle):
    """The same, but nobody continues it."""
    code, cell, errors = run(oracle, "lost-tool", prepare=preparation("kill -STOP $$", 0.2))
    expect(code == 1 and cell["verdict"] == "error", code, cell, errors)
    expect("did not end within its deadline" in cell["reason"], cell["reason"])


def check_stuck_tool(oracle):
    """A tool that could have run is not excused."""
    code, cell, errors = run(oracle, "stuck-tool", prepare=preparation("exec sleep 600", 0.4))
    expect(code == 1 and cell["verdict"] == "error", code, cell, errors)
    expect("did not end within its deadline" in cell["reason"], cell["reason"])


def check_helper(oracle, misbehave):
    """The helper itself, stopped while it clears away after a hang, for which it has 1 s."""
    pause = "kill -STOP $PPID; sleep 2.5; kill -CONT $PPID"
    code, cell, errors = run(
        oracle, "slow-helper", cleanup=[{"run": ["/bin/sh", "-c", pause]}, {"remove": WORK}],
        launch={"argv": [misbehave, "ignores-term", "--dir={work}", "--nonce={nonce}", "--keep"],
                "directory": "/"})
    expect(code == 1 and cell["verdict"] == "hang", code, cell, errors)
    expect(cell["anomalies"] == [], "the helper was given up:", cell["anomalies"])


def main(program, misbehave):
    with Oracle(program) as oracle:
        check_tool(oracle)
        check_lost_tool(oracle)
        check_stuck_tool(oracle)
        check_helper(oracle, misbehave)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
