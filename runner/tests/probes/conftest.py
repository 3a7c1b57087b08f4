# SPDX-License-Identifier: MIT
import harness
import pytest


@pytest.fixture
def probe(build):
    """The command that runs a probe, by its ABI and its name."""
    return lambda abi, name: harness.program(build, abi, name)
