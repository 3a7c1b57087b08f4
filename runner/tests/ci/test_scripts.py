# SPDX-License-Identifier: MIT
"""The scripts in ci/, each with the tools that it calls replaced where it would change the machine,
or where those take minutes."""
import pytest

from support import scripts
from support.build import TESTS


@pytest.mark.parametrize("name", ["setup", "action", "action_build"])
def test_a_script_of_ci_does_what_it_says(name, program):
    scripts.run(TESTS / f"ci/check_{name}.sh", program)
