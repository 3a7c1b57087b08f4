# SPDX-License-Identifier: MIT
"""What is said of every fault of the zoo under every shape, see zoo.py."""
import pytest

from support import scripts
from support.build import TESTS

ZOO = TESTS / "zoo/zoo.py"
# One fault of each kind is enough for the sanitizers.
SOME = ["none", "rename-hangs", "rename-hangs-second-time", "rename-eexist", "rename-corrupts",
        "rename-hidden-from-others", "daemon-dies-silently"]


@pytest.mark.first
@pytest.mark.sanitize
def test_the_oracle_says_of_every_fault_what_it_is(build):
    extent = ["--faults", *SOME] if build.sanitized else []
    scripts.run(ZOO, "--build", build.path, "--rounds", 1, *extent)


def test_three_seconds_late_within_six_are_no_hang(build):
    """Above, the late rename is late by half of a short budget."""
    scripts.run(ZOO, "--build", build.path, "--rounds", 1, "--faults", "rename-late", "--step-budget", 6)


def test_the_probes_journals_say_the_same_without_the_runner(build):
    scripts.run(ZOO, "--build", build.path, "--rounds", 1, "--judge", "probe")
