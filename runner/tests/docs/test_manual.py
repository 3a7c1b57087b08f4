# SPDX-License-Identifier: MIT
"""The manual page knows every command and option that the program's own --help names, and no other."""
import re
import subprocess

from support.build import SOURCE

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


def test_the_manual_has_the_commands_and_options_of_help(program):
    page = (SOURCE / "docs/rename-oracle.1").read_text()
    commands = commands_in_help(program)
    chapter = re.split(r"^\.Sh ", page.split("\n.Sh COMMANDS\n")[1], flags=re.M)[0]
    sections = dict(re.findall(r"^\.Ss (\w+)\n(.*?)(?=^\.Ss |\Z)", chapter, re.M | re.S))
    assert commands and set(sections) == set(commands)
    for command in commands:
        in_page = options_in_page(sections[command])
        if "takes all of its options" in sections[command]:
            in_page |= options_in_page(sections["run"])
        assert in_page == options_in_help(program, command), command
