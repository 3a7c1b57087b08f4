# SPDX-License-Identifier: MIT
"""A small strict reader of journals (docs/journal.md), independent of the runner's."""

import urllib.parse
import zlib


def read_line(line, nonce, sequence):
    """(event, subject, fields) of one line; an AssertionError for anything out of order."""
    body, _, checksum = line.rpartition(" #")
    words = body.split(" ")
    assert words[:3] == ["ROJ1", nonce, str(sequence)], line
    assert f"{zlib.crc32(body.encode('ascii')):08x}" == checksum, line
    assert len(line) < 480, line
    fields = {}
    for word in words[5:]:
        key, _, value = word.partition("=")
        assert key not in fields, line
        fields[key] = urllib.parse.unquote(value)
    return words[3], words[4], fields


def read(console, nonce):
    """All lines of a console that has nothing but a journal on it; every enter has its leave, but
    the last."""
    texts = console.decode("ascii").split("\n")
    assert texts.pop() == "", "the last line has no end"
    lines = [read_line(text, nonce, number) for number, text in enumerate(texts)]
    entered = None
    for event, subject, _ in lines:
        assert (event == "leave") == (entered is not None), (event, subject, entered)
        assert entered in (None, subject), (entered, subject)
        entered = subject if event == "enter" else None
    return lines
