# SPDX-License-Identifier: MIT
"""What an installation holds, and that it works where the source tree is not."""
import pytest

from support import scripts
from support.build import TESTS


@pytest.mark.parametrize("name", ["prefix", "package", "completion"])
def test_an_installation_is_whole(name, build):
    scripts.run(TESTS / f"install/check_{name}.sh", build.path)
