# SPDX-License-Identifier: MIT
"""The manifest has the digest of every program and the build id that the programs speak of."""
import hashlib
import json
import os

import harness


def test_it_has_every_program_and_its_build(build, probe):
    with open(f"{build.path}/probes/manifest.json", encoding="ascii") as file:
        manifest = json.load(file)

    assert set(manifest) == {"schema", "build_id", "abis"}
    assert manifest["schema"] == "rename-oracle/probes/1"
    for abi in harness.ABIS:
        programs = manifest["abis"][abi]
        assert set(programs) == set(harness.SHAPES + harness.CONTROLS + harness.EXTENDED)
        assert sorted(programs) == sorted(os.listdir(f"{build.path}/probes/{abi}"))
        for name, digest in programs.items():
            with open(f"{build.path}/probes/{abi}/{name}", "rb") as file:
                data = file.read()
            assert digest == "sha256:" + hashlib.sha256(data).hexdigest(), name
            assert manifest["build_id"].encode() in data, f"{abi}/{name} is of another build"
        with harness.fresh_directory() as directory:
            journal = harness.run_probe(probe(abi, "control_pass"), "control_pass", directory, 0)
            assert journal.events[0].fields["build"] == manifest["build_id"]

    # What the runner finds beside itself is this very directory.
    assert os.path.samefile(f"{build.path}/lib/rename-oracle/probes/manifest.json",
                            f"{build.path}/probes/manifest.json")
