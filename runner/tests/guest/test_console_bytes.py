#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Standard output of the VM is what the probe wrote, byte for byte, and its input never ends.

Usage: test_console_bytes.py UML-HOSTFS-DESCRIPTOR DATA-DIRECTORY
"""

import sys

from vm import Vm


def main(descriptor, data):
    with Vm(descriptor, data) as vm:
        program = vm.in_guest("guest-program")
        said = vm.boot(program, "bytes")
        assert said.console == bytes(range(256)) + b"x" * 479 + b"\n", said
        flood = vm.boot(program, "flood", "512")
        assert flood.console == (b"y" * 1023 + b"\n") * 512, len(flood.console)
        quiet = vm.boot(program, "stdin")
        assert quiet.console == b"poll 0 events 0\n", quiet
        words = vm.boot(program, "arguments", '"a  b"', "a=b.c", "console=x")
        assert words.console == b"a  b\na=b.c\nconsole=x\n", words
    print("the console is the probe's")


if __name__ == "__main__":
    main(*sys.argv[1:])
