#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Where no process may be started, every cell is an error that says so, and nothing is left behind.

The limit is that of a user whom nobody else is. From one process (the runner alone) up to four, in
which the runner and its deputies may live but the probes can't always.

Usage: no_fork.py RENAME_ORACLE
"""

import os
import resource
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../run"))
from oracle import DEADLINE_S, Oracle, expect  # noqa: E402

NOBODY_ELSE = 2147480000
# Still allowed to reach the program, which may be below a directory that only root can enter.
BECOME_NOBODY_ELSE = ["setpriv", f"--reuid={NOBODY_ELSE}", f"--regid={NOBODY_ELSE}", "--clear-groups",
                      "--inh-caps=+dac_override", "--ambient-caps=+dac_override",
                      "--securebits=+no_setuid_fixup", "--"]


def run(oracle, processes):
    def confine():
        resource.setrlimit(resource.RLIMIT_NPROC, (processes, processes))

    home = f"{oracle.scratch}/limit{processes}"
    os.mkdir(home)
    os.chown(home, NOBODY_ELSE, NOBODY_ELSE)
    command = oracle.command("-t", "native", "-j", "2", "--no-controls")
    oracle.output = command[command.index("-o") + 1] = f"{home}/results"
    done = subprocess.run([*BECOME_NOBODY_ELSE, *command], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=DEADLINE_S, check=False, preexec_fn=confine,
                          env={"TMPDIR": home, "PATH": os.environ["PATH"]})
    expect(os.listdir(home) == ["results"], "left behind", os.listdir(home), done.stderr)
    return done


def main():
    if os.geteuid() != 0:
        print("SKIPPED: needs root to become a user whom nobody else is")
        sys.exit(77)
    with Oracle(sys.argv[1]) as oracle:
        os.chmod(oracle.scratch, 0o755)
        for processes in (1, 2, 3, 4):
            done = run(oracle, processes)
            cells = oracle.documents()["native"]["cells"]
            verdicts = [cell["verdict"] for cell in cells]
            print(f"{processes} processes: exit code {done.returncode}, {verdicts}")
            expect(len(cells) == 6 and set(verdicts) <= {"pass", "error"}, verdicts)
            expect(processes > 1 or set(verdicts) == {"error"}, verdicts)
            expect(done.returncode == (1 if "error" in verdicts else 0), done.returncode)
            for cell in cells:
                if cell["verdict"] == "error":
                    expect("cannot start a process" in cell["reason"], cell["reason"])


if __name__ == "__main__":
    main()
