# SPDX-License-Identifier: MIT
"""No command line ends with 0 that could have been meant otherwise: options are written whole, what
only explains stands alone, and a file whose name looks like an option is none. Of every command and
every option that it has."""
import os
import re
import subprocess

import pytest

COMMANDS = ["run", "report", "gate", "guard", "compare", "bisect", "list", "clean"]
EXPLAIN = {"--help", "--usage"}
ALONE = {"gate": {"--list-reasons"}}
# argp's own, which are in no table.
BUILT_IN = ["-?", "-?.json", "-h?", "--HANG", "--HANG=0", "--program-name=x", "--version", "-V"]


class Calls:
    """Calls of the program in an empty directory, with how many there were and what was wrong."""

    def __init__(self, program):
        self.program, self.count, self.wrong = program, 0, []

    def run(self, *words):
        self.count += 1
        return subprocess.run([self.program, *words], capture_output=True, text=True, timeout=60,
                              stdin=subprocess.DEVNULL, check=False)

    def expect(self, code, words, says=""):
        done = self.run(*words)
        told = done.stderr if done.returncode else done.stdout
        if done.returncode != code or not told or says not in told:
            self.wrong.append(f"{words}: ended with {done.returncode} and {told[:200]!r}")

    def options_of(self, command):
        """Long names and whether they take a value; the text of --help has them all."""
        found = {}
        for line in self.run(command, "--help").stdout.splitlines():
            begun = re.match(r" {2,6}(?:-\w, )?(--[a-z-]+)(=?)", line)
            if begun:
                found[begun[1]] = bool(begun[2])
        assert len(found) >= 3, found
        return found


@pytest.fixture
def calls(program, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = Calls(program)
    yield made
    assert not made.wrong, "\n".join(made.wrong)
    assert not os.listdir(tmp_path), "something ran"


def refusal(command):
    """bisect says with 125 that it can't say."""
    return 125 if command == "bisect" else 2


def test_these_are_all_commands(calls):
    assert set(re.findall(r"^  ([a-z]{2,}) ", calls.run("--help").stdout, re.M)) == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_options_are_written_whole(command, calls):
    refused, options = refusal(command), calls.options_of(command)
    for option, takes_value in options.items():
        value = ["1"] if takes_value else []
        for length in range(3, len(option)):
            short = option[:length]
            if short not in options:
                calls.expect(refused, [command, short, *value], "write the option whole, as --")
                calls.expect(refused, [command, short, *value, "--", "document.json"], short)
    for word in BUILT_IN + [option + "x" for option in options]:
        calls.expect(refused, [command, word], "no such option")
        calls.expect(refused, [command, word, "document.json"], "no such option")
    assert calls.count > 30


@pytest.mark.parametrize("command", COMMANDS)
def test_what_only_explains_stands_alone(command, calls):
    other = "--json" if "--json" in calls.options_of(command) else "document.json"
    for option in EXPLAIN | ALONE.get(command, set()):
        calls.expect(0, [command, option])
        for words in ([option, "document.json"], ["document.json", option], [option, option],
                      [option, "--"], [other, option]):
            calls.expect(refusal(command), [command, *words], "takes nothing beside it")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_with_the_name_of_an_option_is_asked_about(command, calls):
    for word in [*calls.options_of(command), "-?", "-?.json", "--list-reasons", "-x.json"]:
        with open(word, "w", encoding="utf-8"):
            pass
        calls.expect(refusal(command), [command, word], "write ./" + word)
        calls.expect(refusal(command), [command, word, "document.json"], "write ./" + word)
        os.remove(word)


def test_the_program_itself_is_as_strict(calls):
    for word in ("--help", "-h", "help", "--version", "-V"):
        calls.expect(0, [word])
        for words in ([word, "document.json", "x"], [word, word, word], [word, "gate", word]):
            calls.expect(2, words, "takes nothing beside it")
    for word in ("--help", "-h", "--version", "-V"):
        for words in ([word, "document.json"], [word, word], [word, "gate"]):
            calls.expect(2, words, "takes nothing beside it")
    with open("--version", "w", encoding="utf-8"):
        pass
    calls.expect(2, ["--version"], "is no file")
    os.remove("--version")
    for words in (["-?"], ["--hel"], ["--versio"], ["gat"], ["--", "gate"]):
        calls.expect(2, words, "no such command")


def test_a_file_with_such_a_name_can_be_given_all_the_same(calls):
    with open("-?.json", "w", encoding="utf-8"):
        pass
    for words in (["./-?.json"], ["--", "-?.json"]):
        calls.expect(2, ["gate", *words], "-?.json: the file is empty")
    os.remove("-?.json")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_explains_a_command(command, calls):
    assert calls.run("help", command).stdout == calls.run(command, "--help").stdout
    assert "Exit status:" in calls.run("help", command).stdout


# What is typed wrong: nothing of it runs, and the nearest name is told with the option's.
TYPOS = [
    (["rnu"], "no such command; did you mean run?"),
    (["help", "comapre"], "no such command; did you mean compare?"),
    (["run", "--stpe-budget", "3"], "no such option; did you mean --step-budget?"),
    (["run", "-s", "subdir_siblin"], "--shape: no such shape: subdir_siblin; did you mean subdir_sibling?"),
    (["run", "-s", "tmp-root-sibling"], "did you mean tmp_root_sibling?"),
    (["run", "-t", "natvie"], "--target: no such target: natvie; did you mean native?"),
    (["run", "--scenario", "implicit"], "--scenario: no such scenario: implicit; did you mean implicit-import?"),
    (["run", "-t", "native", "-t", "native"], "--target: native is given twice"),
    (["run", "-n", "0"], "--attempts: '0' is no number from 1"),
    (["run", "--grace", "long"], "--grace: 'long' is no number of seconds"),
    (["run", "-j", "-1"], "--jobs: '-1' is no number from 1"),
    (["report", "-f", "htlm", "x.json"], "--format: no such format: htlm; did you mean html?"),
    (["guard", "-m", "standalnoe", "./x"], "--mode: no such mode: standalnoe; did you mean standalone?"),
    (["guard", "--scenario", "no-one", "./x"], "--scenario: no such scenario: no-one; 'rename-oracle"),
]


@pytest.mark.parametrize("words, says", TYPOS, ids=[" ".join(words) for words, _ in TYPOS])
def test_a_typo_gets_the_nearest_name(words, says, calls):
    calls.expect(2, words, says)
    assert len(calls.run(*words).stderr) < 400


def test_a_typo_in_a_descriptor_gets_the_nearest_key(calls):
    with open("mine.json", "w", encoding="utf-8") as file:
        file.write('{"schema": "rename-oracle/target/1", "requries": []}')
    calls.expect(2, ["run", "-t", "./mine.json"], "did you mean requires?")
    os.remove("mine.json")
