#!/usr/bin/python3 -IS
# SPDX-License-Identifier: MIT
"""Another style: the command is a list that grows far away from where it is started."""
import subprocess
import sys

INTERPRETER = {"path": "./bin/python3.12", "flags": ["-B", "-X", "utf8"]}


class Launch:
    def __init__(self):
        self.parts = []

    def add(self, *parts):
        self.parts.extend(parts)
        return self

    def start(self):
        return subprocess.run(self.parts, stdin=subprocess.DEVNULL, check=False).returncode


def interpreter(launch):
    return launch.add(INTERPRETER["path"], *INTERPRETER["flags"])


def main(modules):
    chunks = [modules[at:at + 4] for at in range(0, len(modules), 4)]
    launches = [interpreter(Launch().add("./bin/nanvixd.elf", "--")).add("-m", "test", *chunk)
                for chunk in chunks]
    return max((launch.start() for launch in launches), default=1)


sys.exit(main(sys.argv[1:]))
