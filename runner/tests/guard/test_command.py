# SPDX-License-Identifier: MIT
import pytest

from support import scripts
from support.build import TESTS


@pytest.mark.sanitize
def test_the_command_line_refuses_prints_and_leaves_what_it_must(build):
    scripts.run(TESTS / "guard/check_command.sh", build.program, build.tool("guard/without_landlock"))
