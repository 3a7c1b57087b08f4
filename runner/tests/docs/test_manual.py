#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The manual page knows every command and option that the program's own --help names, and no other.

  test_manual.py PROGRAM PAGE
"""
import re
import subprocess
import sys
from pathlib import Path

# Those that argp adds to every command.
EVERYWHERE = {"--help", "--usage"}


def help_of(program, *words):
    return subprocess.run([program, *words, "--help"], capture_output=True, text=True, check=True,
                          timeout=60).stdout


def commands_in_help(program):
    return re.findall(r"^  ([a-z]{2,}) ", help_of(program), re.M)


def options_in_help(program, command):
    """Options stand at the beginning of a line of the list, before their explanations."""
    found = set()
    for line in help_of(program, command).splitlines():
        begun = re.match(r" {2,6}(?:(-\w), )?(--[a-z-]+)", line)
        if begun:
            found |= set(filter(None, begun.groups()))
    return found - EVERYWHERE - {"-?"}


def options_in_page(section):
    found = set()
    for item in re.findall(r"^\.It (Fl .*)$", section, re.M):
        for flag in re.findall(r"Fl (-?[\w-]+)", item):
            found.add("-" + flag)
    return found


def main():
    program, page = sys.argv[1], Path(sys.argv[2]).read_text()
    commands = commands_in_help(program)
    chapter = re.split(r"^\.Sh ", page.split("\n.Sh COMMANDS\n")[1], flags=re.M)[0]
    sections = dict(re.findall(r"^\.Ss (\w+)\n(.*?)(?=^\.Ss |\Z)", chapter, re.M | re.S))
    wrong = []
    if not commands or set(sections) != set(commands):
        wrong.append(f"the page has {sorted(sections)}, the program {sorted(commands)}")
    for command in set(sections) & set(commands):
        in_page = options_in_page(sections[command])
        if "takes all of its options" in sections[command]:
            in_page |= options_in_page(sections["run"])
        in_help = options_in_help(program, command)
        wrong += [f"{command}: {option} is not in the page" for option in in_help - in_page]
        wrong += [f"{command}: {option} is only in the page" for option in in_page - in_help]
    print(*sorted(wrong), sep="\n", end="\n" if wrong else "")
    print(f"{len(commands)} commands, {len(wrong)} differences")
    return 1 if wrong else 0


sys.exit(main())
