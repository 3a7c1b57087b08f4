#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The scripts that measured what the pages show still run, and print what the pages show.

Each is run with the smallest numbers with which it goes through all that it does, and held to its
exit code and to the form of what it prints: the lines, in their order, and the columns of the page's
table. Never to how fast anything was.

  test_figures.py SOURCE BUILD SCRIPT    with SCRIPT one of the keys below
Exit codes: 0 so it is, 1 it is not, 77 skipped, because the script itself says what is missing.
"""
import re
import subprocess
import sys
from pathlib import Path

MS = r" +[\d.]+ ms"
RATIO = MS + r" +[\d.]+ x"
TARGET = RATIO + r" \(at most [\d.]+\)( MISSED)?"
MEMORY = MS + r" +[\d.]+ MiB +[\d.]+ x"
ROW = r"\| {} \| {} \| {} \| {} \| 0 \| - \| \d+ s \|"

# What each line must be like, whole; None stands for any lines, and "?" before one that needs a
# program which need not be there.
BENCH = [
    r"Linux \S+, \d+ CPUs, load [\d. ]+, 1 rounds of 2 cells",
    "bare fork, exec and wait" + MS, "bare posix_spawn and wait" + RATIO,
    "rename-oracle, a cell" + TARGET,
    "sh -c 'timeout 10 probe'" + RATIO, "?ctest, a run of one test" + RATIO,
    "?meson test, a run of one test" + RATIO,
    "one hanging cell" + MS, "18 hanging cells, -j 18" + TARGET,
    "enter rename to verdict, budget 2 s" + MS, "the same with --early, budget 10 s" + MS,
    "?UML is left out: .*", "?plain loop" + MS, "?uml-fat cell" + RATIO, "?a control did not get its verdict: .*", "?2 cells" + MS,
    "?2 cells and all controls" + MS,
    "gate, a document of 1 cell" + MEMORY, "gate, a document of 100 cells" + MEMORY,
    "gate, a document of 200 cells" + MEMORY,
    "runner, a run of 100 cells" + MEMORY, "runner, a run of 3 cells" + MEMORY,
    r"load at the end: [\d.]+"]
LOAD = [r"\| condition \| target \| .*", r"\| --- \|.*",
        *(ROW.format(condition, "native", cells, cells) for condition, cells in
          (("stress", 40), ("stop-runner", 40), ("stop-target", 40), ("quota", 40))),
        "false alarms: 0"]
RUNNERS = [r"\| child \| runner \| .*", r"\| --- \|.*",
           r"\| rename never returns \| timeout \| [\d.]+ s \| \d+ \| exit 124: .* \|",
           r"?\| rename never returns \| ctest \| [\d.]+ s \| \d+ \| exit 8: .*Timeout.* \|",
           r"?\| rename never returns \| meson \| [\d.]+ s \| \d+ \| exit 1: .*TIMEOUT.* \|",
           r"\| rename never returns \| rename-oracle \| [\d.]+ s \| 0 \| exit 1: hang .* \|"]
PEERS = [r"cpython    native pass   test\.test_os\.FileTests\.test_rename", None,
         r"cpython    native: .*\d+ pass.*",
         r"stress-ng  native \w+ +--rename 1 --rename-ops 200 --verify", None,
         r"stress-ng  native: .*1 \w+",
         None, r"ours       native pass   tmp_root_sibling", None, r"ours       native: .*\d+ pass.*"]
GUEST_PEER = [r"stress-ng  vfat \w+ +--rename 1 --rename-ops 200 --verify", None,
              r"stress-ng  vfat: .*1 \w+"]

# Script: its page, and for each call the arguments and the lines.
SCRIPTS = {
    "bench": ("performance.md", [
        (["--small", "--rounds", "1", "--cells", "2", "--memory-cells", "3"], BENCH)]),
    "load-test": ("slow-hosts.md", [(["--native", "40", "--uml", "0"], LOAD)]),
    "compare-runners": ("other-runners.md", [(["--only", "rename never returns"], RUNNERS)]),
    "peers": ("peers.md", [(["--on", "native"], PEERS),
                           (["--only", "stress-ng", "--on", "vfat"], GUEST_PEER)]),
}
# Where a table on the page is the output itself, its head is one of the lines.
SAME_TABLE = {"load-test", "compare-runners"}


def fitting(wanted, lines):
    """The first of the wanted lines that is not there, or the first line too many; None if all fit."""
    at, skipping = 0, False
    for pattern in wanted:
        if pattern is None:
            skipping = True
            continue
        optional, pattern = pattern.startswith("?"), pattern.removeprefix("?")
        end = len(lines) if skipping else at + 1
        found = next((index for index in range(at, min(end, len(lines)))
                      if re.fullmatch(pattern, lines[index])), None)
        if found is not None:
            at, skipping = found + 1, False
        elif not optional:
            return f"wanted: {pattern}\n  there: {lines[at] if at < len(lines) else 'the end'}"
    return None if skipping or at == len(lines) else f"not expected: {lines[at]}"


def run(source, build, script, arguments):
    done = subprocess.run([source / "ci" / script, *arguments, "--build", build], cwd="/",
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=280,
                          check=False)
    if done.returncode == 77 or (done.returncode == 2 and
                                 re.search("; (install|run as root)", done.stderr)):
        print(f"skipped: ci/{script} {' '.join(arguments)}: {(done.stdout + done.stderr).strip()}")
        sys.exit(77)
    print(f"$ ci/{script} {' '.join(arguments)}\n{done.stdout}{done.stderr}exit {done.returncode}")
    return done.returncode, done.stdout.splitlines()


def main():
    source, build, script = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    page, calls = SCRIPTS[script]
    text = (source / "docs" / page).read_text()
    wrong = [] if f"`ci/{script}" in text else [f"docs/{page} does not name ci/{script}"]
    for arguments, wanted in calls:
        code, lines = run(source, build, script, arguments)
        problem = fitting(wanted, lines)
        wrong += [f"exit code {code}"] if code != 0 else []
        wrong += [problem] if problem else []
        if script in SAME_TABLE and lines and f"\n{lines[0]}\n" not in text:
            wrong.append(f"docs/{page} has no table with the head {lines[0]}")
    print(*(f"FAILED: {line}" for line in wrong), sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
