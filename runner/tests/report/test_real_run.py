# SPDX-License-Identifier: MIT
"""A document that `rename-oracle run` really wrote, in every format: the samples are made up."""
import re
import subprocess

import pytest


@pytest.fixture(name="report", scope="module")
def reports_on_a_run(reports):
    """Makes the text of a report on the run."""
    place = reports.directory / "run"
    subprocess.run([reports.program, "run", "--quiet", "--target", "native", "--shape",
                    "subdir_sibling", "--output", place], timeout=120, check=True)
    document, = place.glob("*/native.json")

    def report(form):
        done = reports.run("--format", form, document)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout
    return report


def test_all_is_well_in_junit_and_tap(report):
    assert re.search('tests="6" failures="0" errors="0" skipped="0"', report("junit"))
    tap = report("tap")
    assert "1..6\n" in tap
    assert "not ok" not in tap


def test_the_blocking_control_shows_its_stuck_call(report):
    page = report("html")
    (row,) = re.findall(r"<tr class=stuck>.*", page[:page.index("control_spin")])
    assert re.search(r"<b>rename</b> from=\S+ to=\S+<td colspan=2>.*did not come back", row)
    assert "Evidence: blocked" in page
    assert "Evidence: spinning" in page


def test_a_pass_tells_each_call_with_its_result(report):
    page = report("html")
    assert re.search(r"rename from=\S*/s/a to=\S*/s/b → ret=0", page)
    assert re.search(r"check listing result=held", page)


def test_the_matrix_in_markdown(report):
    assert re.search(r"(?m)^\| <code>subdir.*✓ pass<br>1 of 1 \|$", report("markdown"))
