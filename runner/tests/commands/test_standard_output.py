# SPDX-License-Identifier: MIT
"""What a command prints is its answer: where standard output is full or closed, none ends as if it had
been given. A reader that had enough of `run` changes nothing."""
import os
import re
import subprocess

import pytest

ONE = ["-t", "native", "-s", "tmp_root_sibling", "--no-controls", "-o"]
# {document} and {harness} are files; {results} is a directory to write into.
RUN = [*ONE, "{results}"]
TRIED = [
    ["--help"], ["--version"], ["list"], ["list", "--json"], ["run", *RUN], ["run", "--json", *RUN],
    ["bisect", *RUN], ["gate", "{document}"], ["gate", "--json", "{document}"],
    ["gate", "--list-reasons"], ["compare", "{document}", "{document}"],
    ["compare", "--json", "{document}", "{document}"],
    ["guard", "--json", "-m", "standalone", "--scenario", "one-module", "{harness}"],
    *(["report", "--format", style, "{document}"] for style in ("junit", "tap", "markdown", "html")),
    *([name, "--help"] for name in ("run", "report", "gate", "guard", "compare", "bisect", "list", "clean"))]


@pytest.fixture(name="files", scope="module")
def files_to_give(program, tmp_path_factory):
    place = tmp_path_factory.mktemp("files")
    subprocess.run([program, "run", "-q", *ONE, place], check=True, timeout=60)
    document, = place.glob("*/native.json")
    (place / "harness.py").write_text("raise SystemExit\n")
    return {"document": document, "harness": place / "harness.py", "results": place}


def ending(words, **streams):
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                          timeout=60, check=False, **streams)
    return done.returncode, done.stderr


@pytest.mark.sanitize
@pytest.mark.parametrize("words", TRIED, ids=" ".join)
def test_an_answer_that_can_not_be_written_is_none(words, program, files):
    command = [program, *(word.format(**files) for word in words)]
    wanted = 125 if words[0] == "bisect" else 2
    with open("/dev/full", "w", encoding="ascii") as full:
        code, told = ending(command, stdout=full)
    assert code == wanted and "standard output: cannot be written" in told
    code, told = ending(command, preexec_fn=lambda: os.close(1))
    assert code == wanted and "standard output: cannot be written" in told


def test_every_command_is_tried(program):
    helps = subprocess.run([program, "--help"], stdout=subprocess.PIPE, text=True, check=True)
    names = re.findall(r"^  (\w+) ", helps.stdout, re.MULTILINE)
    assert set(names) == {words[0] for words in TRIED if len(words) > 1}


def test_a_reader_that_had_enough_of_run_changes_nothing(program, files):
    reader, writer = os.pipe()
    os.close(reader)
    assert ending([program, "run", *ONE, files["results"]], stdout=writer) == (0, "")
    os.close(writer)
