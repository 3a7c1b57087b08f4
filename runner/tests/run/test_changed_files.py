# SPDX-License-Identifier: MIT
"""What ran is what is recorded: a probe that is replaced or written to while a run goes on.

A cell in which that happened, and every later one, is an `error`; where nobody could see it from
outside, the digests at the end make the document inadmissible. Probes that are not those of the
manifest beside them are refused before anything runs.
"""
import os
import shutil

import pytest

ABI = "linux-x86_64"
SHAPE = "tmp_root_sibling"
# A byte of the ELF header that nobody looks at.
PADDING = 12


def copy_probes(oracle, probes):
    """A directory for --probes of our own, with the build's manifest, and the probe in it."""
    directory = f"{oracle.scratch}/probes"
    shutil.copytree(probes, f"{directory}/{ABI}", dirs_exist_ok=True)
    shutil.copy(f"{probes}/../manifest.json", directory)
    return directory, f"{directory}/{ABI}/{SHAPE}"


def run(oracle, probes, change, *arguments):
    """Runs with a shell command that the preparation of each cell carries out first."""
    target = oracle.descriptor("changing", prepare=[
        {"run": ["/bin/sh", "-c", change], "deadline": 20},
        {"make_directory": "{root}/{cell_name}"}])
    code, _, errors = oracle.run("-t", target, "--probes", probes, "-s", SHAPE, "-j", "1", *arguments)
    return code, oracle.documents().get("changing"), errors


def check_replaced(oracle, probes, probe):
    """By its own copy: the same bytes, but who knows what ran in between."""
    seen = f"{oracle.scratch}/seen"
    change = (f"test -e {seen} || (touch {seen}; cp -p {probe} {probe}.new; "
              f"mv {probe}.new {probe})")
    code, document, errors = run(oracle, probes, change, "-n", "2", "--no-controls")
    assert document, (code, errors)
    verdicts = [cell["verdict"] for cell in document["cells"]]
    assert code == 1 and verdicts == ["error", "error"], (code, verdicts, errors)
    assert "was replaced or written to" in document["cells"][0]["reason"], document["cells"][0]
    assert any("was replaced" in why for why in document["inadmissible_because"]), document


def check_written_to(oracle, probes, probe):
    """In place, and made to look as before."""
    change = (f"cp -p {probe} {oracle.scratch}/kept; printf x | "
              f"dd of={probe} bs=1 seek={PADDING} conv=notrunc 2>/dev/null; "
              f"touch -r {oracle.scratch}/kept {probe}")
    _, document, errors = run(oracle, probes, change, "--no-controls")
    assert document["admissible"] is False, errors
    assert any("another content" in why for why in document["inadmissible_because"]), (
        document["inadmissible_because"])


def check_unchanged(oracle, probes):
    code, document, errors = run(oracle, probes, "true")
    assert code == 0 and document["admissible"] is True, (code, errors)


def check_manifest(oracle, probes, probe):
    with open(probe, "r+b") as file:
        file.seek(PADDING)
        file.write(b"y")
    code, document, errors = run(oracle, probes, "true")
    assert code == 2 and document is None, (code, document)
    assert f"{SHAPE} is not the program that was built" in errors, errors


@pytest.fixture(name="copied")
def copied_probes(oracle, build):
    return copy_probes(oracle, build.probes(ABI))


def test_probes_that_nobody_touches_are_recorded(oracle, copied):
    probes, _ = copied
    check_unchanged(oracle, probes)
    os.unlink(f"{probes}/manifest.json")  # probes of somebody else's come without one
    check_unchanged(oracle, probes)


@pytest.mark.parametrize("check", [check_replaced, check_written_to, check_manifest],
                         ids=lambda check: check.__name__)
def test_a_probe_that_is_changed_does_not_count(check, oracle, copied):
    check(oracle, *copied)
