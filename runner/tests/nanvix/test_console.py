# SPDX-License-Identifier: MIT
"""The guest's console as a file that grows and as a FIFO. Its other way, nanvixd's own standard
output, is that of test_targets.py."""

import json

import pytest

from support.build import SOURCE


def write_descriptor(path, kind):
    descriptor = json.loads((SOURCE / "runner/targets/nanvix-standalone.json").read_text())
    argv = descriptor["launch"]["argv"]
    at = argv.index("-console-file")
    argv[at + 1] = "{cell}/console"
    descriptor["console"] = {"file": "{cell}/console"}
    if kind == "fifo":
        descriptor["requires"] = [{"program": "mkfifo", "package": "coreutils"}]
        descriptor["prepare"].append({"run": ["{program:mkfifo}", "{cell}/console"],
                                      "deadline": 10})
    with open(path, "w", encoding="utf-8") as file:
        json.dump(descriptor, file)
    return path


@pytest.mark.sanitize
@pytest.mark.parametrize("kind", ["file", "fifo"])
def test_the_journal_arrives_whole(kind, oracle, lay_out):
    sysroot = lay_out("sysroot", "standalone", release="0.20.8")
    target = write_descriptor(f"{oracle.scratch}/target.json", kind)
    code, said, errors = oracle.run("--nanvix", sysroot, "-t", target, "-s", "pycache_replace",
                                    "--no-controls", "--boot-budget", "30")
    assert code == 0, (said, errors)
    cell, = oracle.documents()["nanvix-standalone"]["cells"]
    assert cell["verdict"] == "pass" and cell["journal"]["damaged"] == 0, cell
    # Kernel lines stood inside the journal's, and were cut out.
    assert cell["journal"]["repaired"] > 0, cell["journal"]
