# SPDX-License-Identifier: MIT
"""A small soak; the real one takes an hour, and its figures are in docs/performance.md."""
from support import scripts
from support.build import SOURCE


def test_hundreds_of_cells_with_faults_among_them_stay_right(build):
    scripts.run(SOURCE / "ci/lab/soak", "--native", 60, "--uml", 8, "--faulty", 0.3, "--jobs", 8,
                "--build", build.path)
