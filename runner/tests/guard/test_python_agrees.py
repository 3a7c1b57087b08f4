# SPDX-License-Identifier: MIT
"""Gives the same random command lines to our reader and to the real interpreter, which must agree on
whether bytecode may be written. The lines come from a fixed seed, so that a failure repeats."""
import random
import subprocess

from support import needs

PYTHON = "/usr/bin/python3"
COUNT = 60
ASK = "import sys; print('off' if sys.dont_write_bytecode else 'on')"
LETTERS = "BBBbEIsSuvOPWX"
WORDS = ["-B", "-B", "-E", "-I", "-sB", "-WB", "-W", "-X", "-Xutf8", "-X", "error", "-", "--",
         "--check-hash-based-pycs", "never", "-m", "ask", "-mask", "-c", "-Bc", "ask.py", "-V", "--version",
         "--help", "-h", "-Z", "--unheard", "-s-check-hash-based-pycs", "default", "-Bm"]
VALUES = [None, None, "", "0", "00", "1", "yes", "-1", "+0", "99999999999999999999"]


def random_line(source):
    words = [source.choice(WORDS) if source.random() < 0.7 else
             "-" + "".join(source.choices(LETTERS, k=source.randint(1, 3)))
             for _ in range(source.randint(0, 5))]
    for index, word in enumerate(words):  # what -c takes has to be the question
        if word.startswith("-") and not word.startswith("--") and word.endswith("c") \
                and index + 1 < len(words):
            words[index + 1] = ASK
    value = source.choice(VALUES)
    return words, {} if value is None else {"PYTHONDONTWRITEBYTECODE": value}


def ask_python(words, variables, directory):
    result = subprocess.run([PYTHON, *words], cwd=directory, input=ASK, capture_output=True, text=True,
                            env={"PATH": "/usr/bin:/bin", **variables}, timeout=60, check=False)
    last = result.stdout.split()[-1:]
    if last in (["on"], ["off"]):
        return f"runs {last[0]}"
    return "does not run"


def ask_us(program, words, variables):
    return subprocess.run([program, *words], env=variables, capture_output=True, text=True, timeout=60,
                          check=True).stdout.strip()


def test_python_and_we_agree_on_whether_bytecode_may_be_written(build, tmp_path):
    needs.program(PYTHON)
    program, source = build.tool("guard/parse_command"), random.Random("guard")
    ran = 0
    for name in ("ask.py", "error", "never", "default", "-B", "-sB", "-E", "-I"):
        (tmp_path / name).write_text(ASK + "\n")
    for _ in range(COUNT):
        words, variables = random_line(source)
        theirs, ours = ask_python(words, variables, tmp_path), ask_us(program, words, variables)
        # A line that does not run for a reason beyond options (no such module) says nothing.
        assert theirs in ("does not run", ours), (words, variables)
        ran += theirs != "does not run"
    assert ran >= COUNT // 4
