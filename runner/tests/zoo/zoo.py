#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The zoo: every fault of zoofs under every shape, and what the oracle says of each.

Mounts zoofs once for every fault (for a fault that takes the whole file system down, once for every
shape), lets the shapes run on it and compares the verdicts with the table that zoofs --table prints:
verdict, the call it is about, the errno, and whether data was lost. All of it --rounds times.

Two judges can be asked. `runner` is the program under test, rename-oracle; `probe` is a small reader
of the probes' journals (judges.py), which shows that the table is right whatever the runner says.

Exit codes: 0 all as expected, 1 something was not, 2 wrong usage, 77 skipped.
"""

import argparse
import asyncio
import json
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import judges  # noqa: E402  (the directory of this file is not on the path before)
import private_mounts as mounts  # noqa: E402


HERE = os.path.dirname(os.path.abspath(__file__))
REPOSITORY = os.path.realpath(f"{HERE}/../../..")


# What has to be in the table, whatever else is.
AT_LEAST = {
    "rename-hangs", "rename-hangs-in-subdirectory", "rename-hangs-for-pycache",
    "rename-hangs-onto-existing", "rename-hangs-second-time", "rename-hangs-one-in", "rename-late",
    "rename-eexist", "rename-enotsup", "rename-eio", "rename-einval", "rename-does-nothing",
    "rename-copies", "rename-removes-both", "rename-keeps-old-content", "rename-truncates",
    "rename-corrupts", "rename-swaps", "rename-wrong-directory", "rename-leaves-old-name-listed",
    "create-excl-hangs", "write-hangs", "close-hangs", "stat-hangs-after-rename",
    "all-hang-after-rename", "daemon-dies", "rename-shown-late", "writes-shown-late",
    "entries-listed-late", "sizes-kept", "inodes-numbered-by-name", "names-end-early",
    "names-too-short", "full-after-rename", "none",
}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--build", default=os.path.join(REPOSITORY, "build"), metavar="DIR",
                        help="the build tree to take the programs from (default: build)")
    parser.add_argument("--judge", choices=["runner", "probe"], default="runner")
    parser.add_argument("--scratch", help="an existing directory to mount the scratch space on")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--faults", nargs="+", metavar="FAULT", help="only these")
    parser.add_argument("--known-wrong", nargs="+", metavar="FAULT", default=[],
                        help="not a failure for these faults; that they come out right is one")
    parser.add_argument("--step-budget", type=float, default=1.0, metavar="S")
    parser.add_argument("--at-once", type=int, default=16, help="mounts at the same time")
    arguments = parser.parse_args()
    arguments.zoofs = os.path.join(arguments.build, "runner/tests/zoo/zoofs")
    return arguments


def read_table(zoofs):
    """The shapes and the faults by name; a table that lacks a fault or a shape's verdict is wrong."""
    table = json.loads(judges.output_of([zoofs, "--table"], deadline_s=20))
    faults = {fault["name"]: fault for fault in table["faults"]}
    missing = AT_LEAST - set(faults)
    missing |= {name for name, fault in faults.items()
                if set(fault["expected"]) != set(table["shapes"])}
    if missing or len(table["shapes"]) != 6:
        sys.exit(f"zoo.py: the table lacks {', '.join(sorted(missing))} or a shape")
    return table["shapes"], faults


def expectations_of(fault, shape, view):
    """What each attempt must come to, in order."""
    wanted = dict(fault["expected"][shape])
    only = wanted.pop("attempt")
    passing = {"verdict": "pass", "call": None, "error": None, "loss": False}
    if fault["judged_outside"] and not view:
        wanted = passing
    return [wanted if only in (0, attempt) else passing
            for attempt in range(1, fault["attempts"] + 1)]


def describe(result):
    """One word for the table: "hang:rename", "fail+loss", "fail:EEXIST"."""
    text = result["verdict"]
    if result["error"] is not None:
        text += ":" + result["error"]
    elif result["call"] is not None:
        text += ":" + result["call"]
    return text + ("+loss" if result["loss"] else "")


def describe_all(results):
    """The same for all attempts, with equal neighbours counted: "4 pass, hang:rename"."""
    runs = []
    for text in map(describe, results):
        if runs and runs[-1][1] == text:
            runs[-1][0] += 1
        else:
            runs.append([1, text])
    return ", ".join(text if count == 1 else f"{count} {text}" for count, text in runs) or "nothing"


def fault_option(fault, budget):
    """The fault as zoofs wants it. The late one is late by half of what the budget allows."""
    if fault["name"] == "rename-late":
        return f"{fault['name']}:{int(budget * 500)}"
    return fault["name"]


class Zoo:
    def __init__(self, arguments, shapes, faults, scratch, judge):
        self.arguments, self.shapes, self.faults = arguments, shapes, faults
        self.scratch, self.judge = scratch, judge
        self.places = asyncio.Semaphore(arguments.at_once)

    async def run_mount(self, label, fault, shapes):
        """Results of these shapes on one mount: {shape: [result of each attempt]}."""
        async with self.places:
            mount = mounts.FuseMount(self.arguments.zoofs, self.scratch, label,
                                     fault_option(fault, self.arguments.step_budget))
            try:
                return await self.judge.results(label, mount, shapes, fault["attempts"])
            except judges.JudgeFailed as problem:
                return {shape: [judges.failure(str(problem))] for shape in shapes}
            finally:
                mount.release()

    async def run_fault(self, fault, round_name):
        groups = [[shape] for shape in self.shapes] if fault["isolated"] else [self.shapes]
        parts = await asyncio.gather(*(
            self.run_mount(f"{round_name}-{fault['name']}-{number}", fault, group)
            for number, group in enumerate(groups)))
        return {shape: results for part in parts for shape, results in part.items()}

    async def run_round(self, number):
        names = list(self.faults)
        all_results = await asyncio.gather(*(
            self.run_fault(self.faults[name], f"{number}") for name in names))
        return dict(zip(names, all_results))

    def print_round(self, number, results):
        """Prints the table of one round; returns how many pairs are not as expected, how many more
        are known not to be, and which faults of the latter kind all came out right."""
        wrong, known_wrong, mended = 0, 0, []
        print(f"round {number}\n{'fault':31}| {'shape':17}| {'expected':26}| got")
        for name, of_fault in results.items():
            known, wrong_here = name in self.arguments.known_wrong, 0
            for shape in self.shapes:
                wanted = expectations_of(self.faults[name], shape, self.judge.looks_from_outside)
                wrong_here += not print_pair(name, shape, wanted, of_fault[shape], known)
            if known:
                known_wrong += wrong_here
                mended += [name] if wrong_here == 0 else []
            else:
                wrong += wrong_here
        return wrong, known_wrong, mended


def print_pair(name, shape, wanted, got, known):
    """Prints one line of the table, and below it why a pair is wrong; returns whether it is right."""
    right = [dict(result, why=None) for result in got] == \
            [dict(result, why=None) for result in wanted]
    mark = "" if right else "   <-- KNOWN TO BE WRONG" if known else "   <-- WRONG"
    print(f"{name:31}| {shape:17}| {describe_all(wanted):26}| {describe_all(got)}{mark}")
    if not right:
        print("".join(f"    {result.get('why')}\n" for result in got), end="")
    return right


async def run_rounds(zoo, rounds):
    """Runs and prints all rounds; returns whether there is anything to complain about."""
    wrong = known_wrong = pairs = 0
    all_mended = set()
    for number in range(1, rounds + 1):
        began = time.monotonic()
        results = await zoo.run_round(number)
        wrong_here, known_here, mended = zoo.print_round(number, results)
        wrong, known_wrong = wrong + wrong_here, known_wrong + known_here
        pairs += len(results) * len(zoo.shapes)
        all_mended.update(mended)
        print(f"round {number}: {time.monotonic() - began:.1f} s\n", flush=True)
    await zoo.judge.settle()
    print(f"{pairs - wrong - known_wrong} of {pairs} pairs of fault and shape as expected, "
          f"{known_wrong} known to be wrong, {wrong} wrong")
    for name in sorted(all_mended):
        print(f"{name} came out right: take it out of --known-wrong")
    return wrong > 0 or bool(all_mended)


def main():
    arguments = parse_arguments()
    mounts.enter_private_namespace()
    mounts.need_fuse()
    shapes, faults = read_table(arguments.zoofs)
    unknown = {*(arguments.faults or []), *arguments.known_wrong} - set(faults)
    if unknown:
        print(f"zoo.py: no such fault: {', '.join(sorted(unknown))}; zoofs --table lists them",
              file=sys.stderr)
        return 2
    if arguments.faults:
        faults = {name: faults[name] for name in arguments.faults}
    scratch = mounts.Scratch(arguments.scratch)
    try:
        judge = judges.make(arguments, scratch)
        failed = asyncio.run(run_rounds(Zoo(arguments, shapes, faults, scratch, judge),
                                        arguments.rounds))
        left = mounts.wait_until_gone(scratch.path, deadline_s=10)
    finally:
        scratch.close()
    for pid, state, name in left:
        print(f"left running: {name} (pid {pid}, {state})")
    return 1 if failed or left else 0


if __name__ == "__main__":
    sys.exit(main())
