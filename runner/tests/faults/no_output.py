#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""An output directory that is read-only, a symbolic link or gone in mid-run is one clear line and
exit code 2.

Usage: no_output.py RENAME_ORACLE
"""

import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../run"))
from oracle import DEADLINE_S, Oracle, expect  # noqa: E402


def expect_complaint(code, complaint, *words):
    print(f"exit code {code}: {complaint}")
    expect(code == 2, "exit code", code)
    expect(len(complaint.splitlines()) == 1, complaint)
    for word in words:
        expect(word in complaint, f"{word} is not in", complaint)


def read_only(oracle):
    if os.geteuid() != 0:
        print("not tried: a read-only file system, which needs root to be mounted")
        return
    command = oracle.command("-t", "native", "--no-controls")
    os.mkdir(oracle.output)
    script = 'mount -t tmpfs -o ro tmpfs "$1" || exit 77; shift; exec "$@"'
    done = subprocess.run(["unshare", "-m", "/bin/sh", "-c", script, "sh", oracle.output, *command],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=DEADLINE_S, check=False)
    if done.returncode == 77:
        print("not tried: a read-only file system, which may not be mounted here")
        return
    expect_complaint(done.returncode, done.stderr, oracle.output, "Read-only file system",
                     "--output")


def symbolic_link(oracle):
    elsewhere = f"{oracle.scratch}/elsewhere"
    os.mkdir(elsewhere)
    command = oracle.command("-t", "native", "--no-controls")
    os.symlink(elsewhere, oracle.output)
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=DEADLINE_S, check=False)
    expect_complaint(done.returncode, done.stderr, oracle.output, "symbolic link", "--output")
    expect(os.listdir(elsewhere) == [], "something was written through the link")


def gone(oracle):
    # The second attempt waits until the directory is gone, so that no race has to be won.
    first, removed = f"{oracle.scratch}/first", f"{oracle.scratch}/removed"
    os.mkfifo(removed)
    script = f'if [ -e {first} ]; then read line <{removed}; fi; : >{first}; exec "$0" "$@"'
    path = oracle.descriptor("gone", launch={
        "argv": ["/bin/sh", "-c", script, "{probe}", "--dir={work}", "--nonce={nonce}", "--keep"],
        "directory": "/"})
    command = oracle.command("-t", path, "-s", "tmp_root_sibling", "-n", "2", "-j", "1",
                             "--no-controls", "--boot-budget", "120")
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    expect(line.startswith("pass"), line)
    shutil.rmtree(oracle.output)
    with open(removed, "w", encoding="ascii") as fifo:
        fifo.write("now\n")
    _, complaint = process.communicate(timeout=DEADLINE_S)
    expect_complaint(process.returncode, complaint, "gone", "removed", "--output")
    expect(not os.path.exists(oracle.output), "the directory is back")


def main():
    with Oracle(sys.argv[1]) as oracle:
        read_only(oracle)
        symbolic_link(oracle)
        gone(oracle)


if __name__ == "__main__":
    main()
