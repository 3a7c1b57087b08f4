# SPDX-License-Identifier: MIT
"""Companions: started before what is launched, in their order, one waiting for the other; connected
with each other and with it; ended behind it; and one that does not do its part is an `error` that
names it, with its last words. Nothing of them is left, whatever they did.
"""
import os
import re
import signal
import subprocess
import sys
import time

import pytest

SHAPE = "subdir_sibling"
# The launched program, with a companion's end to talk to first where it is given one.
PROBE = ["{probe}", "--dir={work}", "--nonce={nonce}", "--keep"]
LISTENS = ("import socket, sys, time; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); "
           "print('bound'); time.sleep(0.05); s.listen(1); print('listens', flush=True); s.accept(); "
           "print('somebody came', flush=True); time.sleep(600)")


def shell(name, script, *words, **more):
    return {"name": name, "argv": ["/bin/sh", "-c", script, name, *words], **more}


def run(oracle, companions, *options, launch=PROBE, environment=None, **changes):
    target = oracle.descriptor("stood-by", companions=companions,
                               launch={"argv": launch, "directory": "/"}, **changes)
    code, said, errors = oracle.run("-t", target, "-s", SHAPE, "--no-controls", *options,
                                    environment=environment)
    documents = oracle.documents()
    assert documents, (code, said, errors)
    cell, = documents["stood-by"]["cells"]
    return cell, said


def artifact(oracle, cell, name):
    path, = (f"{oracle.output}/{run}/{cell['artifacts'][f'companion.{name}']}"
             for run in os.listdir(oracle.output))
    with open(path, encoding="utf-8") as file:
        return file.read()


def nothing_is_left(mark):
    """No process with this word in its command line."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                if mark.encode() in file.read() and int(pid) != os.getpid():
                    found.append(pid)
        except OSError:
            pass
    return not found


@pytest.mark.sanitize
def test_each_waits_for_the_one_before(oracle):
    mark = f"mark{os.getpid()}"
    place = oracle.scratch
    code = [sys.executable, "-S", "-c", LISTENS, f"{place}/socket", mark]
    cell, _ = run(oracle, [
        {"name": "listener", "argv": code, "ready": {"socket": f"{place}/socket"}},
        shell("toucher", f"test -S {place}/socket && echo 1 >{place}/file; exec sleep 600", mark,
              ready={"file": f"{place}/file"}),
        shell("speaker", f"cat {place}/file; echo is ready; exec sleep 600", mark, ready={"line": "ready"}),
        shell("last", "trap 'echo told; exit 3' TERM; echo there; while :; do sleep 0.02; done", mark)])
    assert cell["verdict"] == "pass" and cell["anomalies"] == [], cell
    # Nobody has connected to see whether it listens.
    assert artifact(oracle, cell, "listener") == "bound\nlistens\n"
    assert artifact(oracle, cell, "speaker") == "1\nis ready\n"
    assert nothing_is_left(mark)


COUNT = "ls -l /proc/$$/fd | grep -c socket:"


def test_connections_are_handed_over(oracle):
    """A stream from one companion to the other, a datagram from that one to what is launched; each has
    its own ends and no others, and learns of the end of the other side by that."""
    cell, said = run(
        oracle,
        [shell("giver", f"echo word >&$1; {COUNT}", "{end:pipe}"),
         shell("taker", f"read word <&$1; read more <&$1 || echo $word more >&$2; {COUNT}",
               "{end:pipe}", "{end:line}")],
        launch=["/bin/sh", "-c", "test \"$(dd bs=99 count=1 status=none <&$1)\" = 'word more' && "
                f"test $({COUNT}) = 1 && shift && exec \"$@\"", "sh", "{end:line}", *PROBE],
        interpreter={"python": "/nonexistent", "argv": ["{python}", "{end:line}"]},
        connections=[{"name": "pipe", "kind": "stream"}, {"name": "line", "kind": "datagram"}])
    assert cell["verdict"] == "pass", (cell, said)
    assert artifact(oracle, cell, "giver") == "1\n"
    assert artifact(oracle, cell, "taker") == "2\n"


FAILURES = {
    "ends": (shell("server", "echo no such export; exit 3", ready={"line": "never"}),
             r"before it was ready: the companion server \(pid \d+\) exited with 3; its last words: "
             r"'no such export'"),
    "ends-unawaited": (shell("server", "echo no such export; exit 3"),
                       r"the companion server \(pid \d+\) exited with 3; its last words: 'no such export'"),
    "is-silent": (shell("server", "echo starting; exec sleep 600", ready={"line": "never"}, deadline=0.3),
                  r"not ready within 0.3 s: the companion server \(pid \d+\) runs; its last words: "
                  r"'starting'"),
    "is-missing": ({"name": "server", "argv": ["/nonexistent/server"], "ready": {"file": "/x"}},
                   r"server: the companion's program '/nonexistent/server' could not be started "
                   r"\(execve\): No such file"),
    "never-listens": (shell("server", "exec sleep 600", ready={"socket": "{cell}/s"}, deadline=0.3),
                      r"not ready within 0.3 s: the companion server \(pid \d+\) runs; it said nothing"),
    "long-path": (shell("server", "exec sleep 600", ready={"socket": "{cell}/" + 108 * "s"}),
                  r"no socket can have this path of \d+ bytes: .* 107 is the most"),
    "stops": (shell("server", "kill -STOP $$", ready={"line": "never"}, deadline=0.2), r"."),
}


@pytest.mark.sanitize
@pytest.mark.parametrize("case", FAILURES)
def test_one_that_does_not_do_its_part_is_named(oracle, case):
    companion, reason = FAILURES[case]
    mark = f"mark{case}{os.getpid()}"
    companion = {**companion, "argv": [*companion["argv"], mark]}
    began = time.monotonic()
    first = shell("first", "exec sleep 600", mark)
    launch = ["/bin/sh", "-c", "sleep 600", mark] if case == "ends-unawaited" else PROBE
    cell, said = run(oracle, [first, companion], launch=launch)
    assert cell["verdict"] == "error" and re.search(reason, cell["reason"]), cell
    assert cell["anomalies"] == [] and re.search(reason, said), (cell, said)
    assert nothing_is_left(mark)
    assert time.monotonic() - began < 20


def test_one_that_ignores_term_is_killed(oracle):
    mark = f"markterm{os.getpid()}"
    cell, _ = run(oracle, [shell("deaf", "trap '' TERM; (sleep 600) & echo up; wait", mark, ready={"line": "up"})],
                  "--grace", "0.1")
    assert cell["verdict"] == "pass" and cell["anomalies"] == [], cell
    assert nothing_is_left(mark)


def test_an_interrupt_ends_them(oracle):
    mark = f"markstop{os.getpid()}"
    ready = f"{oracle.scratch}/up"
    target = oracle.descriptor("stood-by", companions=[
        shell("slow", f"touch {ready}; exec sleep 600", mark, ready={"file": f"{oracle.scratch}/never"})])
    with subprocess.Popen(oracle.command("-t", target, "-s", SHAPE, "--no-controls"),
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as runner:
        while not os.path.exists(ready):
            assert runner.poll() is None
            time.sleep(0.01)
        runner.send_signal(signal.SIGTERM)
        assert runner.wait(30) == 130
    assert nothing_is_left(mark)
