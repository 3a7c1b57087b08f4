# SPDX-License-Identifier: MIT
"""Settings come from the environment too, and an argument wins over it."""
import pytest

import harness

SHAPE = "subdir_sibling"
OTHER = "otherno1234567890123456789012345"  # the longest that is allowed


@pytest.mark.parametrize("abi", harness.ABIS)
def test_settings_come_from_the_environment_and_arguments_win(abi, probe):
    command = probe(abi, SHAPE)
    with harness.fresh_directory() as directory, harness.fresh_directory() as wrong:
        env = {"RO_DIR": directory, "RO_NONCE": OTHER, "RO_DIRX": "/x", "RO_KEEP": "1"}
        harness.run_probe(command, SHAPE, None, 0, env=env, nonce=OTHER)
        assert harness.tree(directory) == harness.left_by(SHAPE, OTHER)
        assert len(OTHER) == 32
        harness.run_probe(command, SHAPE, wrong, 0, env=dict(env, RO_KEEP="0"))
        assert harness.tree(wrong) == {}
        # A slash at the end of the directory makes no second name of the same path.
        journal = harness.run_probe(command, SHAPE, wrong + "//", 0)
        assert journal.select("enter", "rename")[0].fields["from"] == wrong + "/s/a"
