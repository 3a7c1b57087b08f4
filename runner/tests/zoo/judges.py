# SPDX-License-Identifier: MIT
"""Who says what a shape came to: the runner under test, or a small reader of journals.

A result is {"verdict", "call", "error", "loss", "why"}; see fault.h for the first four.
"""

import asyncio
import glob
import json
import os
import signal
import subprocess
import urllib.parse
import zlib

import jsonschema


class JudgeFailed(Exception):
    """The judge itself could not do its part."""


def result(verdict, call=None, error=None, loss=False, why=""):
    return {"verdict": verdict, "call": call, "error": error, "loss": loss, "why": why}


def failure(why):
    return result("none", why=why)


def output_of(command, deadline_s):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True,
                          timeout=deadline_s).stdout


def make(arguments, scratch):
    if arguments.judge == "runner":
        return RunnerJudge(arguments, scratch)
    return ProbeJudge(arguments)


def read_document(directory):
    """The one document below the directory that a run wrote to."""
    found = []
    for path in glob.glob(f"{directory}/*/*.json"):
        with open(path, encoding="utf-8") as file:
            found.append(json.load(file))
    if len(found) != 1:
        raise JudgeFailed(f"{len(found)} documents instead of one")
    return found[0]


async def within(seconds, event, otherwise):
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except asyncio.TimeoutError:
        raise JudgeFailed(f"{otherwise} (within {seconds} s)") from None


class RunnerJudge:
    """Asks rename-oracle run and reads the document that it writes.

    The controls are left out: they ask whether the oracle can see, which is the same on every mount,
    and the zoo asks what it says.
    """

    looks_from_outside = True

    def __init__(self, arguments, scratch):
        self.runner = os.path.join(arguments.build, "runner/rename-oracle")
        self.step_budget, self.scratch = arguments.step_budget, scratch
        schema = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                              "../../../results/schema/verdict-1.schema.json")
        with open(schema, encoding="utf-8") as file:
            self.schema = jsonschema.Draft202012Validator(json.load(file))

    async def results(self, label, mount, shapes, attempts):
        output = self.scratch.subdirectory(f"results-{label}")
        # Attempts that have to come one after the other can't share the time.
        jobs = 1 if attempts > 1 else len(shapes)
        command = [self.runner, "run", "-t", "native", "--root", mount.path, "-o", output,
                   "--no-controls", "--grace", "0.1", "-j", str(jobs), "-n", str(attempts),
                   "--step-budget", str(self.step_budget)]
        for shape in shapes:
            command += ["-s", shape]
        code, said = await self.run(command)
        try:
            return self.read(read_document(output), shapes)
        except (JudgeFailed, jsonschema.ValidationError) as problem:
            raise JudgeFailed(f"{problem}; the runner ended with {code} and said: {said}") from problem

    async def settle(self):
        """Waits for what can end only now that nothing is mounted any more."""

    @staticmethod
    async def run(command):
        """Runs it and returns its exit code (-N: by signal N) and the end of what it printed, to standard
        error as well. Whoever reads that waits for the end of the output, not for the end of the
        process: both must come."""
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT)
        said, end_of_output, ended = bytearray(), asyncio.Event(), asyncio.Event()

        def take_output():
            block = os.read(process.stdout.fileno(), 65536)
            said.extend(block)
            if not block:
                end_of_output.set()
                loop.remove_reader(process.stdout)

        loop, pidfd = asyncio.get_running_loop(), os.pidfd_open(process.pid)
        loop.add_reader(process.stdout, take_output)
        loop.add_reader(pidfd, ended.set)
        try:
            await within(60, ended, "rename-oracle did not end")
            await within(2, end_of_output, "rename-oracle ended, but something that it left behind "
                                           "keeps its output open")
        finally:
            loop.remove_reader(process.stdout)
            loop.remove_reader(pidfd)
            os.close(pidfd)
            process.kill()
            process.wait()  # it is a process of our own, and on no file system that is stuck
            process.stdout.close()
        return process.returncode, said.decode("utf-8", "replace")[-2000:]

    def read(self, document, shapes):
        self.schema.validate(document)
        found = {shape: [] for shape in shapes}
        for cell in sorted(document["cells"], key=lambda cell: cell["attempt"]):
            found[cell["shape"]].append(self.read_cell(cell))
        return found

    @staticmethod
    def read_cell(cell):
        verdict, why = cell["verdict"], cell["reason"]
        call = error = None
        if verdict in ("hang", "stall"):
            call = cell["step"]["call"]
            # Every fault of the zoo that hangs leaves its caller asleep.
            if cell["evidence"]["state"] != "blocked":
                verdict, why = cell["evidence"]["state"], cell["evidence"]["summary"]
        elif verdict == "fail" and cell["errno"] is not None:
            call, error = "rename", cell["errno"]["name"]
        return result(verdict, call, error, cell.get("data_loss", False), why)


class Line:
    """One line of a journal (docs/journal.md), checked."""

    def __init__(self, text, nonce, sequence):
        body, _, checksum = text.rpartition(" #")
        words = body.split(" ")
        if words[:3] != ["ROJ1", nonce, str(sequence)] or \
                f"{zlib.crc32(body.encode()):08x}" != checksum:
            raise JudgeFailed(f"a line out of order: {text}")
        self.event, self.subject = words[3:5]
        self.fields = {key: urllib.parse.unquote(value)
                       for key, _, value in (word.partition("=") for word in words[5:])}
        self.text = " ".join(words[3:])


def cpu_use(pid):
    """State and CPU ticks of a process."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return fields[0], int(fields[11]) + int(fields[12])


class ProbeJudge:
    """Runs the probes itself and looks at nothing but their journals and whether they run."""

    looks_from_outside = False
    nonce = "abcdefgh12345678"

    def __init__(self, arguments):
        self.probes = os.path.join(arguments.build, "probes/linux-x86_64")
        self.step_budget = arguments.step_budget
        self.killed = []

    async def settle(self):
        for process in self.killed:
            await asyncio.wait_for(process.wait(), 20)

    async def results(self, label, mount, shapes, attempts):
        found = await asyncio.gather(*(self.attempt_all(mount, shape, attempts)
                                       for shape in shapes))
        return dict(zip(shapes, found))

    async def attempt_all(self, mount, shape, attempts):
        return [await self.attempt_one(mount, shape, attempt) for attempt in range(attempts)]

    async def attempt_one(self, mount, shape, attempt):
        # Made in the backing directory: a mount that is down already must not stop the judge.
        name = f"{shape}-{attempt}"
        os.mkdir(f"{mount.backing}/{name}")
        process = await asyncio.create_subprocess_exec(
            f"{self.probes}/{shape}", f"--dir={mount.path}/{name}", f"--nonce={self.nonce}",
            "--keep", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        lines = await self.read_journal(process)
        if process.stdout.at_eof():
            return self.judge(lines, came_to_end=True)
        process.send_signal(signal.SIGKILL)  # it may not die before the mount is released
        self.killed.append(process)
        return self.judge(lines, came_to_end=False)

    async def read_journal(self, process):
        """Reads lines until the end, or until none comes although the probe could have run."""
        lines, ticks = [], None
        next_line = asyncio.ensure_future(process.stdout.readline())
        while True:
            done, _ = await asyncio.wait([next_line], timeout=self.step_budget)
            if done and not next_line.result():
                return lines
            if done:
                text = next_line.result().decode("ascii").rstrip("\n")
                lines.append(Line(text, self.nonce, len(lines)))
                next_line = asyncio.ensure_future(process.stdout.readline())
                continue
            state, now = cpu_use(process.pid)
            if lines and state != "R" and now == ticks:
                next_line.cancel()
                return lines
            ticks = now

    @staticmethod
    def judge(lines, came_to_end):
        if not lines:
            return failure("no journal")
        last = lines[-1]
        if not came_to_end:
            if last.event != "enter":
                return failure(f"nothing after '{last.text}'")
            verdict = "hang" if last.subject == "rename" else "stall"
            return result(verdict, last.subject, why=last.text)
        if last.event != "end":
            return result("crash", why=last.text)
        broken = [line for line in lines
                  if line.event == "check" and line.fields["result"] == "broken"]
        loss = any(line.fields.get("loss") == "1" for line in broken)
        errors = [line.fields["error"] for line in lines
                  if (line.event, line.subject) == ("leave", "rename") and "error" in line.fields]
        verdict = {"pass": "pass", "fail": "fail"}.get(last.subject, "error")
        return result(verdict, "rename" if errors else None, errors[0] if errors else None, loss,
                      "; ".join(line.text for line in broken))
