# SPDX-License-Identifier: MIT
"""Sets of documents that are changed by chance, in several places at once, through the gate and the
action; docs/robustness.md has the figures of a long run."""
from support import scripts
from support.build import SOURCE


def test_no_set_that_is_changed_by_chance_keeps_a_yes_without_a_reason(program):
    scripts.run(SOURCE / "ci/lab/gate-mutations", "--rounds", 150, "--seed", 1, "--program", program)
