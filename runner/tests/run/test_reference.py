# SPDX-License-Identifier: MIT
"""The six shapes pass on the four reference targets, and every control gets its verdict; with the
wrong programs in the controls' places no document is admissible.
"""
import shutil

import pytest

from oracle import expect_controls, expect_swapped_controls, probes_with_swapped_controls

TOOLS = {"linux.uml": "user-mode-linux", "mkfs.fat": "dosfstools", "mcopy": "mtools",
         "diod": "diod"}


# Of an ordinary user on Debian, which lacks where fsck.fat and mkfs.fat are.
PATH = "/usr/local/bin:/usr/bin:/bin"


@pytest.fixture(autouse=True)
def tools():
    for tool, package in TOOLS.items():
        if shutil.which(tool, path=f"{PATH}:/usr/sbin:/sbin") is None:
            pytest.skip(f"program {tool} is missing (package {package})")


def test_everything_passes_on_the_reference_targets(oracle):
    code, out, err = oracle.run("--no-skip", "--control-step-budget", "1",
                                environment={"PATH": PATH, "HOME": "/tmp"})
    print(out, err)
    assert code == 0, ("exit code", code)
    documents = oracle.documents()
    assert sorted(documents) == ["native", "uml-9p", "uml-fat", "uml-hostfs"], list(documents)
    for name, document in documents.items():
        assert document["complete"] and document["admissible"], name
        assert document["subject"]["kind"] == "reference", name
        assert len(document["cells"]) == 6, name
        for cell in document["cells"]:
            assert cell["verdict"] == "pass", (name, cell["shape"], cell["reason"])
            assert cell["host_view"]["result"] == "agrees", (name, cell["shape"])
        expect_controls(name, document)
    assert documents["uml-fat"]["cells"][0]["filesystem"]["type"] == "vfat", "file system"


def test_with_the_wrong_controls_nothing_counts(oracle, build):
    """The cells pass as before, but the targets are blind."""
    probes = build.probes("linux-x86_64")
    code, out, err = oracle.run("--probes", probes_with_swapped_controls(probes, oracle.scratch),
                                "-s", "tmp_root_sibling", "--control-step-budget", "1")
    assert code == 1, ("exit code", code, out, err)
    documents = oracle.documents()
    assert sorted(documents) == ["native", "uml-9p", "uml-fat", "uml-hostfs"], list(documents)
    for name, document in documents.items():
        assert [cell["verdict"] for cell in document["cells"]] == ["pass"], (
            name, document["cells"])
        expect_swapped_controls(name, document)


def test_a_guest_on_the_file_system_of_the_command_line(oracle):
    """It is made by what makes that type; one that nothing makes, or none, is no verdict about rename."""
    wanted = {"ext2": ("pass", ""), "nonesuch": ("error", "needs the program mkfs.nonesuch")}
    for kind, (verdict, reason) in wanted.items():
        oracle.run("-t", "uml-block", "--filesystem", kind, "-s", "subdir_sibling", "--no-controls")
        (cell,) = oracle.documents()["uml-block"]["cells"]
        assert cell["verdict"] == verdict and reason in cell["reason"], cell
        if verdict == "pass":
            assert cell["filesystem"]["type"] == kind, cell["filesystem"]
    oracle.run("-t", "uml-block", "-s", "subdir_sibling", "--no-controls")
    assert "give --filesystem TYPE" in oracle.documents()["uml-block"]["skipped"]
    code, _, err = oracle.run("-t", "uml-block", "--filesystem", "../ext2")
    assert code == 2 and "--filesystem takes the kernel's name" in err, (code, err)
