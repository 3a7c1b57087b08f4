# SPDX-License-Identifier: MIT
"""The guest's console in each way that it can come: its words on standard output and the kernel's in a
file, which is how the descriptors ask for it; both in one pipe; both in a file that grows or a FIFO."""

import glob
import json
from pathlib import Path

import pytest

from support import descriptor

ONE = ["-s", "pycache_replace", "--no-controls", "--boot-budget", "30"]


def write_descriptor(path, target, kind):
    """The shipped descriptor with its console in another way."""
    changed = {"schema": "rename-oracle/target/1", "extends": target, "name": target}
    argv = descriptor.whole(descriptor.TARGETS / f"{target}.json")["launch"]["argv"]
    argv[argv.index("-console-file") + 1] = "/dev/stdout"
    if kind == "shared":
        changed["console"] = "stdout"
    else:
        argv[:0] = ["/bin/sh", "-c", 'exec "$0" "$@" >>"$RO_CONSOLE"']
        changed["console"] = {"file": "{cell}/one", "journal": "file"}
    if kind == "fifo":
        changed["requires"] = [{"program": "mkfifo", "package": "coreutils"}]
        changed["prepare"] = [{"run": ["{program:mkfifo}", "{cell}/one"], "deadline": 10}]
    changed["launch"] = {"argv": argv, "environment": {"RO_CONSOLE": "{cell}/one"}}
    if kind == "shared":
        del changed["launch"]["environment"]
    with open(path, "w", encoding="utf-8") as file:
        json.dump(changed, file)
    return path


def run(oracle, sysroot, target, name):
    code, said, errors = oracle.run("--nanvix", sysroot, "-t", target, *ONE)
    assert code == 0, (said, errors)
    cell, = oracle.documents()[name]["cells"]
    assert cell["verdict"] == "pass" and cell["journal"]["damaged"] == 0, cell
    return cell, {kind: Path(glob.glob(f"{oracle.output}/*/{path}")[0]).read_bytes()
                  for kind, path in cell["artifacts"].items()}


@pytest.mark.parametrize("mode", ["standalone", "hosted-single"])
def test_the_journal_shares_its_pipe_with_nothing(mode, oracle, lay_out):
    sysroot = lay_out("sysroot", mode, release="0.15.7")
    cell, artifacts = run(oracle, sysroot, f"nanvix-{mode}", f"nanvix-{mode}")
    assert cell["journal"]["repaired"] == 0, cell["journal"]
    assert b"[INFO][kernel]" in artifacts["console"] and b" rename " not in artifacts["console"]
    assert b"[INFO]" not in artifacts["stdout"] and b"enter rename" in artifacts["stdout"]
    assert b"nanvixd.log" in artifacts["log"]


@pytest.mark.sanitize
@pytest.mark.parametrize("kind", ["shared", "file", "fifo"])
def test_the_journal_arrives_whole(kind, oracle, lay_out):
    sysroot = lay_out("sysroot", "hosted-single", release="0.15.7")
    target = write_descriptor(f"{oracle.scratch}/target.json", "nanvix-hosted-single", kind)
    cell, _ = run(oracle, sysroot, target, "nanvix-hosted-single")
    # Kernel lines stood inside the journal's, and were cut out.
    assert cell["journal"]["repaired"] > 0, cell["journal"]
