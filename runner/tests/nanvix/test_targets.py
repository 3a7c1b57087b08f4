# SPDX-License-Identifier: MIT
"""From `run --nanvix` to the document, through a double of a sysroot, in each mode of deployment:
what the oracle must say of each thing that can happen there, and that nothing is left afterwards."""

import glob
import os
from pathlib import Path

import pytest

import nanvixd
from support import descriptor

BUDGETS = ["--boot-budget", "30", "--step-budget", "2", "--exit-budget", "1", "--no-controls"]

# For each mode of deployment: fault, shape, what must be true of the cell.
PASS = {"verdict": "pass"}
# A daemon that is dead inside the guest looks so, too: blocked, and no process of the host has ended.
HANG = {"verdict": "hang", "call": "rename", "state": "blocked", "ended": None}
SPIN = {**HANG, "state": "spinning"}
STALL = {"verdict": "stall", "call": "open"}
EPERM = {"verdict": "fail", "errno": "EPERM"}
NO_VM = {"verdict": "no_start", "reason": "exited with 255", "failure": "KVM_CREATE_VM: Permission denied",
         "said": "Error: virtual machine failed"}
VM_ENDS = {"verdict": "crash", "reason": "exited with 255", "failure": "KVM_RUN: Input/output error"}
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
        ("panic-spins", "cross_directory", PANIC),
        ("vm-fails", "tmp_root_sibling", NO_VM),
        ("vm-fails-later", "subdir_sibling", VM_ENDS),
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
        ("wrong-errno", "pycache_replace", EPERM),
        ("vm-fails", "tmp_root_sibling", NO_VM),
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

SANITIZED = ("rename-hangs", "linuxd-dies", "leaves-running")


def without_failure(launcher):
    return launcher and {key: value for key, value in launcher.items() if key != "failure"}


def complaints(cell, wanted):
    """What is not as `wanted` says."""
    evidence = cell["evidence"] or {}
    aborted = [one["comm"] for one in evidence.get("ended", []) if "SIGABRT" in str(one)]
    seen = {
        "verdict": cell["verdict"] == wanted["verdict"],
        "call": (cell["step"] or {}).get("call") == wanted.get("call"),
        "state": evidence.get("state") == wanted.get("state"),
        "errno": (cell["errno"] or {}).get("name") == wanted.get("errno"),
        "reason": wanted.get("reason", "") in cell["reason"],
        "said": wanted.get("said", "") in "\n".join(cell.get("console_tail") or []),
        "ended": (wanted.get("ended") in aborted) if wanted.get("ended") else not aborted,
        "failure": wanted.get("failure", "") in (cell.get("launcher") or {}).get("failure", "") and
                   wanted.get("failure", "") in cell["reason"],
        "host": (cell["host_view"] or {}).get("result") == wanted.get("host"),
        "anomaly": any(one["kind"] == wanted.get("anomaly", ("", ""))[0] and
                       wanted["anomaly"][1] in one["detail"] for one in cell["anomalies"]),
        "launcher": without_failure(cell.get("launcher")) == wanted.get("launcher"),
    }
    return [f"{key} is not {wanted[key]}" for key in wanted if not seen[key]]


def release_of(mode):
    return "0.14.2" if mode == "legacy" else "0.15.7"


def target_of(mode):
    return "nanvix-standalone-legacy" if mode == "legacy" else f"nanvix-{mode}"


def verified(built_for, target, release):
    """What a cell's document says when the launcher told its mode, as the target's descriptor names
    it."""
    modes = descriptor.whole(descriptor.TARGETS / f"{target}.json")["verify"]["modes"]
    word = nanvixd.DEPLOYMENT[built_for]
    return {"known": "verified", "mode": modes[word], "version": release,
            "line": f"[INFO][nanvixd] nanvixd {release}, {word} deployment, interactive mode, "
                    "machine microvm"}


def check_subject(document, sysroot, release):
    """The document says what was tested, and that it was a double."""
    subject = document["subject"]
    assert (subject["kind"], subject["release"]) == ("double", release)
    # By its digest among the probes, as it is in the scenario's runs only.
    pythons = ("python.elf", "python3.12")
    assert [name for name in os.listdir(f"{sysroot}/bin")
            if f"bin/{name}" not in subject["digests"] and
            not (name in pythons and "python" in document["probes"]["digests"])] == []


def rows():
    for mode, of_mode in ROWS.items():
        for fault, shape, wanted in of_mode:
            # What a sanitized runner can show, it shows in the mode with the most processes.
            marks = [pytest.mark.sanitize] if mode == "hosted-multi" and fault in SANITIZED else []
            yield pytest.param(mode, fault, shape, wanted, marks=marks, id=f"{mode}-{fault}-{shape}")


@pytest.mark.parametrize("mode, fault, shape, wanted", rows())
def test_what_happens_in_a_mode_is_what_the_document_says(mode, fault, shape, wanted, oracle, lay_out):
    built_for = "standalone" if mode == "hostfs" else mode
    release, target = release_of(mode), target_of(mode)
    python = shape.startswith("implicit_import") and ("python3.12" if mode == "legacy" else "python.elf")
    sysroot = lay_out("sysroot", built_for, fault, release, python=python)
    code, said, errors = oracle.run("--nanvix", sysroot, "-t", target, "-s", shape, *BUDGETS)
    print(code, said, errors)
    document = oracle.documents()[target]
    cell, = document["cells"]
    wanted = {"launcher": verified(built_for, target, release), **wanted}
    assert complaints(cell, wanted) == [], cell
    if "line" in (wanted["launcher"] or {}):  # what it logged is kept
        log, = glob.glob(f"{oracle.output}/*/{cell['artifacts']['log']}")
        assert cell["launcher"].get("line", "") in Path(log).read_text(encoding="utf-8")
    check_subject(document, sysroot, release)
    assert (code == 0) == (wanted["verdict"] == "pass")


def test_a_release_that_names_its_mode_nowhere_is_taken_at_its_launchers_word(oracle, lay_out):
    """One from before 0.14.3 has the files of hosted-single, too. What it runs there is no pass: the
    launcher said otherwise."""
    release = release_of("legacy")
    sysroot = lay_out("sysroot", "legacy", "none", release, tells=False)
    code, _, errors = oracle.run("--nanvix", sysroot, "--release", release, "-s", "tmp_root_sibling",
                                 *BUDGETS)
    assert code == 1, errors
    for target, verdict in (("nanvix-standalone-legacy", "pass"), ("nanvix-hosted-single", "error")):
        cell, = oracle.documents()[target]["cells"]
        assert cell["verdict"] == verdict, cell
        assert cell.get("launcher") == verified("legacy", target, release), cell
        if verdict == "error":
            assert "hosted-single-process" in cell["reason"]
            assert "is standalone" in cell["reason"]


def test_what_its_daemons_show_is_not_run_as_another_mode(oracle, lay_out):
    sysroot = lay_out("sysroot", "hosted-multi", "none", None, tells=False)
    code, _, errors = oracle.run("--nanvix", sysroot, "-s", "tmp_root_sibling", *BUDGETS)
    assert code == 0, errors
    verdicts = {name: document["cells"][0]["verdict"] for name, document in oracle.documents().items()}
    assert verdicts.pop("nanvix-hosted-multi") == "pass" and set(verdicts.values()) == {"skip"}
