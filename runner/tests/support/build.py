# SPDX-License-Identifier: MIT
"""The source tree, and the build trees whose programs are tested."""
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[3]
TESTS = SOURCE / "runner/tests"
# Every run of the tests comes to an end by itself long before this, also on a busy machine.
DEADLINE_S = 240


class Build:
    """A build tree. `sanitized` when its programs are under ASan and UBSan, which makes them slow
    and large."""

    def __init__(self, path, sanitized):
        self.path, self.sanitized = Path(path).resolve(), sanitized
        self.program = str(self.path / "runner/rename-oracle")
        self.library = self.path / "lib/rename-oracle"

    def __str__(self):
        return "sanitized" if self.sanitized else "plain"

    def tool(self, name):
        """A program of the tests, by its path below the tests' own directory: "zoo/zoofs"."""
        return str(self.path / "runner/tests" / name)

    def probes(self, abi):
        return str(self.path / "probes" / abi)

    def mutants(self, abi):
        return self.tool(f"mutants/{abi}")
