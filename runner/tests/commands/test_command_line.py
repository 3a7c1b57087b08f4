#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""No command line ends with 0 that could have been meant otherwise: options are written whole, what
only explains stands alone, and a file whose name looks like an option is none. Of every command and
every option that it has. usage: test_command_line.py PROGRAM"""

import os
import re
import subprocess
import sys
import tempfile

EXPLAIN = {"--help", "--usage"}
ALONE = {"gate": {"--list-reasons"}}
# argp's own, which are in no table.
BUILT_IN = ["-?", "-?.json", "-h?", "--HANG", "--HANG=0", "--program-name=x", "--version", "-V"]


class Suite:
    def __init__(self, program):
        self.program = program
        self.calls = 0
        self.wrong = []

    def run(self, *words):
        self.calls += 1
        return subprocess.run([self.program, *words], capture_output=True, text=True, timeout=60,
                              stdin=subprocess.DEVNULL)

    def expect(self, codes, words, says=""):
        done = self.run(*words)
        told = done.stderr if done.returncode else done.stdout
        if done.returncode not in codes or not told or says not in told:
            self.wrong.append("%s: ended with %d and %r" % (words, done.returncode, told[:200]))

    def options_of(self, command):
        """Long names and whether they take a value; the text of --help has them all."""
        found = {}
        for line in self.run(command, "--help").stdout.splitlines():
            begun = re.match(r" {2,6}(?:-\w, )?(--[a-z-]+)(=?)", line)
            if begun:
                found[begun.group(1)] = bool(begun.group(2))
        return found

    def check_abbreviations(self, command, refused):
        options = self.options_of(command)
        if len(options) < 3:
            self.wrong.append("%s: only %s in its --help" % (command, sorted(options)))
        for option, takes_value in options.items():
            value = ["1"] if takes_value else []
            for length in range(3, len(option)):
                short = option[:length]
                if short not in options:
                    self.expect(refused, [command, short, *value], "write the option whole, as --")
                    self.expect(refused, [command, short, *value, "--", "document.json"], short)
        for word in BUILT_IN + [option + "x" for option in options]:
            self.expect(refused, [command, word], "no such option")
            self.expect(refused, [command, word, "document.json"], "no such option")

    def check_alone(self, command, refused):
        other = "--json" if "--json" in self.options_of(command) else "document.json"
        for option in EXPLAIN | ALONE.get(command, set()):
            self.expect({0}, [command, option])
            for words in ([option, "document.json"], ["document.json", option], [option, option],
                          [option, "--"], [other, option]):
                self.expect(refused, [command, *words], "takes nothing beside it")

    def check_files(self, command, refused):
        """In a directory that holds a file of the very name of each option."""
        for word in [*self.options_of(command), "-?", "-?.json", "--list-reasons", "-x.json"]:
            with open(word, "w", encoding="utf-8"):
                pass
            self.expect(refused, [command, word], "write ./" + word)
            self.expect(refused, [command, word, "document.json"], "write ./" + word)
            os.remove(word)

    def check_about(self):
        for word in ("--help", "-h", "help", "--version", "-V"):
            self.expect({0}, [word])
            for words in ([word, "document.json"], [word, word], [word, "gate"]):
                self.expect({2}, words, "takes nothing beside it")
        with open("--version", "w", encoding="utf-8"):
            pass
        self.expect({2}, ["--version"], "is no file")
        os.remove("--version")
        for words in (["-?"], ["--hel"], ["--versio"], ["gat"], ["--", "gate"]):
            self.expect({2}, words, "no such command")


def main():
    suite = Suite(os.path.abspath(sys.argv[1]))
    commands = re.findall(r"^  ([a-z]{2,}) ", suite.run("--help").stdout, re.M)
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        for command in commands:
            refused = {125} if command == "bisect" else {2}
            suite.check_abbreviations(command, refused)
            suite.check_alone(command, refused)
            suite.check_files(command, refused)
        suite.check_about()
        # A file with such a name can be given all the same; this one is no document.
        with open("-?.json", "w", encoding="utf-8"):
            pass
        for words in (["./-?.json"], ["--", "-?.json"]):
            suite.expect({2}, ["gate", *words], "-?.json: the file is empty")
        left = [name for name in os.listdir(".") if name != "-?.json"]
        os.chdir("/")
    if left:
        suite.wrong.append("something ran, and left %s" % left)
    print(*suite.wrong, sep="\n", end="\n" if suite.wrong else "")
    print("%d commands, %d calls, %d wrong" % (len(commands), suite.calls, len(suite.wrong)))
    return 1 if suite.wrong or len(commands) < 7 or suite.calls < 1000 else 0


if __name__ == "__main__":
    sys.exit(main())
