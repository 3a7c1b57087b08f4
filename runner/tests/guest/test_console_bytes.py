# SPDX-License-Identifier: MIT
"""Standard output of the VM is what the probe wrote, byte for byte, and its input never ends."""


def boot(vm, *arguments):
    return vm.boot(vm.in_guest("guest-program"), *arguments)


def test_every_byte_arrives(uml_hostfs):
    said = boot(uml_hostfs, "bytes")
    assert said.console == bytes(range(256)) + b"x" * 479 + b"\n", said


def test_a_flood_arrives_whole(uml_hostfs):
    flood = boot(uml_hostfs, "flood", "512")
    assert flood.console == (b"y" * 1023 + b"\n") * 512, len(flood.console)


def test_the_guest_waits_at_its_input(uml_hostfs):
    quiet = boot(uml_hostfs, "stdin")
    assert quiet.console == b"poll 0 events 0\n", quiet


def test_words_of_the_command_line_reach_the_probe(uml_hostfs):
    words = boot(uml_hostfs, "arguments", '"a  b"', "a=b.c", "console=x")
    assert words.console == b"a  b\na=b.c\nconsole=x\n", words
