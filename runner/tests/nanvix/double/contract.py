# SPDX-License-Identifier: MIT
"""What the double's programs have in common: how Nanvix's command lines are written."""

import os
import sys

IMAGE_MARK = b"nanvix double image 1\n"
ELF_MARK = b"\x7fELF"
DAEMONS = ("procd", "memd", "vfsd")
MIB = 1 << 20


class MachineFailed(Exception):
    """The virtual machine could not be started; why stands in the log, and nanvixd ends with 255."""


def argument_limit(version):
    """How long a guest's arguments may be, its program's name included. The change came in May 2026;
    that 0.20.0 has it is all that is known of the release."""
    return 4092 if tuple(int(part) for part in version.split(".")) >= (0, 20, 0) else 255


def check_arguments(version, program, words):
    text = " ".join([os.path.basename(program), *words])
    if len(text.encode()) > argument_limit(version):
        raise MachineFailed(f"write_args(): command line arguments too long (len={len(text)})")


def refuse(program, why):
    """Ends a program as it ends when it is called wrongly."""
    print(f"{program}: error: {why} (this is a test double)", file=sys.stderr)
    sys.exit(1)


def split_fields(text):
    """The fields between unescaped ';', with '\\;' read as ';'."""
    fields, at = [""], 0
    while at < len(text):
        if text.startswith("\\;", at):
            fields[-1] += ";"
            at += 2
        elif text[at] == ";":
            fields.append("")
            at += 1
        else:
            fields[-1] += text[at]
            at += 1
    return fields


def read_environment(text):
    """Space-separated K=V; None where that is not what it is."""
    words = text.split(" ") if text else []
    if any("=" not in word or word.startswith("=") for word in words):
        return None
    return words


def read_arguments(program, words):
    """The guest's arguments and environment from what follows the program on nanvixd's command
    line. Words behind the first one with an unescaped ';' are dropped, as the real one does."""
    arguments, environment = [], []
    for word in words:
        fields = split_fields(word)
        if len(fields) > 2:
            refuse(program, f"'{word}': a second ';' that is not escaped")
        arguments += [one for one in fields[0].split(" ") if one]
        if len(fields) == 2:
            environment = read_environment(fields[1])
            if environment is None:
                refuse(program, f"'{fields[1]}': the environment is K=V, separated by spaces")
            break
    return arguments, environment


def starts_with(path, mark):
    try:
        with open(path, "rb") as file:
            return file.read(len(mark)) == mark
    except OSError:
        return False


def check_host_path(program, path):
    if " " in path or ";" in path:
        refuse(program, f"'{path}': a path can't hold a space or a ';'")


def output_and_rest(program, words):
    """`-o OUT REST...`, and nothing else."""
    if len(words) < 2 or words[0] != "-o" or words[1].startswith("-"):
        refuse(program, "usage: -o OUTPUT ...")
    unknown = [word for word in words[2:] if word.startswith("-")]
    if unknown:
        refuse(program, f"unknown flag '{unknown[0]}'")
    if not os.path.isdir(os.path.dirname(os.path.abspath(words[1]))):
        refuse(program, f"'{words[1]}': its directory does not exist")
    return words[1], words[2:]
