# SPDX-License-Identifier: MIT
"""Runs the commands that a page of documentation shows, and compares what comes out.

Every ```console block is run, in order, in one shell whose directory is fresh and empty: a line
that begins with "$ " is a command (lines that begin with "> " continue it), the lines after it are
the output that it must have, standard error included.

What changes from run to run may differ: both sides are compared with these put out of the way:
  times and durations (12.3 ms, 4 s, 2026-01-31T12:00:00Z), run ids, digests and other hex words of
  12 digits and more, process ids ("pid 123"), temporary paths (/tmp/...), the numbers in
  "n of m" of a progress line, and the width of white space.
In the page, a line "..." stands for any lines, and " ..." at the end of a line for any rest.

Comments in the page steer the test and are not shown to readers:
  <!-- run: COMMAND -->     a command that is run and must end with 0, to prepare something
  <!-- not run: REASON -->  before a ```sh block, whose commands can't be run here; a ```sh block
                            without a reason is an error
"""
import os
import re
import subprocess
import tempfile

MARK = "@@end-of-command"
TIMEOUT_S = 270

VARYING = [
    (re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}"), "RUN"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?Z?"), "TIME"),
    (re.compile(r"\b[0-9a-f]{12,}\b"), "HEX"),
    (re.compile(r"(< )?\b\d+(\.\d+)? ?(ms|s|min)\b"), "TIME"),
    (re.compile(r"\bpid \d+"), "pid N"),
    (re.compile(r"/(tmp|var/tmp)/[^\s:,;'\"]+"), "TMP"),
    (re.compile(r"[ \t]+"), " "),
]


class Command:
    def __init__(self, line, text, hidden=False):
        self.line, self.text, self.hidden = line, text, hidden
        self.expected = []


def read_page(path):
    """The commands of the page in order, the lines at which something is wrong, and the number of
    blocks that give a reason for not being run."""
    commands, wrong, excused = [], [], 0
    fence, reason, indent, first = None, False, "", 0
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if fence is not None and line.startswith(indent):
            line = line[len(indent):]
        if fence is None:
            hidden = re.fullmatch(r"\s*<!-- run: (.*) -->", line)
            opened = re.match(r"(\s*)```(\w*)", line)
            if hidden:
                commands.append(Command(number, hidden[1], hidden=True))
            elif opened:
                indent, fence = opened[1], opened[2]
                first = len(commands)
                excused += fence in ("sh", "bash", "shell") and reason
                if fence in ("sh", "bash", "shell") and not reason:
                    wrong.append(f"{path}:{number}: commands that no test runs, without a reason")
            if line.strip():
                reason = "<!-- not run: " in line
        elif line.strip() == "```":
            fence = None
        elif fence == "console":
            if line.startswith("$ "):
                commands.append(Command(number, line[2:]))
            elif line.startswith("> ") and len(commands) > first and not commands[-1].expected:
                commands[-1].text += "\n" + line[2:]
            elif len(commands) > first:
                commands[-1].expected.append(line)
            else:
                wrong.append(f"{path}:{number}: output before any command")
    return commands, wrong, excused


def run_commands(commands, environment, directory):
    """Runs all in one shell, so that `cd`, variables and $? carry over; returns the outputs."""
    script = []
    for command in commands:
        script += [command.text, f'{{ ro_code=$?; printf "\\n{MARK} %d\\n" $ro_code; '
                   f'(exit $ro_code); }} 2>/dev/null']
    # Pages mount file systems; in a namespace of its own every mount goes with the shell.
    namespace = ["unshare", "--mount", "--propagation", "private"]
    if os.geteuid() != 0:
        namespace += ["--user", "--map-root-user"]
    done = subprocess.run([*namespace, "bash", "-c", "\n".join(script)], cwd=directory,
                          env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=TIMEOUT_S, check=False)
    text = done.stdout.decode(errors="replace")
    outputs = re.split(rf"\n{MARK} (\d+)\n", text)
    return list(zip(outputs[0::2], map(int, outputs[1::2])))


def settle(line):
    for pattern, word in VARYING:
        line = pattern.sub(word, line)
    return line.strip()


def same_line(want, got):
    if want.endswith(" ..."):
        return settle(got).startswith(settle(want[:-4]))
    return settle(want) == settle(got)


def same_lines(want, got):
    """Whether the lines agree, where a line '...' in `want` takes any number of lines."""
    if not want:
        return not got
    if want[0].strip() == "...":
        return any(same_lines(want[1:], got[skip:]) for skip in range(len(got) + 1))
    return bool(got) and same_line(want[0], got[0]) and same_lines(want[1:], got[1:])


def without_blank_ends(lines):
    return "\n".join(lines).strip("\n").splitlines()


def differences(path, commands, outputs):
    wrong = []
    for index, command in enumerate(commands):
        place = f"{path}:{command.line}: $ {command.text}"
        if index >= len(outputs):
            wrong.append(f"{place}\n  was not reached; the shell ended before it")
            break
        output, code = outputs[index]
        got = without_blank_ends(output.splitlines())
        if command.hidden and code != 0:
            wrong.append(f"{place}\n  preparation ended with {code}\n  " + "\n  ".join(got))
        elif not command.hidden and not same_lines(without_blank_ends(command.expected), got):
            wrong.append("\n  ".join([place, "the page shows:", *(
                "  " + line for line in command.expected), "what came out:", *(
                    "  " + line for line in got)]))
    return wrong


def complaints(page, path, variables):
    """What is wrong with a page, as a list of texts, which say what really came out. `path` comes
    first in PATH; `variables` are put into the environment."""
    commands, wrong, excused = read_page(page)
    if not commands:
        return wrong if wrong or excused else [f"{page}: shows no command"]
    with tempfile.TemporaryDirectory(prefix="docs-") as scratch:
        environment = {"HOME": scratch, "LANG": "C.UTF-8", "TERM": "dumb", "USER": "reader",
                       "PATH": ":".join([*map(os.path.abspath, path), "/usr/sbin:/usr/bin:/sbin:/bin"]),
                       "TMPDIR": f"{scratch}/tmp", **variables}
        work = f"{scratch}/work"
        os.mkdir(environment["TMPDIR"])
        os.mkdir(work)
        outputs = run_commands(commands, environment, work)
        return wrong + differences(page, commands, outputs)
