# SPDX-License-Identifier: MIT
"""Sets of verdict documents for the report's tests.

The documents are made up, but of the form that `rename-oracle run` writes: a small simulation of
each shape's journal gives every cell a timeline with sequence numbers and times that fit together.
"""
import hashlib
import json
import os
import re

SHAPES = ["tmp_root_sibling", "subdir_sibling", "replace_existing", "pycache_replace",
          "cross_directory", "subdir_to_root"]
MODES = {"native": "none", "uml-fat": "standalone", "uml-hostfs": "hosted-single-process",
         "nanvix-standalone": "standalone", "nanvix-standalone-legacy": "standalone",
         "nanvix-hosted-single": "hosted-single-process",
         "nanvix-hosted-multi": "hosted-multi-process", "nanvix-hostfs": "standalone-hostfs"}
# Every kind of text that must not be able to break out of where it is shown.
HOSTILE = ("a|b # c ]]> --> <script>alert(1)</script> \"q\" 'a' `t` ``u`` \\ & &amp; *b* _i_ "
           "[l](javascript:alert(2)) ![i](x) @someone #17 http://example.invalid/ :tada: $x$ "
           "\x1b[31mred\x1b[0m\x07\x7f\x9b31m \u202eevil\u202c \u2066iso\u2069 "
           "\u200bzero\ufeff \ufffe \U0001fffe end\n...\n---\nnot ok 1\n1..0\nBail out!\n</pre>\n"
           "</details>\r~~~\n```\n    code\ttab \\")


def canonical(value):
    """The text that a document's digest is taken of: sorted keys, no white space, ASCII only."""
    if isinstance(value, dict):
        return "{" + ",".join(canonical(k) + ":" + canonical(value[k]) for k in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    text = json.dumps(value)
    # jansson writes \u001B where Python writes \u001b, and leaves DEL as it is; the look-behind
    # skips an escaped backslash.
    return re.sub(r"(?<!\\)((?:\\\\)*)\\u([0-9a-f]{4})", lambda match: match[1] + (
        "\x7f" if match[2] == "007f" else "\\u" + match[2].upper()), text)


def sha256(text):
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def seal(document):
    document.pop("digest", None)
    document["digest"] = sha256(canonical(document))
    return document


class Journal:
    """A guest's journal with a clock that moves by a quarter of a millisecond a call."""

    def __init__(self, boot_ms):
        self.now = boot_ms
        self.sequence = 0
        self.lines = []
        self.open_step = None
        self.rename_ms = None

    def say(self, text):
        self.lines.append({"ms": self.now, "line": text})
        self.sequence += 1

    def enter(self, call, arguments):
        self.now += 0.25
        self.open_step = {"sequence": self.sequence, "call": call, "arguments": dict(arguments),
                          "returned": False}
        self.say(f"enter {call} " + " ".join(f"{k}={v}" for k, v in arguments.items()))

    def leave(self, call, ret=0, error=None, took=0.25):
        self.now += took
        self.say(f"leave {call} ret={ret}" + (f" errno={error[1]} error={error[0]}" if error else ""))
        if call == "rename":
            self.rename_ms = max(self.rename_ms or 0, took)
        self.open_step["returned"] = True

    def call(self, call, ret=0, error=None, took=0.25, **arguments):
        self.enter(call, arguments)
        self.leave(call, ret, error, took)


def list_directory(journal, path, entries):
    journal.call("opendir", path=path)
    for _ in range(entries):
        journal.call("readdir", path=path)
    journal.call("readdir", ret=-1, path=path)
    journal.call("closedir", path=path)


def make_file(journal, path, size=96):
    journal.call("open", ret=3, path=path, flags="O_WRONLY+O_CREAT+O_EXCL")
    journal.call("write", ret=size, fd=3, bytes=size)
    journal.call("close", fd=3)


def before_rename(journal, shape):
    directory = {"tmp_root_sibling": [], "subdir_sibling": ["/tmp/s"], "replace_existing": ["/tmp/r"],
                 "pycache_replace": ["/tmp/m", "/tmp/m/__pycache__"],
                 "cross_directory": ["/tmp/x", "/tmp/y"], "subdir_to_root": ["/tmp/u"]}[shape]
    list_directory(journal, "/tmp", 2)
    for path in directory or ["/tmp/a"]:
        journal.call("stat", ret=-1, error=("ENOENT", 2), path=path)
    journal.say("check fresh result=held")
    for path in directory:
        journal.call("mkdir", path=path)
    names = {"tmp_root_sibling": ("/tmp/a", "/tmp/b"), "subdir_sibling": ("/tmp/s/a", "/tmp/s/b"),
             "replace_existing": ("/tmp/r/new", "/tmp/r/old"),
             "pycache_replace": ("/tmp/m/__pycache__/m.cpython-312.pyc.140234866358912",
                                 "/tmp/m/__pycache__/m.cpython-312.pyc"),
             "cross_directory": ("/tmp/x/a", "/tmp/y/b"), "subdir_to_root": ("/tmp/u/a", "/tmp/b")}
    source, destination = names[shape]
    if shape == "replace_existing":
        make_file(journal, destination, 41)
    make_file(journal, source)
    return source, destination


def after_rename(journal, source, destination, inode):
    journal.say("check rename_returned result=held")
    journal.call("stat", ret=-1, error=("ENOENT", 2), path=source)
    journal.say("check old_gone result=held")
    journal.call("stat", path=destination)
    journal.say(f"note inode before={inode} after={inode} dev_before=65025 dev_after=65025")
    journal.say("check new_size result=held")
    journal.call("open", ret=3, path=destination, flags="O_RDONLY")
    journal.call("read", ret=96, fd=3, bytes=8193)
    journal.call("read", ret=0, fd=3, bytes=8193)
    journal.call("close", fd=3)
    journal.say("check new_bytes result=held")
    for path in sorted({os.path.dirname(source), os.path.dirname(destination)}):
        list_directory(journal, path, 3)
        journal.say("check listing result=held")


def cell(shape, attempt, verdict, reason, journal, duration):
    step = journal.open_step if journal and verdict in ("hang", "stall", "crash") else None
    return {"shape": shape, "attempt": attempt, "verdict": verdict, "reason": reason, "step": step,
            "duration_ms": duration, "rename_ms": journal.rename_ms if journal else None,
            "errno": None, "evidence": None, "anomalies": [], "host_view": None, "filesystem": None,
            "journal": {"lines": len(journal.lines) if journal else 0, "damaged": 0, "repaired": 0,
                        "timeline": journal.lines if journal else []}, "artifacts": {}}


def start(shape, boot_ms=152, filesystem="vfat"):
    journal = Journal(boot_ms)
    journal.say(f"begin {shape} build=0123456789abcdef bits=32")
    journal.call("stat", path="/tmp")
    journal.say(f"fs {filesystem} dev=65025 source=/dev/ubda mount=/tmp")
    return journal


def pass_cell(shape, attempt, boot_ms=152):
    journal = start(shape, boot_ms)
    source, destination = before_rename(journal, shape)
    journal.call("rename", **{"from": source, "to": destination}, took=1.5 + attempt)
    after_rename(journal, source, destination, 4711 + attempt)
    if shape == "pycache_replace":
        make_file(journal, source, 41)
        journal.call("rename", **{"from": source, "to": destination}, took=1.5)
        after_rename(journal, source, destination, 4811 + attempt)
    journal.say("end pass checks=4 broken=0")
    made = cell(shape, attempt, "pass", "", journal, journal.now + 31.5)
    made["host_view"] = {"kind": "fat-image", "result": "agrees", "findings": []}
    made["filesystem"] = {"type": "vfat", "device": "65025", "source": "/dev/ubda", "mount": "/tmp"}
    return made


def fail_cell(shape, attempt, name="EEXIST", number=17):
    journal = start(shape)
    source, destination = before_rename(journal, shape)
    journal.call("rename", ret=-1, error=(name, number), **{"from": source, "to": destination})
    journal.say("check old_name_gone result=broken want=ENOENT got=present")
    journal.say("end fail checks=1 broken=1")
    made = cell(shape, attempt, "fail", f"rename returned {name}", journal, journal.now + 30)
    made["errno"] = {"name": name, "number": number}
    made["console_tail"] = ["[ERROR][vfsd::rename] destination exists"]
    return made


THREADS = {
    "blocked": [
        ("nanvixd.elf", 4101, 4101, "S", 0, "futex_wait_queue", 202),
        ("nanvixd.elf", 4101, 4108, "S", 0, "kvm_vcpu_block", 16),
        ("linuxd.elf", 4102, 4102, "S", 0, "unix_stream_read_generic", 0)],
    "spinning": [
        ("nanvixd.elf", 4101, 4101, "S", 0, "futex_wait_queue", 202),
        ("vcpu0", 4101, 4108, "R", 996, "", None)],
}


def evidence(state, out_ms, ended=(), early=None):
    return {"state": state, "summary": {
                "blocked": "blocked: nanvixd.elf (pid 4101, state S, in kvm_vcpu_block), 0.5 ms of CPU "
                           "in 1000 ms",
                "spinning": "spinning: vcpu0 (tid 4108, state R), 996 ms of CPU in 1000 ms"}[state],
            "out_ms": out_ms, "charged_ms": out_ms - 3.5, "window_ms": 1000, "early": early,
            "threads_cut": False,
            "threads": [{"pid": pid, "tid": tid, "comm": comm, "state": letter, "cpu_ms": cpu,
                         "waited_ms": 0, "syscall": syscall, "waits_in": waits,
                         "stack": [f"[<0>] {waits}+0x4a/0x110", "[<0>] do_syscall_64+0x5b/0xc0"]
                         if waits else []}
                        for comm, pid, tid, letter, cpu, waits, syscall in THREADS[state]],
            "ended": list(ended)}


DEAD_DAEMON = {"pid": 4102, "comm": "linuxd.elf", "status": "killed by SIGABRT", "after_ms": 3.25,
               "last_lines": ["thread 'main' panicked at src/daemons/linuxd/src/fs.rs:212:",
                              "unknown error code: -1", "note: run with RUST_BACKTRACE=1"]}


def hang_cell(shape, attempt, state="blocked", out_ms=10000, ended=(), unkillable=False):
    journal = start(shape)
    source, destination = before_rename(journal, shape)
    journal.enter("rename", {"from": source, "to": destination})
    last = journal.lines[-1]["line"]
    made = cell(shape, attempt, "hang", f"'{last}' did not come back within the step budget",
                journal, journal.now + out_ms + 1204)
    made["evidence"] = evidence(state, out_ms, ended)
    made["console_tail"] = [
        "[INFO][kernel::pm] spawned process 5", "[TRACE][vfsd::fs] rename(): begin",
        "[ERROR][kernel::ipc] mailbox 7: no reader"]
    made["artifacts"] = {"console": f"{shape}.{attempt}.console.log"}
    made["host_view"] = {"kind": "fat-image", "result": "unavailable",
                         "findings": ["the image was not flushed: the VM was killed"]}
    if unkillable:
        made["unkillable"] = [{"pid": 4102, "comm": "linuxd.elf", "state": "D",
                               "waits_in": "request_wait_answer"}]
        made["anomalies"] = [{"kind": "unkillable", "detail": "linuxd.elf (4102) survived KILL"}]
    return made


def stall_cell(shape, attempt):
    journal = start(shape)
    if shape != "tmp_root_sibling":
        journal.call("mkdir", path="/tmp/m")
    journal.enter("open", {"path": "/tmp/m/new", "flags": "O_WRONLY+O_CREAT+O_EXCL"})
    made = cell(shape, attempt, "stall", f"'{journal.lines[-1]['line']}' did not come back within the "
                "step budget", journal,
                journal.now + 11204)
    made["evidence"] = evidence("blocked", 10000)
    made["console_tail"] = ["[TRACE][kernel] waiting for linuxd"]
    return made


def crash_cell(shape, attempt):
    journal = start(shape)
    source, destination = before_rename(journal, shape)
    journal.enter("rename", {"from": source, "to": destination})
    made = cell(shape, attempt, "crash", "the VM ended with status 134 in the middle of rename",
                journal, journal.now + 8)
    made["console_tail"] = ["[TRACE][nvx::panic] panicked at rename.rs:88", "[FATAL] halting"]
    return made


def bare_cell(shape, attempt, verdict, reason, duration=60000):
    made = cell(shape, attempt, verdict, reason, None, duration)
    if verdict != "skip":
        made["console_tail"] = ["[INFO] booting", "[ERROR] no root image"]
    return made


def controls():
    made = [pass_cell("tmp_root_sibling", 1), fail_cell("tmp_root_sibling", 1),
            hang_cell("tmp_root_sibling", 1, "blocked", 2000),
            hang_cell("tmp_root_sibling", 1, "spinning", 2000)]
    for control, name in zip(made, ("control_pass", "control_fail", "control_block", "control_spin")):
        control["shape"] = name
        first = control["journal"]["timeline"][0]
        first["line"] = first["line"].replace("tmp_root_sibling", name)
    return made


def document(target, release, cells, day=1, kind=None, attempts=3, machine="x86_64", **changes):
    kind = kind or ("nanvix" if target.startswith("nanvix") else "reference")
    planned = []
    for one in cells:
        if one["shape"] not in planned:
            planned.append(one["shape"])
    made = {
        "schema": "rename-oracle/verdict/1",
        "run": {"id": f"202611{day:02}T101112Z-" + sha256(target + release + machine)[7:15],
                "started": f"2026-11-{day:02}T10:11:12Z", "finished": f"2026-11-{day:02}T10:19:40Z",
                "tool_version": "0.1.0", "tool_commit": "0a1b2c3d4e5f", "interrupted": False,
                "argv": ["rename-oracle", "run", "--target", target, "--attempts", str(attempts)],
                "host": {"kernel": "6.1.0-28-amd64", "machine": machine, "cpus": 2,
                         "memory_mib": 24576, "supervision": "cgroup"}},
        "subject": {"kind": kind, "release": release,
                    "digests": {"kernel.elf": sha256("kernel" + release),
                                "nanvixd.elf": sha256("nanvixd" + release)}},
        "target": {"name": target, "mode": MODES.get(target, "standalone"),
                   "digest": sha256("descriptor of " + target)},
        "probes": {"build_id": "0123456789abcdef", "abi": "i686-musl-static",
                   "digests": {shape: sha256(shape) for shape in planned}},
        "budgets": {"boot_ms": 60000, "step_ms": 10000, "control_step_ms": 2000, "exit_ms": 5000,
                    "total_ms": 120000, "grace_ms": 2000, "early": False},
        "planned": {"shapes": planned, "attempts": attempts},
        "complete": True, "admissible": True, "inadmissible_because": [],
        "controls": controls(), "cells": cells}
    made.update(changes)
    return seal(made)


def grid(make, shapes=None, attempts=3):
    return [make(shape, attempt) for shape in shapes or SHAPES for attempt in range(1, attempts + 1)]


def only(bad, make_bad, make_good=pass_cell):
    return grid(lambda shape, attempt: (make_bad if shape in bad else make_good)(shape, attempt))


def skipped(target, release, reason):
    made = document(target, release, grid(lambda s, a: bare_cell(s, a, "skip", reason, 0)),
                    skipped=reason, admissible=False, controls=[],
                    inadmissible_because=["the target was skipped: " + reason])
    return made


def eight():
    """Eight targets with everything that can go wrong, three attempts each."""
    flaky = only([], None)
    flaky[4] = hang_cell("subdir_sibling", 2, "spinning")
    slow_exit = pass_cell("tmp_root_sibling", 1)
    slow_exit["anomalies"] = [{"kind": "slow_exit", "detail": "the VM did not exit within 5000 ms"}]
    standalone = only(SHAPES[1:4], hang_cell)
    standalone[0] = slow_exit
    lossy = only(["replace_existing"], fail_cell)
    for one in lossy:
        if one["verdict"] == "fail":
            one["data_loss"] = True
    legacy = only(["subdir_sibling"], crash_cell, lambda s, a: hang_cell(s, a, "spinning"))
    legacy[15] = bare_cell("subdir_to_root", 1, "no_start", "no first event within 60000 ms")
    legacy[16] = bare_cell("subdir_to_root", 2, "error", "sequence number 12 came twice")
    return {
        "native": document("native", "6.1.0-28-amd64", only([], None)),
        "uml-fat": document("uml-fat", "6.1.119", flaky),
        "uml-hostfs": document("uml-hostfs", "6.1.119", lossy),
        "nanvix-standalone": document("nanvix-standalone", "0.14.4", standalone),
        "nanvix-standalone-legacy": document("nanvix-standalone-legacy", "0.13.9", legacy),
        "nanvix-hosted-single": document("nanvix-hosted-single", "0.14.4", grid(
            lambda s, a: hang_cell(s, a, "blocked", 10000, [DEAD_DAEMON]))),
        "nanvix-hosted-multi": document("nanvix-hosted-multi", "0.14.4", only(
            ["pycache_replace"], stall_cell,
            lambda s, a: hang_cell(s, a, "blocked", 10000, (), True))),
        "nanvix-hostfs": skipped("nanvix-hostfs", "unknown", "/dev/kvm cannot be opened for writing"),
    }


def history():
    """One target over four releases, another over two, and one with a release of its own."""
    two = only(SHAPES[1:4], hang_cell)
    three = only(["replace_existing"], fail_cell)
    return {
        "s-0.14.10": document("nanvix-standalone", "0.14.10", only([], None), 4),
        "s-0.14.2": document("nanvix-standalone", "0.14.2", two, 9),
        "s-0.14.3": document("nanvix-standalone", "0.14.3", only(SHAPES[1:4], lambda s, a: hang_cell(
            s, a, "spinning")), 2),
        "s-0.14.9": document("nanvix-standalone", "0.14.9", three, 3),
        "h-0.14.2": document("nanvix-hosted-multi", "0.14.2", grid(hang_cell), 1),
        "h-0.14.3": document("nanvix-hosted-multi", "0.14.3", only(["cross_directory"], hang_cell), 2),
        "native": document("native", "6.1.0-28-amd64", only([], None), 1),
    }


def green():
    """What a good release looks like on the three gating targets."""
    return {name: document(name, "0.15.0", only([], None))
            for name in ("nanvix-standalone", "nanvix-hosted-single", "nanvix-hosted-multi")}


def parts():
    """One target's attempts spread over two machines, with one cell that never ran."""
    lacking = document("nanvix-standalone", "0.14.4", only([], None)[:-1], 2, machine="aarch64",
                       complete=False)
    lacking["run"]["interrupted"] = True
    return {"one": document("nanvix-standalone", "0.14.4", only([], None), 1),
            "two": seal(lacking)}


def inadmissible():
    """The control that should hang passed: nothing this target says counts."""
    broken = controls()
    broken[2] = pass_cell("tmp_root_sibling", 1)
    broken[2]["shape"] = "control_block"
    return {"one": document("nanvix-standalone", "0.14.4", only([], None), controls=broken,
                            admissible=False, inadmissible_because=[
                                "control_block: wanted hang, got pass"])}


def double():
    """The tests' stand-in for Nanvix, all green: must never be taken for Nanvix."""
    return {"one": document("nanvix-standalone", "0.15.0", only([], None), kind="double")}


def hostile():
    """Hostile text wherever a document has room for free text."""
    bad = hang_cell("subdir_sibling", 1)
    bad["reason"] = bad["evidence"]["summary"] = HOSTILE
    bad["console_tail"] = [HOSTILE, ""] + HOSTILE.split("\n")
    bad["step"]["arguments"] = {"from": HOSTILE, "to": HOSTILE}
    bad["evidence"]["threads"][0].update(comm=HOSTILE, waits_in=HOSTILE, stack=[HOSTILE], state="<")
    bad["evidence"]["ended"] = [dict(DEAD_DAEMON, comm=HOSTILE, status=HOSTILE, last_lines=[HOSTILE])]
    bad["unkillable"] = [{"pid": 1, "comm": HOSTILE, "state": HOSTILE, "waits_in": HOSTILE}]
    bad["anomalies"] = [{"kind": "noise", "detail": HOSTILE}]
    bad["host_view"] = {"kind": "directory", "result": "contradicts", "findings": [HOSTILE]}
    bad["filesystem"] = {"type": HOSTILE, "source": HOSTILE, "mount": HOSTILE}
    bad["artifacts"] = {HOSTILE: HOSTILE}
    bad["journal"]["timeline"] += [{"ms": 160, "line": HOSTILE}, {"ms": 161, "line": ""},
                                   {"ms": 161, "line": "19 leave"}, {"ms": 162, "line": " "}]
    skip = bare_cell("tmp_root_sibling", 1, "skip", HOSTILE, 0)
    made = document("nanvix-standalone", HOSTILE, [skip, bad], attempts=1, skipped=HOSTILE,
                    admissible=False, inadmissible_because=[HOSTILE])
    made["run"]["argv"] = [HOSTILE]
    made["run"]["tool_version"] = made["run"]["tool_commit"] = HOSTILE
    made["run"]["host"]["kernel"] = made["run"]["host"]["machine"] = HOSTILE
    made["subject"]["digests"] = {HOSTILE: sha256("x")}
    made["probes"]["abi"] = HOSTILE
    return {"one": seal(made)}


def reason(identifier, meaning, detail=""):
    return {"id": identifier, "meaning": meaning, "detail": detail}


def is_evidence(one):
    return one["subject"]["kind"] == "nanvix" and one["admissible"]


def decision(documents, answer="keep", **changes):
    """A decision as the gate writes it, over documents that are already made."""
    met = answer.startswith("may_be_removed")
    hang = [reason("hang", "rename did not come back", "2 of 3 attempts")]

    def mode(name):
        shapes = [{"shape": shape, "needed": 3, "attempts": 3, "passed": 3 if met else 1,
                   "status": "met" if met else "unmet", "reasons": [] if met else hang,
                   "verdicts": []} for shape in SHAPES]
        return {"mode": name, "status": "met" if met else "unmet", "waived": False, "reasons": [],
                "shapes": shapes}

    def issue(name, reference, modes):
        upstream = {"required": True, "status": "met" if met else "unknown", "reasons": [] if met else [
            reason("upstream_not_given", "the state of the upstream issues was not given")]}
        return {"issue": name, "reference": reference, "upstream": upstream,
                "modes": [mode(one) for one in modes], "status": "met" if met else "unmet"}

    made = {
        "schema": "rename-oracle/decision/1", "answer": answer, "decided_at": "2026-11-22T21:00:00Z",
        "tool": {"version": "0.1.0", "commit": "0a1b2c3d4e5f", "probe_build": "0123456789abcdef"},
        "criteria": {"digest": sha256("criteria"), "as_written": True, "weaker_accepted": False,
                     "reasons": [], "waivers": []},
        "terms": [], "upstream_digest": None, "signers_digest": None, "tested_release": "0.14.4", "accepted_waivers": [],
        "missing": [] if met else [
            {"issue": "NSKIP021", "what": "3 passes of subdir_sibling on standalone"},
            {"issue": None, "what": "the state of the upstream issues"}],
        "issues": [issue("NSKIP021", "nanvix/cpython#501", ["standalone"]),
                   issue("NSKIP055", "nanvix/cpython#552", ["hosted-single-process",
                                                            "hosted-multi-process"])],
        "explicit_rename_guards": [
            {"issue": "NSKIP021", "answer": "evidence_allows_removal" if met else "not_shown"},
            {"issue": "NSKIP055", "answer": "evidence_forbids_removal"}],
        "evidence": [{"digest": one["digest"], "target": one["target"]["name"],
                      "target_digest": one["target"]["digest"], "mode": one["target"]["mode"], "release": one["subject"]["release"],
                      "subject_digests": one["subject"]["digests"],
                      "probe_build": one["probes"]["build_id"], "run": one["run"]["id"],
                      "finished": one["run"]["finished"], "signer": None, "tool_commit": one["run"]["tool_commit"],
                      "cells": len(one["cells"])} for one in documents if is_evidence(one)],
        "refused": [{"digest": one["digest"], "target": one["target"]["name"],
                     "mode": one["target"]["mode"], "weight": "neutral",
                     "reasons": [reason("reference_subject",
                                        "a reference target is no evidence about Nanvix")]}
                    for one in documents if not is_evidence(one)],
        "harness": None}
    made.update(changes)
    return seal(made)


SETS = {make.__name__: make for make in (eight, history, green, parts, inadmissible, double, hostile)}


def write_set(directory, name):
    os.makedirs(os.path.join(directory, name), exist_ok=True)
    for stem, made in SETS[name]().items():
        with open(os.path.join(directory, name, stem + ".json"), "w", encoding="utf-8") as file:
            json.dump(made, file, indent=1, ensure_ascii=False)
