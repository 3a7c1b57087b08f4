# SPDX-License-Identifier: MIT
"""Through a double of a sysroot, in each mode of deployment: every control gets its verdict and its
evidence; with the wrong programs in the controls' places the document is inadmissible, names each of
them, and the exit code is 1."""
import pytest

from oracle import expect_controls, expect_swapped_controls, probes_with_swapped_controls

OPTIONS = ["-s", "subdir_sibling", "--boot-budget", "30", "--control-step-budget", "1"]


def run(oracle, sysroot, target, *options):
    """Runs the controls and a cell, which must pass; returns the exit code and the document."""
    code, said, errors = oracle.run("--nanvix", sysroot, "-t", target, *OPTIONS, *options)
    document, = oracle.documents().values()
    verdicts = [cell["verdict"] for cell in document["cells"]]
    assert verdicts == ["pass"], (code, document["cells"], said, errors)
    return code, document


@pytest.mark.parametrize("mode", ["standalone", "hostfs", "legacy", "hosted-single", "hosted-multi"])
def test_controls_are_right_and_wrong_ones_are_named(mode, oracle, build, lay_out):
    target = "nanvix-standalone-legacy" if mode == "legacy" else f"nanvix-{mode}"
    sysroot = lay_out("sysroot", "standalone" if mode == "hostfs" else mode,
                      release="0.14.2" if mode == "legacy" else "0.15.7")
    code, document = run(oracle, sysroot, target)
    expect_controls(target, document)
    assert code == 0
    probes = build.probes("linux-x86_64-hostfs" if mode == "hostfs" else "linux-x86_64")
    swapped = probes_with_swapped_controls(probes, oracle.scratch)
    code, document = run(oracle, sysroot, target, "--probes", swapped)
    expect_swapped_controls(target, document)
    assert code == 1
