#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Every command that a page names is there with the options that it is named with, and every script
of ci/ that a page names is run by a test, or the page says that none runs it.

Looked at are the words in `quotes` and the ```sh blocks that can't be run here; what stands in
```console blocks is run by the page's own test.

  test_commands.py SOURCE BUILD PROGRAM
Exit codes: 0 so it is; 1 a command is wrong or not run; 2 nothing was found to be looked at.
"""
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

# Who runs what: the test that ctest knows. Its own command, or the file that it is, names the script.
RUN_BY = {
    "bench": "ci_bench", "compare-runners": "ci_compare_runners", "load-test": "ci_load_test",
    "peers": "ci_peers", "soak": "run_soak", "signal-storm": "fault_signals", "lint": "lint_links",
    "upstream-state": "ci_upstream_state", "probe": "docs_README", "fuzz": "ci_fuzz",
    "coverage": "ci_coverage", "setup": "ci_setup", "build-probes": "probes_cross_build",
}
# Runs all the tests, so none of them can run it; which everybody sees who has one of them fail.
RUNS_THE_TESTS = {"test", "quick"}
# With stand-ins for what takes minutes; the page has to say so.
NOT_WHOLE = {"fuzz": "robustness.md", "coverage": "robustness.md"}
# Those hand their options on to another program.
PASSED_ON = {"probe": lambda program: [program, "run"], "test": lambda _: ["ctest"]}


class Commands:
    def __init__(self, source, build, program):
        self.source, self.build, self.program = source, build, program
        self.wrong, self.count, self.scripts = [], 0, {}
        self.helps = {}

    def help_of(self, words):
        key = tuple(words)
        if key not in self.helps:
            done = subprocess.run([*words, "--help"], capture_output=True, text=True, timeout=60,
                                  stdin=subprocess.DEVNULL, check=False)
            self.helps[key] = done.stdout if done.returncode == 0 else None
        return self.helps[key]

    def check_options(self, place, words, command):
        text = self.help_of(command)
        if text is None:
            self.wrong.append(f"{place}: {shlex.join(command)} has no --help")
            return
        for word in words:
            option = word.split("=")[0]
            if re.fullmatch(r"--?[a-z][a-z-]*", option) and not re.search(
                    rf"(?<![\w-]){re.escape(option)}(?![\w-])", text):
                self.wrong.append(f"{place}: {shlex.join(command)} has no option {option}")

    def look_at(self, place, command):
        """One command as a page has it."""
        words = command.split()
        found = re.fullmatch(r"(?:\./)?ci/([\w-]+)", words[0])
        if words[0].endswith("rename-oracle") and len(words) > 1 and words[1].isalpha():
            self.count += 1
            self.check_options(place, words[2:], [self.program, words[1]])
        elif found and (self.source / "ci" / found[1]).is_file():
            self.count += 1
            name = found[1]
            self.scripts.setdefault(name, place)
            to = PASSED_ON.get(name, lambda _: [self.source / "ci" / name])(self.program)
            self.check_options(place, words[1:], [str(word) for word in to])
        elif found and name_is_missing(self.source, found[1]):
            self.wrong.append(f"{place}: there is no {words[0]}")

    def read(self, page):
        fence, block = None, []
        text = page.read_text()
        for number, line in enumerate(text.splitlines(), 1):
            opened = re.match(r"\s*```(\w*)", line)
            place = f"{page.relative_to(self.source)}:{number}"
            if opened:
                fence, block = (opened[1] if fence is None else None), []
            elif fence == "sh":
                block.append(line.strip())
                if not line.endswith("\\"):
                    self.look_at(place, " ".join(block).replace("\\", "") or "-")
                    block = []
            elif fence is None:
                for command in re.findall(r"`([^`]+)`", line):
                    self.look_at(place, command)
        for command in re.findall(r"^\.Pa (ci/\S+)", text, re.M):
            self.look_at(page.name, command)

    def check_that_they_are_run(self):
        shown = subprocess.run(["ctest", "--test-dir", self.build, "--show-only=json-v1"],
                               capture_output=True, check=True, text=True, timeout=60)
        tests = {test["name"]: test["command"] for test in json.loads(shown.stdout)["tests"]}
        for name, place in sorted(self.scripts.items()):
            if name in RUNS_THE_TESTS:
                continue
            command = tests.get(RUN_BY.get(name))
            if command is None:
                self.wrong.append(f"{place}: no test runs ci/{name}")
            elif not runs(command, name):
                self.wrong.append(f"{place}: the test {RUN_BY[name]} does not run ci/{name}")
        for name, page in NOT_WHOLE.items():
            text = " ".join((self.source / "docs" / page).read_text().split())
            if not re.search(rf"No test runs [^.]*`ci/{name}` whole", text):
                self.wrong.append(f"docs/{page} does not say that no test runs ci/{name} whole")


def name_is_missing(source, name):
    return not list((source / "ci").glob(f"{name}*"))


def runs(command, name):
    """Whether a test's command runs the script: by its path, by its name as an argument, or in the
    file that the test is."""
    words = {Path(word).name for word in command[1:]} | {f"{Path(command[0]).name}"}
    if name in words:
        return True
    for word in command:
        path = Path(word)
        if path.suffix in (".sh", ".py", ".md") and path.is_file() and re.search(
                rf"ci/{name}\b", path.read_text()):
            return True
    return False


def main():
    source, build, program = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    commands = Commands(source, build, program)
    for page in sorted([*source.glob("*.md"), *source.glob("docs/*.md"),
                        *source.glob("results/*/*.md"), source / "docs/rename-oracle.1"]):
        commands.read(page)
    commands.check_that_they_are_run()
    print(*commands.wrong, sep="\n", end="\n" if commands.wrong else "")
    print(f"{commands.count} commands, of {len(commands.scripts)} scripts and of the program; "
          f"{len(commands.wrong)} are wrong")
    if commands.count < 20 or not commands.scripts:
        return 2
    return 1 if commands.wrong else 0


sys.exit(main())
