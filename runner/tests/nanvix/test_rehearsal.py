# SPDX-License-Identifier: MIT
"""The first day of a Nanvix developer, as docs/nanvix.md and ci/rehearse have it: from archives under
their real names, in a directory with nothing else, to the gate's answer."""

import json
import subprocess

import pytest

import private_mounts as mounts
from support import needs
from support.build import SOURCE


@pytest.mark.first
def test_from_the_archives_to_the_answer(build, tmp_path):
    for program in ("linux.uml", "mkfs.fat", "mcopy"):
        needs.program(program)
    mounts.need_hosted()
    done = subprocess.run([SOURCE / "ci/rehearse", "--build", build.path, "--", "--control-step-budget",
                           "1", "-s", "pycache_replace"], cwd=tmp_path, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=240,
                          check=False)
    assert done.returncode == 0, done.stdout
    documents = [json.loads(path.read_text()) for path in (tmp_path / "documents").glob("*/*.json")]
    ran = {document["target"]["name"]: document for document in documents if "skipped" not in document}
    assert set(ran) == {"nanvix-standalone", "nanvix-hostfs", "nanvix-hosted-single",
                        "nanvix-hosted-multi"}
    for name, document in ran.items():
        cell, = document["cells"]
        assert cell["verdict"] == "pass" and document["admissible"], name
        assert document["subject"]["release"] == "v0.15.7" and cell["launcher"]["known"] == "verified"
    # The gate answers, and takes no double for Nanvix.
    answer = (tmp_path / "answer").read_text()
    assert answer.startswith("KEEP -B") and "double_under_nanvix" in answer
    assert "s  in all" in done.stdout
    assert {path.name for path in tmp_path.iterdir()} == \
        {".nanvix", "archives", "documents", "answer", "report.md"}
