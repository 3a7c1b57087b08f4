# SPDX-License-Identifier: MIT
"""Inputs for the gate's tests: a set of documents that yields yes, ways to change it, and its own
implementation of the canonical form and the digest, written from results/schema/README.md alone."""

import copy
import hashlib
import json
import os
import subprocess

NOW = "2026-11-22T12:00:00Z"
RELEASE = "v0.20.3"
SHAPES = ["tmp_root_sibling", "subdir_sibling", "replace_existing", "pycache_replace",
          "cross_directory", "subdir_to_root"]
CONTROLS = {"control_pass": "pass", "control_fail": "fail", "control_block": "hang",
            "control_spin": "hang"}
MODES = {"standalone": ("nanvix-standalone", "standalone"),
         "single": ("nanvix-hosted-single", "hosted-single-process"),
         "multi": ("nanvix-hosted-multi", "hosted-multi-process")}
TARGETS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../targets")
RENAMES = {"tmp_root_sibling": [("a", "b")], "subdir_sibling": [("s/a", "s/b")],
           "replace_existing": [("r/new", "r/old")],
           "pycache_replace": [("m/__pycache__/m.cpython-312.pyc.3075982816",
                                "m/__pycache__/m.cpython-312.pyc")] * 2,
           "cross_directory": [("x/a", "y/b")], "subdir_to_root": [("u/a", "b")]}


# ---- the canonical form ----

def canonical_string(text):
    short = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r",
             "\t": "\\t"}
    out = []
    for char in text:
        code = ord(char)
        if char in short:
            out.append(short[char])
        elif code < 0x20 or 0x7f < code < 0x10000:
            out.append("\\u%04X" % code)
        elif code >= 0x10000:
            code -= 0x10000
            out.append("\\u%04X\\u%04X" % (0xd800 + (code >> 10), 0xdc00 + (code & 0x3ff)))
        else:
            out.append(char)
    return '"' + "".join(out) + '"'


def canonical_real(number):
    text = "%.15g" % number
    if "e" in text:
        mantissa, exponent = text.split("e")
        return "%se%d" % (mantissa, int(exponent))
    return text if "." in text else text + ".0"


def canonical(value):
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return canonical_real(value)
    if isinstance(value, str):
        return canonical_string(value)
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    keys = sorted(value, key=lambda key: key.encode())
    return "{" + ",".join(canonical_string(key) + ":" + canonical(value[key])
                          for key in keys) + "}"


def digest_of(document):
    rest = {key: value for key, value in document.items() if key != "digest"}
    return "sha256:" + hashlib.sha256(canonical(rest).encode("ascii")).hexdigest()


def seal(document):
    document["digest"] = digest_of(document)
    return document


# ---- cells ----

def fake_digest(word):
    return "sha256:" + hashlib.sha256(word.encode()).hexdigest()


def story(shape, build, upto):
    """The journal's lines: `upto` is "pass", "fail", "rename" (out) or "open" (out)."""
    lines = ["begin %s build=%s bits=32" % (shape, build), "enter stat path=/tmp", "leave stat ret=0",
             "fs fat dev=7 source=ramfs mount=/tmp", "check fresh result=held"]
    lines.append("enter open path=/tmp/a flags=O_WRONLY+O_CREAT+O_EXCL mode=0644")
    if upto == "open":
        return lines
    lines.append("leave open ret=3")
    renames = RENAMES.get(shape, [] if shape in ("control_pass", "control_fail") else [("a", "b")])
    for source, target in renames:
        lines.append("enter rename from=/tmp/%s to=/tmp/%s" % (source, target))
        if upto == "rename":
            return lines
        lines.append("leave rename ret=0")
    if upto == "fail":
        return lines + ["check content result=broken want=x got=y", "end fail checks=2 broken=1"]
    return lines + ["check content result=held", "end pass checks=2 broken=0"]


STORIES = {"pass": "pass", "fail": "fail", "hang": "rename", "stall": "open", "crash": "rename",
           "error": "open", "no_start": None, "skip": None}


def descriptor_texts(target):
    """The descriptor that is shipped under that name, and what it extends."""
    path = os.path.join(TARGETS, target + ".json")
    while path is not None:
        with open(path, "rb") as file:
            text = file.read()
        yield text
        base = json.loads(text).get("extends")
        path = base and os.path.join(TARGETS, "base", base + ".json")


def target_digest(target):
    return "sha256:" + hashlib.sha256(b"".join(descriptor_texts(target))).hexdigest()


def make_evidence(state, budget):
    return {"state": state, "summary": "in a line", "out_ms": budget + 0.5,
            "charged_ms": budget + 0.25, "window_ms": 1000.0, "early": None, "threads_cut": False, "ended": [],
            "threads": [{"pid": 7, "tid": 7, "comm": "nanvixd.elf", "state": "S",
                         "cpu_ms": 900.0 if state == "spinning" else 0.0,
                         "waited_ms": 0.0, "syscall": 202, "waits_in": "futex_wait",
                         "stack": []}]}


def slow_down(cell, ms):
    """The cell's first rename comes back that much later, and all that follows it."""
    seen = False
    cell["rename_ms"] += ms
    for entry in cell["journal"]["timeline"]:
        seen = seen or entry["line"].startswith("leave rename")
        entry["ms"] += ms if seen else 0
    cell["duration_ms"] += ms


def start_ms(place, shape, attempt):
    """When the journal begins: no two attempts of a set have the same times."""
    shapes = SHAPES + list(CONTROLS)
    index = shapes.index(shape) if shape in shapes else len(shapes)
    return 700 + round(0.125 * place + 0.002 * index + 0.03 * (attempt % 1000), 3)


def make_cell(shape, attempt, verdict, build, place=0):
    upto = STORIES[verdict]
    lines = story(shape, build, upto) if upto else []
    passes = verdict == "pass"
    begun = start_ms(place, shape, attempt)
    timed = passes and "rename" in str(lines)
    cell = {"shape": shape, "attempt": attempt, "verdict": verdict,
            "reason": "" if passes else "it came to " + verdict, "step": None,
            "duration_ms": 812.25, "rename_ms": 0.5 if timed else None,
            "errno": None, "evidence": None, "anomalies": [], "host_view": None,
            "filesystem": {"type": "fat", "device": "7", "source": "ramfs", "mount": "/tmp"}
                          if lines else None,
            "journal": {"lines": len(lines), "damaged": 0, "repaired": 0,
                        "timeline": [{"ms": round(begun + 0.5 * index, 3), "line": line}
                                     for index, line in enumerate(lines)]},
            "artifacts": {}}
    if timed and place > 0:
        cell["host_view"] = {"kind": "directory", "result": "agrees", "findings": []}
    if lines and not passes:
        last = max(index for index, line in enumerate(lines) if line.startswith("enter"))
        _, call, *fields = lines[last].split()
        cell["step"] = {"sequence": last, "call": call, "returned": last + 1 < len(lines),
                        "arguments": dict(field.split("=", 1) for field in fields)}
    if verdict in ("hang", "stall"):
        budget = 5000.0 if shape in CONTROLS else 10000.0
        cell["evidence"] = make_evidence("spinning" if shape == "control_spin" else "blocked", budget)
        cell["duration_ms"] += budget
    return cell


# ---- documents ----

def verify(document):
    """Every cell has what the launcher said of its mode and version."""
    mode, release = document["target"]["mode"], document["subject"]["release"]
    version = release.removeprefix("v")
    for cell in document["controls"] + document["cells"]:
        cell["launcher"] = {"known": "verified", "mode": mode, "version": version,
                            "line": "nanvixd %s, %s deployment, interactive mode" %
                                    (version, mode.removeprefix("hosted-"))}
    return document


def known_launcher(cells):
    """What the first of the cells that has it knows of its launcher."""
    return next(({"launcher": cell["launcher"]} for cell in cells if "launcher" in cell), {})


def make_document(name, build, version, attempts):
    target, mode = MODES[name]
    index = list(MODES).index(name)
    document = {
        "schema": "rename-oracle/verdict/1", "digest": "",
        "run": {"id": "20261122T10%d000Z-0000000%d" % (index, index),
                "started": "2026-11-22T10:%d0:00Z" % index,
                "finished": "2026-11-22T10:%d0:50Z" % index,
                "tool_version": version, "tool_commit": "0123456789ab",
                "argv": ["run", "-t", target], "interrupted": False,
                "host": {"kernel": "Linux 6.1", "machine": "x86_64", "cpus": 2, "memory_mib": 4096,
                         "supervision": "cgroup"}},
        "subject": {"kind": "nanvix", "release": RELEASE,
                    "digests": {file: fake_digest(mode + file)
                                for file in ("bin/kernel.elf", "bin/nanvixd.elf")}},
        "target": {"name": target, "mode": mode, "digest": target_digest(target)},
        "probes": {"build_id": build, "abi": "nanvix-i686",
                   "digests": {word: fake_digest(word) for word in SHAPES + list(CONTROLS)}},
        "budgets": {"boot_ms": 60000.0, "step_ms": 10000.0, "control_step_ms": 5000.0,
                    "exit_ms": 5000.0, "total_ms": 120000.0, "grace_ms": 2000.0, "early": False},
        "planned": {"shapes": list(SHAPES), "attempts": attempts},
        "complete": True, "admissible": True, "inadmissible_because": [],
        "controls": [make_cell(word, 1, verdict, build, index) for word, verdict in CONTROLS.items()],
        "cells": [make_cell(shape, attempt, "pass", build, index)
                  for shape in SHAPES for attempt in range(1, attempts + 1)]}
    return seal(verify(document))


def dress_as_nanvix(document, name):
    """A copy of a real document, dressed up as one about Nanvix in a mode."""
    target, mode = MODES[name]
    dressed = copy.deepcopy(document)
    dressed["target"].update(name=target, mode=mode, digest=target_digest(target))
    dressed["probes"]["abi"] = "nanvix-x86_64"
    place = list(MODES).index(name)
    for cell in dressed["controls"] + dressed["cells"]:
        for entry in cell["journal"]["timeline"]:
            entry["ms"] = round(entry["ms"] - 0.001 * place, 3)
        for kind in cell["artifacts"]:
            cell["artifacts"][kind] = cell["artifacts"][kind].replace("/native.", "/%s." % target)
        if place == 0:
            cell["host_view"] = None
    dressed["subject"] = {"kind": "nanvix", "release": RELEASE,
                          "digests": {file: fake_digest(mode + file)
                                      for file in ("bin/kernel.elf", "bin/nanvixd.elf")}}
    return seal(verify(dressed))


def make_upstream():
    return {"schema": "rename-oracle/upstream/1", "issues": [
        {"issue": issue, "reference": reference, "state": "closed", "state_reason": "completed",
         "fixed_in": "v0.20.1", "looked_up_at": "2026-11-21T08:00:00Z",
         "looked_up_how": "gh issue view"}
        for issue, reference in (("NSKIP021", "nanvix/cpython#501"),
                                 ("NSKIP055", "nanvix/cpython#552"))]}


def make_inputs(build, version, criteria, attempts=3):
    """Everything for a yes, by file name; with other attempts the criteria ask for those."""
    inputs = {name + ".json": make_document(name, build, version, attempts) for name in MODES}
    inputs["upstream.json"] = make_upstream()
    inputs["criteria.json"] = copy.deepcopy(criteria)
    for issue in inputs["criteria.json"].get("issues", []):
        issue["attempts"] = attempts
    return inputs


def program_identity(program):
    """Version and probe build, from "rename-oracle 0.1.0 (commit C, probe build B)"."""
    words = subprocess.run([program, "--version"], check=True, capture_output=True, text=True,
                           timeout=60).stdout.split()
    return words[1], words[-1].rstrip(")")


# ---- changes ----

def find_all(value, tokens):
    """Yields (container, key) of every place that the pointer's tokens name. A token may be `*`,
    or `key=value[,key=value]` to pick elements of an array."""
    token, rest = tokens[0], tokens[1:]
    if isinstance(value, dict):
        keys = list(value) if token == "*" else [token]
    elif token == "*":
        keys = list(range(len(value)))
    elif "=" in token:
        wanted = dict(part.split("=") for part in token.split(","))
        keys = [index for index, item in enumerate(value)
                if all(str(item.get(key)) == text for key, text in wanted.items())]
    else:
        keys = [int(token)]
    for key in keys:
        if rest:
            yield from find_all(value[key], rest)
        else:
            yield value, key


def places(document, pointer):
    found = list(find_all(document, [token.replace("~1", "/").replace("~0", "~")
                                     for token in pointer.split("/")[1:]]))
    if not found:
        raise ValueError("nothing at " + pointer)
    return found


def shift(cell, ms):
    """The same journal at another time, as every other attempt has it."""
    for entry in cell["journal"]["timeline"]:
        entry["ms"] = round(entry["ms"] + ms, 3)


def retarget(document, target):
    """As if it had run on another target that is shipped."""
    descriptor = {}
    for text in descriptor_texts(target):
        descriptor = {**json.loads(text), **descriptor}
    document["target"] = {"name": target, "mode": descriptor["mode"], "digest": target_digest(target)}
    if descriptor["mode"].endswith("-hostfs"):
        document["probes"]["abi"] += "-hostfs"
    view = descriptor.get("host_view")
    for cell in document["cells"]:
        cell["host_view"] = view and {"kind": view["kind"], "result": "agrees", "findings": []}
    for cell in document["controls"] + document["cells"]:
        cell["launcher"]["mode"] = descriptor["mode"]


def place_of(document):
    """Which of the three targets it is of; another one comes last."""
    targets = [target for target, _ in MODES.values()] + [document["target"]["name"]]
    return targets.index(document["target"]["name"])


def apply_change(inputs, change, build):
    """One change of a case: {"file", "at", "set"|"remove"|"append"|"become"|"slow"} or {"file", "copy"[, "rerun": N]},
    as the same or as run N; {"file", "retarget"|"attempts"};
    {"file", "everywhere": TEXT, "becomes": TEXT} changes every place at once, {build} is the tool's."""
    name = change["file"]
    if "copy" in change:
        inputs[name] = copy.deepcopy(inputs[change["copy"]])
        for cell in inputs[name]["controls"] + inputs[name]["cells"]:
            shift(cell, change.get("rerun", 0) * 0.001)
        return
    if "attempts" in change:
        document, attempts = inputs[name], range(1, change["attempts"] + 1)
        document["planned"]["attempts"] = change["attempts"]
        document["cells"] = [make_cell(shape, attempt, "pass", build, place_of(document))
                             for shape in SHAPES for attempt in attempts]
        verify(document)
        return
    if "retarget" in change:
        retarget(inputs[name], change["retarget"])
        return
    if "everywhere" in change:
        text = json.dumps(inputs[name])
        inputs[name] = json.loads(text.replace(change["everywhere"].format(build=build),
                                               change["becomes"]))
        return
    if "delete" in change:
        del inputs[name]
        return
    for container, key in reversed(places(inputs[name], change["at"])):
        if "set" in change:
            container[key] = copy.deepcopy(change["set"])
        elif "append" in change:
            container[key].append(copy.deepcopy(change["append"]))
        elif "become" in change:
            cell = container[key]
            place = place_of(inputs[name])
            container[key] = make_cell(cell["shape"], cell["attempt"], change["become"], build, place)
            container[key].update(known_launcher([cell, *container]))
        elif "slow" in change:
            slow_down(container[key], change["slow"])
        elif "repeat" in change:
            container.append(copy.deepcopy(container[key]))
        else:
            del container[key]
