# SPDX-License-Identifier: MIT
"""What a hang's evidence says: of the thread that waits, and of a process that ended meanwhile.

A rename that seccomp never answers must be named with its arguments, how long it was out, and where
its thread waits: state, system call, wait channel and kernel stack, as far as this machine lets us
read them of a child of ours. A daemon that aborts while the call is out must be named with its
status and its last lines, whether nobody collects that status or, its parent being gone, the runner.
All of it must stand in the document and, in three lines, on the screen.
"""
import os
import re
import subprocess

import pytest

STEP_S = 1
RENAME_CALLS = {"x86_64": (82, 264, 316)}  # rename, renameat, renameat2
DAEMONS = ("daemon-aborts", "lost-daemon-aborts")


def readable(name):
    """Whether a sleeping child's /proc/PID/NAME says something to us."""
    with subprocess.Popen(["sleep", "600"]) as child:
        try:
            while True:
                with open(f"/proc/{child.pid}/stat", encoding="ascii") as file:
                    state, = re.findall(r"\(sleep\) (.)", file.read()) or "-"
                if state == "S":
                    break
            with open(f"/proc/{child.pid}/{name}", encoding="ascii") as file:
                return file.read().strip() not in ("", "0")
        except OSError:
            return False
        finally:
            child.kill()


def hang(oracle, name, script, *arguments, attempts=1):
    """Runs so many attempts side by side; returns their cells and what was printed."""
    target = oracle.descriptor(name, launch={
        "argv": ["/bin/sh", "-c", script, "sh", *arguments, "--dir={work}", "--nonce={nonce}",
                 "--keep"], "directory": "/"})
    code, said, errors = oracle.run("-t", target, "-s", "tmp_root_sibling", "--no-controls",
                                    "-n", str(attempts), "-j", str(attempts),
                                    "--step-budget", str(STEP_S))
    cells = oracle.documents()[name]["cells"]
    assert code == 1 and [cell["verdict"] for cell in cells] == ["hang"] * attempts, (
        code, cells, errors)
    return cells, said


def check_call(cell, evidence):
    assert cell["step"]["call"] == "rename" and not cell["step"]["returned"], cell["step"]
    names = [cell["step"]["arguments"][key].rsplit("/", 1)[1] for key in ("from", "to")]
    assert names == ["a", "b"], cell["step"]
    assert evidence["charged_ms"] >= STEP_S * 1000, evidence
    assert evidence["out_ms"] >= evidence["charged_ms"] and evidence["window_ms"] > 0, evidence


def check_thread(evidence):
    """The one thread of the tree."""
    thread, = evidence["threads"]
    assert evidence["state"] == "blocked" and not evidence["threads_cut"], evidence
    assert thread["comm"] == "tmp_root_siblin" and thread["state"] == "S", thread
    assert thread["cpu_ms"] < 0.05 * evidence["window_ms"], thread
    calls = RENAME_CALLS.get(os.uname().machine)
    if readable("syscall") and calls:
        assert thread["syscall"] in calls, thread
    if readable("wchan"):
        assert re.fullmatch(r"[\w.]+", thread["waits_in"]), thread
    if readable("stack"):
        assert any(line.startswith(thread["waits_in"]) for line in thread["stack"]), thread
    return thread


def check_lines(said, cell, thread, last_words):
    lines = said.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("hang "))
    waits = re.escape(f", in {thread['waits_in']}") if thread["waits_in"] else ""
    wanted = [
        r"call:    'enter rename from=\S+/a to=\S+/b' did not come back within the step budget "
        r"\(out for \d+\.\d s, \d+\.\d s of it counted\)",
        rf"tree:    blocked: tmp_root_siblin \(pid {thread['pid']}, state S{waits}\), "
        r"\d+\.\d ms of CPU in \d+ ms",
        r"stack:   [\w.]+( < [\w.]+)*",
        r"on:      \w+, mounted at /\S*",
        f"console: {last_words}",
    ]
    if not thread["stack"]:
        del wanted[2]
    for number, pattern in enumerate(wanted, at + 1):
        assert re.fullmatch(pattern, lines[number].strip()), (pattern, lines[number], cell)
    end = at + len(wanted) + 1
    assert not lines[end].startswith(" "), ("one more line:", lines[end])


def check_daemon(cell, said):
    evidence = cell["evidence"]
    check_call(cell, evidence)
    assert len(evidence["ended"]) == 1, ("not one daemon that ended:", evidence)
    ended, = evidence["ended"]
    assert ended["comm"] == "linuxd" and ended["status"] == "killed by SIGABRT", ended
    assert 0 <= ended["after_ms"] <= evidence["out_ms"], ended
    assert any("panicked at linuxd/src/fcntl.rs" in line for line in ended["last_lines"]), ended
    told = rf"tree: +blocked: .*; linuxd \(pid {ended['pid']}\) killed by SIGABRT \d+\.\d s after"
    assert re.search(told, said), (told, said)
    assert "console: not implemented: renameat across mounts" in said, said


@pytest.mark.sanitize
def test_a_rename_that_seccomp_never_answers_is_told_of_in_some_lines(oracle, build):
    stuck = build.tool("zoo/stuck_rename")
    (cell,), said = hang(oracle, "stuck", f'echo last words >&2; exec {stuck} "$@"', "{probe}")
    evidence = cell["evidence"]
    check_call(cell, evidence)
    thread = check_thread(evidence)
    check_lines(said, cell, thread, "last words")
    assert evidence["ended"] == [], evidence["ended"]


@pytest.mark.sanitize
@pytest.mark.parametrize("kind", DAEMONS)
@pytest.mark.parametrize("attempts", [1, 2])
def test_a_daemon_that_aborts_meanwhile_is_named(kind, attempts, oracle, build):
    cells, said = hang(oracle, kind, f'exec {build.tool("zoo/misbehave")} {kind} "$@"',
                       attempts=attempts)
    for cell in cells:
        check_daemon(cell, said)
