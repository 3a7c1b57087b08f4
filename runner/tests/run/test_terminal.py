# SPDX-License-Identifier: MIT
"""What a run looks like on a terminal of 40, 80 and 200 columns, shown by a terminal emulator, and on a
pipe; and when it says what: a call that is out for long at once, a verdict when it is known."""
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

import pytest

from support import needs

DEADLINE_S = 60
LONG = "a-target-whose-name-is-long"


def look(program, columns, *words):
    """Runs the program on a terminal. Returns its exit code and the bytes with their times."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 500, columns, 0, 0))
    began = time.monotonic()
    process = subprocess.Popen([program, *words], stdin=theirs, stdout=theirs, stderr=theirs,
                               env={**os.environ, "TERM": "xterm", "NO_COLOR": ""})
    os.close(theirs)
    pieces = []
    while select.select([ours], [], [], DEADLINE_S)[0]:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        pieces.append((time.monotonic() - began, piece))
    os.close(ours)
    return process.wait(timeout=DEADLINE_S), pieces


def screen(pieces, columns):
    """What stands on a screen of so many columns in the end."""
    pyte = needs.module("pyte", "python3-pyte")
    shown = pyte.Screen(columns, 500)
    stream = pyte.ByteStream(shown)
    for _, piece in pieces:
        stream.feed(piece)
    return [line.rstrip() for line in shown.display]


def stuck_target(oracle, build, name):
    """Passes on the first shape, and never returns from a rename on another."""
    stuck = build.tool("zoo/stuck_rename")
    script = f'echo "some words of a guest that goes on for longer than a line has room" >&2; exec {stuck} "$@"'
    return oracle.descriptor(name, launch={
        "argv": ["/bin/sh", "-c", f'case $1 in */replace_existing) exec "$@";; esac; {script}', "sh",
                 "{probe}", "--dir={work}", "--nonce={nonce}", "--keep"], "directory": "/"})


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_no_line_is_wider_than_the_terminal(columns, oracle, build):
    path = stuck_target(oracle, build, LONG)
    other = oracle.descriptor("other")
    words = oracle.command("-t", path, "-t", other, "-s", "replace_existing", "-s", "tmp_root_sibling",
                           "--no-controls", "--step-budget", "2.5", "--grace", "0.1")
    code, pieces = look(words[0], columns, *words[1:])
    assert code == 1, pieces
    lines = screen(pieces, columns)
    # Were a line too long, the emulator had broken it; a narrower status line left no trail either. What is
    # there to be copied is left whole.
    free = ("documents: ", "page: ", "again: ", " " * 11 + oracle.scratch)
    wide = [line for line in screen(pieces, 1000) if not line.startswith(free)]
    for line in wide:
        assert len(line) < columns and (line in lines), (line, lines)
    said = "\n".join(wide)
    assert re.search(r"SLOW .*tmp_root_sibling", said) and "DATA" not in said, said
    if columns >= 80:
        assert re.search(rf"^hang +{LONG}[ /]tmp_root_sibling .* s$", said, re.M), said
    # Which cells run, and how many are done and left, was shown meanwhile.
    everything = b"".join(piece for _, piece in pieces).decode()
    assert re.search(r"[0-4]/4, \d running, \d left", everything), everything
    assert ("[####" in everything or "[###-" in everything) == (columns >= 60), everything
    assert "\x1b[32m" in everything


def test_a_pipe_gets_plain_whole_lines(oracle, build):
    path = stuck_target(oracle, build, LONG)
    _, said, _ = oracle.run("-t", path, "-s", "replace_existing", "-s", "tmp_root_sibling", "--no-controls",
                            "--step-budget", "1.5", "--grace", "0.1")
    assert "\x1b" not in said and "\r" not in said and "running" not in said, said
    assert re.search(rf"^pass +{LONG} replace_existing +#1 +\d\.\d+ s  rename", said, re.M), said
    assert re.search(r"^ +call: +'enter rename from=\S+ to=\S+' did not come back within the step budget "
                     r"\(out for \d\.\d s, \d\.\d s of it counted\)$", said, re.M), said
    assert re.search(r"^ +on: +\w+, mounted at /", said, re.M), said
    assert re.search(rf"not passed, the shortest first:\n  hang +{LONG}/tmp_root_sibling #1, ", said), said
    again, = re.findall(r"^again: +(.*)$", said, re.M)
    assert again.endswith(" --grace 0.1 --last-failed") and f" run -o {oracle.output} -t {path} " in again, again


def test_what_hangs_is_told_at_once(oracle, build):
    """The probe and whoever holds its end ignore TERM, so that clearing away takes the whole grace."""
    misbehave = build.tool("zoo/misbehave")
    path = oracle.descriptor("stubborn", launch={
        "argv": [misbehave, "ignores-term", "--dir={work}", "--nonce={nonce}", "--keep"],
        "directory": "/"})
    words = oracle.command("-t", path, "-s", "tmp_root_sibling", "--no-controls", "--step-budget", "2.5",
                           "--grace", "4")
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    told = {}
    for line in process.stdout:
        told.setdefault(line.split()[0] if line.strip() else "", time.monotonic())
    ended = time.monotonic()
    assert process.wait(timeout=DEADLINE_S) == 1
    cell, = oracle.documents()["stubborn"]["cells"]
    out_s = cell["evidence"]["out_ms"] / 1000
    assert cell["verdict"] == "hang" and out_s < 4, cell
    # Both by what the run itself measured, and by when a reader had the lines.
    assert ended - told["hang"] > 3, (told, ended)
    assert told["hang"] - told["SLOW"] > 0.8, told


def test_what_failed_last_is_run_again_and_nothing_else(oracle, build):
    path, other = stuck_target(oracle, build, LONG), oracle.descriptor("other")
    words = ["-t", path, "-t", other, "-s", "replace_existing", "-s", "tmp_root_sibling", "--no-controls",
             "--step-budget", "0.5", "--grace", "0.1", "--last-failed"]
    code, _, errors = oracle.run(*words)
    assert code == 2 and "--last-failed: " in errors and "there is no run with a document here" in errors, errors
    first = oracle.output

    def again(*more):
        done = subprocess.run([oracle.program, "run", "-o", first, *more], capture_output=True, text=True,
                              timeout=DEADLINE_S, check=False)
        return done.returncode, done.stdout, done.stderr
    assert again(*words[:-1])[0] == 1
    for _ in range(2):
        code, said, _ = again(*words)
        assert code == 1 and "0 of 1 cells passed" in said and "pass " not in said, said
    newest = max(os.listdir(first))
    assert os.listdir(f"{first}/{newest}") and not os.path.exists(f"{first}/{newest}/other.json")
    code, said, errors = again("-t", other, "-s", "replace_existing", "--no-controls", "--last-failed")
    assert code == 2 and "nothing of what this command runs failed" in errors, errors
    assert again("-t", other, "-s", "replace_existing", "--no-controls")[0] == 0
    code, _, errors = again(*words)
    assert code == 2 and "nothing failed in this run" in errors, errors


def test_an_output_directory_gets_its_parents(oracle):
    for place in ("a/b/c", "a//b/d/"):
        done = subprocess.run([oracle.program, "run", "-q", "-t", "native", "-s", "tmp_root_sibling", "--no-controls",
                               "-o", place], cwd=oracle.scratch, timeout=DEADLINE_S, check=False)
        assert done.returncode == 0 and len(os.listdir(f"{oracle.scratch}/{place}")) == 1, place
