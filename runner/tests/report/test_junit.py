# SPDX-License-Identifier: MIT
"""JUnit XML, read back by an existing parser."""
import subprocess

import pytest

from support import needs, samples

junitparser = needs.module("junitparser", "python3-junitparser")
needs.program("xmllint", "libxml2-utils")


def suites(reports, name):
    return list(junitparser.JUnitXml.fromstring(reports.report("junit", name).encode()))


def cases(reports, name):
    """Every case by (suite, case); names must not come twice in a suite."""
    found = {}
    for suite in suites(reports, name):
        for case in suite:
            key = (suite.name, case.name)
            assert key not in found, key
            found[key] = case
    return found


def outcome(case):
    """"pass", or the kind of result with its type."""
    if not case.result:
        return "pass"
    (result,) = case.result
    return f"{type(result).__name__.lower()} {result.type or ''}".strip()


def test_well_formed(reports):
    for name in samples.SETS:
        subprocess.run(["xmllint", "--noout", "--nonet", "-"], check=True, timeout=30,
                       input=reports.report("junit", name).encode())


def test_counts_are_those_of_the_cases(reports):
    for name in samples.SETS:
        whole = junitparser.JUnitXml.fromstring(reports.report("junit", name).encode())
        for part in (*whole, whole):
            told = (part.tests, part.failures, part.errors, part.skipped)
            time = part.time
            part.update_statistics()
            assert told == (part.tests, part.failures, part.errors, part.skipped), part.name
            assert abs(time - part.time) < 0.1


@pytest.fixture(name="eight", scope="module")
def cases_of_eight(reports):
    return cases(reports, "eight")


def test_pass_and_time_in_seconds(eight):
    case = eight[("native 6.1.0-28-amd64 [reference]", "subdir_sibling, attempt 1")]
    assert outcome(case) == "pass"
    assert abs(case.time - 0.196) < 0.005


def test_hang_says_where_and_how(eight):
    case = eight[("nanvix-standalone 0.14.4", "subdir_sibling, attempt 2")]
    assert outcome(case) == "failure hang"
    message = case.result[0].message
    for part in ("rename(from=/tmp/s/a, to=/tmp/s/b)", "10.0 s", "blocked", "kvm_vcpu_block"):
        assert part in message
    body = case.result[0].text
    for part in ("did not come back", "vfsd::fs", "nanvixd.elf", "subdir_sibling.2.console.log"):
        assert part in body


def test_a_daemon_that_ended_is_in_the_message(eight):
    case = eight[("nanvix-hosted-single 0.14.4", "tmp_root_sibling, attempt 1")]
    assert "linuxd.elf (4102) ended meanwhile: killed by SIGABRT" in case.result[0].message
    assert "unknown error code: -1" in case.result[0].text


def test_stall_names_its_call(eight):
    case = eight[("nanvix-hosted-multi 0.14.4", "pycache_replace, attempt 3")]
    assert outcome(case) == "failure stall"
    assert case.result[0].message.startswith("open(")


def test_the_other_verdicts(eight):
    for suite, name, wanted in (
            ("uml-hostfs 6.1.119 [reference]", "replace_existing, attempt 1", "failure data_loss"),
            ("nanvix-standalone-legacy 0.13.9", "subdir_sibling, attempt 1", "failure crash"),
            ("nanvix-standalone-legacy 0.13.9", "subdir_to_root, attempt 1", "error no_start"),
            ("nanvix-standalone-legacy 0.13.9", "subdir_to_root, attempt 2", "error error"),
            ("nanvix-hostfs unknown", "cross_directory, attempt 3", "skipped")):
        assert outcome(eight[(suite, name)]) == wanted


def test_flaky_is_a_failure_of_its_own(eight):
    suite = "uml-fat 6.1.119 [reference]"
    assert outcome(eight[(suite, "subdir_sibling, attempt 1")]) == "pass"
    case = eight[(suite, "subdir_sibling, attempts agree")]
    assert outcome(case) == "failure flaky"
    assert "2 pass, 1 hang" in case.result[0].message


def test_controls_are_a_suite_of_their_own(reports):
    suite, = [one for one in suites(reports, "eight")
              if one.name.startswith("nanvix-standalone 0.14.4") and "controls" in one.name]
    assert {case.name for case in suite} == {"this run is admissible", "control_pass",
                                             "control_fail", "control_block", "control_spin"}
    assert (suite.failures, suite.errors) == (0, 0)


def test_a_skipped_target_skips_everywhere(eight):
    found = [outcome(case) for (suite, _), case in eight.items()
             if suite.startswith("nanvix-hostfs")]
    assert set(found) == {"skipped"}


def failing(reports, name):
    return {(case.name, outcome(case)): case for case in cases(reports, name).values()
            if case.result}


def test_an_inadmissible_run_is_a_failing_case(reports):
    found = failing(reports, "inadmissible")
    case = found[("this run is admissible", "failure inadmissible")]
    assert "control_block" in case.result[0].message
    assert "wanted hang, got pass" in found[("control_block", "failure pass")].result[0].message


def test_a_stand_in_fails_though_all_is_green(reports):
    assert [("this run is admissible", "failure inadmissible")] == list(failing(reports, "double"))


def test_attempts_that_did_not_run_are_errors(reports):
    missing = ("subdir_to_root, every attempt ran", "error missing")
    assert list(failing(reports, "parts")) == [missing]


def test_green_is_green(reports):
    assert {} == failing(reports, "green")


def test_hostile_text_stays_text(reports):
    (case,) = [case for (suite, name), case in cases(reports, "hostile").items()
               if name == "subdir_sibling, attempt 1"]
    assert "]]> --> <script>alert(1)</script>" in case.result[0].message
    assert "\\x1b[31mred" in case.result[0].message
    assert "\\u{202e}evil" in case.result[0].message
