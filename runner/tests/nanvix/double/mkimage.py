# SPDX-License-Identifier: MIT
"""The double's mkimage: `mkimage.elf -o IMAGE 'PATH;ARGV0 ARGUMENT...[;K=V ...]'...` bundles the
daemons, in their order, and programs with their arguments baked in."""

import json
import os

from contract import (DAEMONS, ELF_MARK, IMAGE_MARK, check_host_path, output_and_rest,
                      read_environment, refuse, split_fields, starts_with)

NAME = "mkimage"


def read_entry(entry):
    fields = split_fields(entry)
    if len(fields) not in (2, 3):
        refuse(NAME, f"'{entry}': not PATH;ARGV0 ARGUMENT...[;K=V ...]; a ';' inside is '\\;'")
    path, arguments = fields[0], [word for word in fields[1].split(" ") if word]
    check_host_path(NAME, path)
    if not arguments:
        refuse(NAME, f"'{entry}': ARGV0 is missing")
    if not starts_with(path, ELF_MARK):
        refuse(NAME, f"'{path}' is no ELF program")
    environment = read_environment(fields[2] if len(fields) == 3 else "")
    if environment is None:
        refuse(NAME, f"'{fields[2]}': the environment is K=V, separated by spaces")
    return {"path": path, "argv": arguments, "environment": environment,
            "words": [";".join(fields[1:])]}


def main(words):
    image, entries = output_and_rest(NAME, words)
    programs = [read_entry(entry) for entry in entries]
    for index, daemon in enumerate(DAEMONS):
        if index >= len(programs) or programs[index]["argv"] != [daemon] or \
                os.path.basename(programs[index]["path"]) != f"{daemon}.elf":
            refuse(NAME, f"program {index + 1} must be {daemon}: first come {', '.join(DAEMONS)}")
    if len(programs) != len(DAEMONS) + 1:
        refuse(NAME, "the double's images hold the daemons and one program")
    with open(programs[-1]["path"], "rb") as file:
        program = file.read()
    with open(image, "wb") as file:
        file.write(IMAGE_MARK + json.dumps(programs).encode() + b"\n" + program)
    return 0
