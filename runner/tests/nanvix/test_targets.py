#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""From `run --nanvix` to the document, through a double of a sysroot, in one mode of deployment:
what the oracle must say of each thing that can happen there, and that nothing is left afterwards.

Usage: test_targets.py MODE BUILD
Exit codes: 0 so it is, 1 it is not, 77 skipped.
"""

import concurrent.futures
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [f"{HERE}/double", f"{HERE}/../run", f"{HERE}/../zoo"]

import make_sysroot  # noqa: E402  (its directory is not on the path before)
import nanvixd  # noqa: E402
from oracle import Oracle  # noqa: E402
import private_mounts as mounts  # noqa: E402

MODE, BUILD = sys.argv[1:]
TARGET = "nanvix-standalone-legacy" if MODE == "legacy" else f"nanvix-{MODE}"
BUILT_FOR = "standalone" if MODE == "hostfs" else MODE
RELEASE = "0.14.2" if MODE == "legacy" else "0.15.7"
BUDGETS = ["--boot-budget", "30", "--step-budget", "2", "--exit-budget", "1", "--no-controls"]
AT_ONCE = 2

# fault: (shape, what must be true of the cell: keys of EXPECTATIONS)
PASS = {"verdict": "pass"}
HANG = {"verdict": "hang", "call": "rename", "state": "blocked"}
SPIN = {**HANG, "state": "spinning"}
STALL = {"verdict": "stall", "call": "open"}
EEXIST = {"verdict": "fail", "errno": "EEXIST"}
PANIC = {"verdict": "crash", "said": "[TRACE][nvx::panic] panicked at"}
LINGERS = {**PASS, "anomaly": ("no_exit", "nanvixd.elf")}
CLAIMED = {**PASS, "launcher": {"known": "claimed", "why": "no line of its logs names them"}}
ROWS = {
    "standalone": [
        ("rename-hangs", "subdir_sibling", HANG),
        ("rename-spins", "tmp_root_sibling", SPIN),
        ("replace-eexist", "replace_existing", EEXIST),
        ("replace-eexist", "subdir_to_root", PASS),
        ("create-hangs", "pycache_replace", STALL),
        ("panic-dies", "cross_directory", PANIC),
        ("panic-stays", "cross_directory", PANIC),
        ("lingers", "tmp_root_sibling", LINGERS),
        ("image-fails", "tmp_root_sibling",
         {"verdict": "error", "reason": "No space left on device", "launcher": None}),
        ("says-nothing", "tmp_root_sibling", CLAIMED),
        ("none", "implicit_import", PASS),
        ("none", "implicit_import_b", PASS),
        ("rename-hangs", "implicit_import", HANG),
    ],
    "hostfs": [
        ("none", "pycache_replace", {**PASS, "host": "agrees"}),
        ("rename-hangs", "subdir_sibling", HANG),
        ("mount-hangs", "tmp_root_sibling", {"verdict": "stall", "call": "mount", "state": "blocked"}),
        ("mount-busy", "tmp_root_sibling", {"verdict": "error", "reason": "got=EBUSY"}),
        ("rename-spins", "tmp_root_sibling", SPIN),
        ("replace-eexist", "replace_existing", EEXIST),
        ("create-hangs", "pycache_replace", STALL),
        ("panic-stays", "cross_directory", PANIC),
        ("lingers", "tmp_root_sibling", LINGERS),
    ],
    "legacy": [
        ("none", "pycache_replace", PASS),
        ("rename-hangs", "subdir_sibling", HANG),
        ("rename-spins", "tmp_root_sibling", SPIN),
        ("replace-eexist", "replace_existing", EEXIST),
        ("create-hangs", "pycache_replace", STALL),
        ("panic-stays", "cross_directory", PANIC),
        ("lingers", "tmp_root_sibling", LINGERS),
        ("none", "implicit_import", PASS),
    ],
    "hosted-single": [
        ("none", "pycache_replace", PASS),
        ("rename-hangs", "tmp_root_sibling", HANG),
        ("create-hangs", "pycache_replace", STALL),
        ("rename-spins", "subdir_sibling", SPIN),
        ("replace-eexist", "replace_existing", EEXIST),
        ("panic-stays", "cross_directory", PANIC),
        ("lingers", "tmp_root_sibling", LINGERS),
        ("linuxd-dies", "subdir_sibling", {"verdict": "crash"}),
        ("none", "implicit_import", PASS),
    ],
    "hosted-multi": [
        ("none", "pycache_replace", PASS),
        ("rename-hangs", "tmp_root_sibling", HANG),
        ("rename-spins", "subdir_sibling", SPIN),
        ("create-hangs", "pycache_replace", STALL),
        ("replace-eexist", "replace_existing", EEXIST),
        ("panic-stays", "cross_directory", PANIC),
        ("lingers", "tmp_root_sibling", LINGERS),
        ("linuxd-dies", "subdir_sibling", {**HANG, "ended": "linuxd.elf"}),
        ("none", "implicit_import", PASS),
        ("rename-hangs", "implicit_import", HANG),
        ("leaves-running", "tmp_root_sibling", {**PASS, "anomaly": ("left_running", "linuxd.elf")}),
    ],
}


def complaints(cell, wanted):
    """What is not as `wanted` says."""
    evidence = cell["evidence"] or {}
    seen = {
        "verdict": cell["verdict"] == wanted["verdict"],
        "call": (cell["step"] or {}).get("call") == wanted.get("call"),
        "state": evidence.get("state") == wanted.get("state"),
        "errno": (cell["errno"] or {}).get("name") == wanted.get("errno"),
        "reason": wanted.get("reason", "") in cell["reason"],
        "said": wanted.get("said", "") in "\n".join(cell.get("console_tail") or []),
        "ended": any(one["comm"] == wanted.get("ended") and "SIGABRT" in str(one)
                     for one in evidence.get("ended", [])),
        "host": (cell["host_view"] or {}).get("result") == wanted.get("host"),
        "anomaly": any(one["kind"] == wanted.get("anomaly", ("", ""))[0] and
                       wanted["anomaly"][1] in one["detail"] for one in cell["anomalies"]),
        "launcher": cell.get("launcher") == wanted.get("launcher"),
    }
    return [f"{key} is not {wanted[key]}" for key in wanted if not seen[key]]


def verified(built_for, target):
    """What a cell's document says when the launcher told its mode, as the target's descriptor names
    it."""
    with open(f"{HERE}/../../targets/{target}.json", encoding="utf-8") as file:
        modes = json.load(file)["verify"]["modes"]
    word = nanvixd.DEPLOYMENT[built_for]
    return {"known": "verified", "mode": modes[word], "version": RELEASE,
            "line": f"[INFO][nanvixd] nanvixd {RELEASE}, {word} deployment, interactive mode, "
                    "machine microvm"}


def subject_complaints(document, sysroot):
    """Whether the document says what was tested, and that it was a double."""
    subject, found = document["subject"], []
    if subject["kind"] != "double":
        found.append(f"the subject is called {subject['kind']}")
    if subject["release"] != RELEASE:
        found.append(f"the release is {subject['release']}")
    python = "python3.12"  # by its digest among the probes, as it is in the scenario's runs only
    missing = [name for name in os.listdir(f"{sysroot}/bin")
               if f"bin/{name}" not in subject["digests"] and
               not (name == python and "python" in document["probes"]["digests"])]
    return found + [f"no digest of {name}" for name in missing]


def check(row):
    fault, shape, wanted = row
    with Oracle(f"{BUILD}/runner/rename-oracle") as oracle:
        sysroot = make_sysroot.lay_out(f"{oracle.scratch}/sysroot", BUILD, BUILT_FOR, fault, RELEASE,
                                       shape.startswith("implicit_import"))
        code, said, errors = oracle.run("--nanvix", sysroot, "-t", TARGET, "-s", shape, *BUDGETS)
        documents = oracle.documents()
        if TARGET not in documents or not documents[TARGET]["cells"]:
            return [f"no cell: exit {code}: {said} {errors}"]
        cell, = documents[TARGET]["cells"]
        found = complaints(cell, {"launcher": verified(BUILT_FOR, TARGET), **wanted}) + subject_complaints(documents[TARGET], sysroot)
        if found:
            found.append(f"it was {cell}")
        if (code == 0) != (wanted["verdict"] == "pass"):
            found.append(f"exit code {code}: {errors}")
        left = mounts.wait_until_gone(sysroot, 5)
        return found + [f"left running: {left}"] * bool(left)


def check_unnamed_mode():
    """A multi-process release that names its mode nowhere serves hosted-single by its files. What it
    runs there is no pass: the launcher said otherwise."""
    with Oracle(f"{BUILD}/runner/rename-oracle") as oracle:
        sysroot = make_sysroot.lay_out(f"{oracle.scratch}/sysroot", BUILD, "hosted-multi", "none",
                                       RELEASE, names_mode=False)
        code, _, errors = oracle.run("--nanvix", sysroot, "-s", "tmp_root_sibling", *BUDGETS)
        found = [] if code == 1 else [f"exit {code}: {errors}"]
        for target, verdict in (("nanvix-hosted-multi", "pass"), ("nanvix-hosted-single", "error")):
            cell, = oracle.documents()[target]["cells"]
            if (cell["verdict"] != verdict or
                    cell.get("launcher") != verified("hosted-multi", target)):
                found.append(f"{target}: {cell}")
            if verdict == "error" and not all(
                    word in cell["reason"] for word in ("hosted-single-process", "is hosted-multi-process")):
                found.append(f"{target}: {cell['reason']}")
        return found


def main():
    for name in ("linux.uml", "mkfs.fat", "mcopy"):
        mounts.find_program(name)
    if MODE.startswith("hosted"):
        mounts.need_hosted()
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        for row, found in zip(ROWS[MODE], pool.map(check, ROWS[MODE])):
            failed += bool(found)
            print(f"{'FAILED' if found else 'ok':7} {row[0]} {row[1]} {'; '.join(found)}")
    if MODE == "hosted-multi":
        found = check_unnamed_mode()
        failed += bool(found)
        print(f"{'FAILED' if found else 'ok':7} no mode named {'; '.join(found)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
