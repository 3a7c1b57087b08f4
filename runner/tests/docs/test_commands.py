# SPDX-License-Identifier: MIT
"""Every command that a page names is there with the options that it is named with, and every script
of ci/ that a page names is run by a test, or is one of the lab's, of which the lab's page tells.

Looked at are the words in `quotes` and the ```sh blocks that can't be run here; what stands in
```console blocks is run by the page's own test.
"""
import re
import shlex
import subprocess

import pytest

from support.build import SOURCE, TESTS

# Run all the tests, or the unit tests while a change is made: everybody sees it who has one fail.
RUN_THE_TESTS = {"test", "quick"}
# Those hand their options on to another program.
PASSED_ON = {"probe": lambda program: [program, "run"], "test": lambda _: ["ctest"]}


class Commands:
    def __init__(self, program):
        self.program = program
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
        found = re.fullmatch(r"(?:\./)?ci/((?:lab/)?[\w-]+)", words[0])
        if words[0].endswith("rename-oracle") and len(words) > 1 and words[1].isalpha():
            self.count += 1
            self.check_options(place, words[2:], [self.program, words[1]])
        elif found and (SOURCE / "ci" / found[1]).is_file():
            self.count += 1
            name = found[1]
            self.scripts.setdefault(name, place)
            to = PASSED_ON.get(name, lambda _: [SOURCE / "ci" / name])(self.program)
            self.check_options(place, words[1:], [str(word) for word in to])
        elif found and not list((SOURCE / "ci").glob(f"{found[1]}*")):
            self.wrong.append(f"{place}: there is no {words[0]}")

    def read(self, page):
        fence, block = None, []
        text = page.read_text()
        for number, line in enumerate(text.splitlines(), 1):
            opened = re.match(r"\s*```(\w*)", line)
            place = f"{page.relative_to(SOURCE)}:{number}"
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


@pytest.fixture(name="commands", scope="module")
def commands_of_all_pages(program):
    commands = Commands(program)
    for page in [*SOURCE.glob("*.md"), *SOURCE.glob("docs/*.md"), *SOURCE.glob("ci/lab/*.md"),
                 *SOURCE.glob("results/*/*.md"), SOURCE / "docs/rename-oracle.1"]:
        commands.read(page)
    return commands


def test_every_command_that_a_page_names_is_there_with_its_options(commands):
    assert commands.count > 20
    assert not commands.wrong, "\n".join(commands.wrong)


def test_every_script_that_a_page_names_is_run_by_a_test(commands):
    tests = [path for pattern in ("*.py", "*.sh", "CMakeLists.txt") for path in TESTS.rglob(pattern)]
    pages = [SOURCE / "README.md", SOURCE / "ci/CMakeLists.txt"]
    run = {name for path in [*tests, *pages] for name in re.findall(
        r"(?m)\bci/([\w-]+)", path.read_text())}
    scripts = {name for name in commands.scripts if not name.startswith("lab/")}
    assert scripts and scripts - run - RUN_THE_TESTS == set()


def test_the_page_of_the_lab_has_a_line_for_each_script():
    scripts = {path.name for path in (SOURCE / "ci/lab").iterdir() if path.suffix != ".md"}
    lines = re.findall(r"(?m)^\| `ci/lab/([\w-]+)` \|", (SOURCE / "ci/lab/README.md").read_text())
    assert lines == sorted(scripts)


def test_the_page_on_robustness_has_every_fuzz_target():
    targets = {path.stem.removeprefix("fuzz_") for path in TESTS.glob("fuzz/fuzz_*.c")}
    table = (SOURCE / "docs/robustness.md").read_text().split("\n| target | inputs")[1].split("\n\n")[0]
    assert targets and set(re.findall(r"(?m)^\| `(\w+)`", table)) == targets
