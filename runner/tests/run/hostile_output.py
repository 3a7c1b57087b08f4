#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What a guest prints, and how it names its files, is hostile: it never steers the terminal, is no
format string and makes no file. It is kept among the artifacts byte for byte, and quoted harmlessly.

Usage: hostile_output.py RENAME_ORACLE
"""

import glob
import os
import subprocess
import sys

from oracle import DEADLINE_S, Oracle, expect

NAME = b"\x1b[31m%n%s%n\xe2\x80\xae\x9b.."
QUOTED = "\\x1B[31m%n%s%n\\xE2\\x80\\xAE\\x9B.."
HOSTILE = (b"\x1b[2J\x1b]0;owned\x07\x00 ../../../escaped /escaped artifacts/../escaped\r\n" +
           b"panicked at " + NAME + b"/../../../escaped\r\n")

# What the "VM" does with the hostile text in the file $0 and the probe "$@", the verdict, and how the
# terminal shows the text.
CASES = {
    "before": ('cat "$0"; exec "$@"', "pass", None),
    "after": ('"$@"; cat "$0"', "pass", None),
    "alone": ('cat "$0"; exit 1', "no_start", QUOTED),
    "middle": ('"$@" | sed "/ enter rename/q"; cat "$0"; exit 9', "crash", QUOTED),
    "name": ('"$@"; cd "$(echo "$2" | cut -c7-)" && : >"$(cat "$0.name")"', "error", "?[31m%n%s%n????.."),
}


def is_harmless(output):
    """One line after the other of text that only stands there."""
    return all(char == "\n" or char.isprintable() for char in output.decode("utf-8"))


def files_below(directory):
    return {os.path.relpath(os.path.join(top, name), directory)
            for top, _, names in os.walk(directory) for name in names}


def run(oracle, name, script):
    target = oracle.descriptor(name, panic_lines=["panicked at"], launch={
        "argv": ["/bin/sh", "-c", script, f"{oracle.scratch}/hostile", "{probe}", "--dir={work}",
                 "--nonce={nonce}", "--keep"], "directory": "/"})
    os.mkdir(f"{oracle.scratch}/{name}.tmp")
    command = oracle.command("-t", target, "-s", "tmp_root_sibling", "-n", "1", "--no-controls")
    before = files_below(oracle.scratch)
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False,
                          timeout=DEADLINE_S,
                          env={**os.environ, "TMPDIR": f"{oracle.scratch}/{name}.tmp"})
    return done, {path.split("/", 2)[-1] for path in files_below(oracle.scratch) - before}


def check_report(oracle, document):
    """The document that has the text in it, shown on a terminal."""
    for style in ("markdown", "tap"):
        done = subprocess.run([oracle.program, "report", "--format", style, document],
                              stdin=subprocess.DEVNULL, capture_output=True, check=False,
                              timeout=DEADLINE_S)
        expect(done.returncode == 0 and done.stdout and is_harmless(done.stdout), style, done)


def main():
    with Oracle(sys.argv[1]) as oracle:
        for suffix, content in (("", HOSTILE), (".name", NAME)):
            with open(f"{oracle.scratch}/hostile{suffix}", "wb") as file:
                file.write(content)
        for name, (script, verdict, quoted) in CASES.items():
            done, made = run(oracle, name, script)
            (document,) = glob.glob(f"{oracle.output}/*/{name}.json")
            (cell,) = oracle.documents()[name]["cells"]
            print(f"{name}: {cell['verdict']} {cell['reason']}")
            expect(cell["verdict"] == verdict, name, cell["verdict"], cell["reason"])
            expect(is_harmless(done.stdout + done.stderr), name, done)
            expect(quoted is None or quoted in done.stdout.decode(), name, done)
            artifact = f"artifacts/{name}.tmp_root_sibling.1.stdout"
            expect(made == {f"{name}.json", artifact}, name, made)
            with open(os.path.join(os.path.dirname(document), artifact), "rb") as file:
                expect(name == "name" or HOSTILE in file.read(), name, "was not kept as it came")
            check_report(oracle, document)


if __name__ == "__main__":
    main()
