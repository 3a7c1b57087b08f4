# SPDX-License-Identifier: MIT
"""Everything a sysroot serves, with the controls, when it does not say its release: the mode that it
has passes and is admissible, the others are skipped by name, and the gate takes none of it."""

import glob
import subprocess

ABSENT = ("nanvix-standalone-legacy", "nanvix-hosted-single", "nanvix-hosted-multi")


def test_everything_that_a_sysroot_of_no_release_serves(oracle, lay_out):
    sysroot = lay_out("sysroot", "standalone")
    code, said, errors = oracle.run("--nanvix", sysroot, "-s", "subdir_sibling",
                                    "--boot-budget", "30", "--control-step-budget", "1")
    assert code == 0, (said, errors)
    documents = oracle.documents()
    tested = documents["nanvix-standalone"]
    assert (tested["subject"]["kind"], tested["subject"]["release"]) == ("double", "unknown")
    assert tested["admissible"] and len(tested["controls"]) == 4
    for name in ABSENT:
        for cell in documents[name]["cells"]:
            assert cell["verdict"] == "skip" and "mode not in this release" in cell["reason"], name
    # The gate names the double as such; it never counts it.
    done = subprocess.run([oracle.program, "gate", *glob.glob(f"{oracle.output}/*/*.json")],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=60, check=False)
    assert done.returncode == 1 and "double" in done.stdout, done.stdout
