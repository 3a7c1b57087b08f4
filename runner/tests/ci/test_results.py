# SPDX-License-Identifier: MIT
"""ci/tell-results finds every test that failed or did not run, whoever ran it, and says why."""
import os
import subprocess
import sys

import pytest

from support.build import SOURCE

CTEST = r"""
add_test(good "/bin/sh" "-c" "echo fine")
add_test(slow "/bin/sh" "-c" "echo FAILED: too slow; seq 100; exit 1")
add_test(missing_tool "/bin/sh" "-c" "echo needs a unicorn; exit 77")
set_tests_properties(missing_tool PROPERTIES SKIP_RETURN_CODE 77)
add_test(disabled "/bin/sh" "-c" "exit 0")
set_tests_properties(disabled PROPERTIES DISABLED TRUE)
"""
PYTEST = """
import pytest
def test_good(): print("error: none")
def test_slow():
    print(*range(100), sep="\\n")
    assert 1 == 2, "too slow"
def test_missing(): pytest.skip("needs a unicorn")
@pytest.fixture
def leaky():
    yield
    assert not "left behind"
def test_leaves_something(leaky): pass
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """What a run of each kind wrote: "ctest", "pytest", and two of tests that all passed."""
    place = tmp_path_factory.mktemp("results")
    (place / "CTestTestfile.cmake").write_text(CTEST)
    (place / "test_it.py").write_text(PYTEST)
    for name, chosen in (("ctest", "."), ("good-ctest", "good")):
        subprocess.run(["ctest", "-R", chosen, "--output-junit", place / f"{name}.xml"], cwd=place,
                       capture_output=True, timeout=60, check=False)
    for name, chosen in (("pytest", "test"), ("good-pytest", "good")):
        subprocess.run([sys.executable, "-B", "-m", "pytest", "-k", chosen, "-p", "no:cacheprovider",
                        f"--junit-xml={name}.xml", "test_it.py"], cwd=place, capture_output=True,
                       timeout=60, check=False)
    return place


def tell(results, *names, in_ci=False):
    done = subprocess.run([SOURCE / "ci/tell-results", *(results / f"{name}.xml" for name in names)],
                          env={**os.environ, "CI": "true" if in_ci else ""}, capture_output=True,
                          text=True, timeout=60, check=False)
    print(done.stdout, done.stderr)
    return done


def test_a_failed_test_is_named_with_its_reason_and_its_last_line(results):
    done = tell(results, "ctest")
    assert done.returncode == 1
    assert "\nfailed: ctest.slow (after " in done.stdout
    assert "\n    FAILED: too slow\n" in done.stdout and "\n    100\n" in done.stdout
    assert done.stdout.count("\n") < 30
    done = tell(results, "pytest")
    assert done.returncode == 1
    assert "\nfailed: pytest.test_it.test_slow (after " in done.stdout and "too slow" in done.stdout
    assert "\nfailed: pytest.test_it.test_leaves_something (after " in done.stdout
    assert "left behind" in done.stdout and "error: none" not in done.stdout


def test_the_last_line_has_the_sum_of_all_runs(results):
    done = tell(results, "ctest", "pytest", "good-pytest")
    assert done.stdout.splitlines()[-1] == "== 3 passed, 3 failed, 3 skipped"


def test_skips_are_named_and_refused_in_ci(results, tmp_path):
    skips = tmp_path / "skips.xml"
    for name, what in (("ctest", "missing_tool"), ("pytest", "test_it.test_missing")):
        # Without the failures, so that only the skips can make the difference.
        text = (results / f"{name}.xml").read_text()
        assert "unicorn" in text
        done = tell(results, name, in_ci=True)
        assert f"skipped, which counts as a failure here: {name}.{what}: needs a unicorn" in done.stdout
    skips.write_text('<testsuite><testcase classname="a" name="b"><skipped message="no c"/>'
                     '</testcase><testcase name="d" status="disabled"/></testsuite>')
    assert tell(results, skips.with_suffix("")).returncode == 0
    done = tell(results, skips.with_suffix(""), in_ci=True)
    assert done.returncode == 1
    assert "skips.a.b: no c" in done.stdout and "skips.d: not run" in done.stdout


def test_tests_that_passed_are_not_told_of(results):
    done = tell(results, "good-ctest", "good-pytest", in_ci=True)
    assert (done.returncode, done.stdout) == (0, "== 2 passed, 0 failed, 0 skipped\n")


def test_no_results_are_no_pass(results, tmp_path):
    assert tell(results, "none").returncode == 2
    (tmp_path / "empty.xml").write_text("<testsuite/>")
    assert tell(results, "good-ctest", tmp_path / "empty").returncode == 2
    assert tell(results).returncode == 2
