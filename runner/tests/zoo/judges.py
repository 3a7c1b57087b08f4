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


class RunnerJudge:
    """Asks rename-oracle run and reads the document that it writes."""

    looks_from_outside = True

    def __init__(self, arguments, scratch):
        self.runner, self.step_budget = arguments.runner, arguments.step_budget
        self.scratch = scratch
        self.schema = None
        if arguments.schema:
            with open(arguments.schema, encoding="utf-8") as file:
                self.schema = json.load(file)

    async def results(self, label, mount, shapes, attempts):
        output = self.scratch.subdirectory(f"results-{label}")
        # Attempts that have to come one after the other can't share the time.
        jobs = 1 if attempts > 1 else len(shapes)
        command = [self.runner, "run", "-t", "native", "--root", mount.path, "-o", output, "--json",
                   "-j", str(jobs), "-n", str(attempts), "--step-budget", str(self.step_budget)]
        for shape in shapes:
            command += ["-s", shape]
        said = await self.run(command)
        documents = glob.glob(f"{output}/**/*.json", recursive=True)
        if len(documents) != 1:
            raise JudgeFailed(f"{len(documents)} documents in {os.listdir(output)}: {said}")
        with open(documents[0], encoding="utf-8") as file:
            return self.read(json.load(file), shapes)

    async def run(self, command):
        process = await asyncio.create_subprocess_exec(
            *command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            said, _ = await asyncio.wait_for(process.communicate(), 60)
        except asyncio.TimeoutError:
            process.kill()
            raise JudgeFailed("rename-oracle did not end within 60 s") from None
        return said.decode("utf-8", "replace")[-2000:]

    def read(self, document, shapes):
        if self.schema is not None:
            import jsonschema
            jsonschema.validate(document, self.schema,
                                cls=jsonschema.validators.Draft202012Validator)
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


class ProbeJudge:
    """Runs the probes itself, each under a deadline for every line, and looks at nothing else."""

    looks_from_outside = False
    nonce = "abcdefgh12345678"

    def __init__(self, arguments):
        self.probes, self.step_budget = arguments.probes, arguments.step_budget

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
        lines, came_to_end = [], False
        try:
            while raw := await asyncio.wait_for(process.stdout.readline(), self.step_budget):
                lines.append(Line(raw.decode("ascii").rstrip("\n"), self.nonce, len(lines)))
            came_to_end = True
        except asyncio.TimeoutError:
            process.send_signal(signal.SIGKILL)  # it may not die before the mount is released
        return self.judge(lines, came_to_end)

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
