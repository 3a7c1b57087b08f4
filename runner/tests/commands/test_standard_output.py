#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a command prints is its answer: where standard output is full or closed, none ends as if it had
been given. A reader that had enough of `run` changes nothing. usage: test_standard_output.py PROGRAM"""

import glob
import os
import re
import subprocess
import sys
import tempfile

RUN = ["-t", "native", "-s", "tmp_root_sibling", "--no-controls", "-o"]


def commands(program, directory):
    run = RUN + [directory]
    subprocess.run([program, "run", "-q", *run], check=True, timeout=60)
    (document,) = glob.glob(f"{directory}/*/native.json")
    harness = f"{directory}/harness.py"
    with open(harness, "w", encoding="ascii") as file:
        file.write("raise SystemExit\n")
    return [["--help"], ["--version"], ["list"], ["list", "--json"], ["run", *run],
            ["run", "--json", *run], ["bisect", *run], ["gate", document],
            ["gate", "--json", document], ["gate", "--list-reasons"],
            ["compare", document, document], ["compare", "--json", document, document],
            ["guard", "--json", "-m", "standalone", "--scenario", "one-module", harness],
            *(["report", "--format", style, document] for style in ("junit", "tap", "markdown", "html"))]


def ending(words, **streams):
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                          timeout=60, check=False, **streams)
    return done.returncode, done.stderr


def main(program):
    wrong = []
    with tempfile.TemporaryDirectory() as directory:
        tried = commands(program, directory)
        helps = subprocess.run([program, "--help"], stdout=subprocess.PIPE, text=True, check=True)
        names = re.findall(r"^  (\w+) ", helps.stdout, re.MULTILINE)
        tried += [[name, "--help"] for name in names]
        wrong += [f"{name}: is not tried" for name in names
                  if not any(words[0] == name and len(words) > 1 for words in tried)]
        for words in tried:
            want = 125 if words[0] == "bisect" else 2
            with open("/dev/full", "w", encoding="ascii") as full:
                code, told = ending([program, *words], stdout=full)
            if code != want or "standard output: cannot be written" not in told:
                wrong.append(f"{words}: full: ended with {code} and {told!r}")
            code, told = ending([program, *words], preexec_fn=lambda: os.close(1))
            if code != want or "standard output: cannot be written" not in told:
                wrong.append(f"{words}: closed: ended with {code} and {told!r}")
        reader, writer = os.pipe()
        os.close(reader)
        code, told = ending([program, "run", *RUN, directory], stdout=writer)
        if (code, told) != (0, ""):
            wrong.append(f"run without a reader: ended with {code} and {told!r}")
    print("\n".join(wrong) or f"{len(tried)} commands end as they must")
    return 1 if wrong else 0


sys.exit(main(sys.argv[1]))
