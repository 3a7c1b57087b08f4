#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""JUnit XML, read back by an existing parser."""
import subprocess
import unittest

import make_samples
import running

junitparser = running.need("junitparser", "python3-junitparser")
running.need_program("xmllint", "libxml2-utils")


def suites(name):
    return list(junitparser.JUnitXml.fromstring(running.report("junit", name).encode()))


def cases(name):
    """Every case by (suite, case); names must not come twice in a suite."""
    found = {}
    for suite in suites(name):
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


class Form(unittest.TestCase):
    def test_well_formed(self):
        for name in make_samples.SETS:
            with self.subTest(name):
                subprocess.run(["xmllint", "--noout", "--nonet", "-"], check=True, timeout=30,
                               input=running.report("junit", name).encode())

    def test_counts_are_those_of_the_cases(self):
        for name in make_samples.SETS:
            whole = junitparser.JUnitXml.fromstring(running.report("junit", name).encode())
            for part in (*whole, whole):
                told = (part.tests, part.failures, part.errors, part.skipped)
                time = part.time
                part.update_statistics()
                self.assertEqual(told, (part.tests, part.failures, part.errors, part.skipped),
                                 part.name)
                self.assertAlmostEqual(time, part.time, delta=0.1)


class Verdicts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cases = cases("eight")

    def case(self, suite, name):
        return self.cases[(suite, name)]

    def test_pass_and_time_in_seconds(self):
        case = self.case("native 6.1.0-28-amd64 [reference]", "subdir_sibling, attempt 1")
        self.assertEqual(outcome(case), "pass")
        self.assertAlmostEqual(case.time, 0.196, places=2)

    def test_hang_says_where_and_how(self):
        case = self.case("nanvix-standalone 0.14.4", "subdir_sibling, attempt 2")
        self.assertEqual(outcome(case), "failure hang")
        message = case.result[0].message
        for part in ("rename(from=/tmp/s/a, to=/tmp/s/b)", "10.0 s", "blocked", "kvm_vcpu_block"):
            self.assertIn(part, message)
        body = case.result[0].text
        for part in ("did not come back", "vfsd::fs", "nanvixd.elf", "subdir_sibling.2.console.log"):
            self.assertIn(part, body)

    def test_a_daemon_that_ended_is_in_the_message(self):
        case = self.case("nanvix-hosted-single 0.14.4", "tmp_root_sibling, attempt 1")
        self.assertIn("linuxd.elf (4102) ended meanwhile: killed by SIGABRT",
                      case.result[0].message)
        self.assertIn("unknown error code: -1", case.result[0].text)

    def test_stall_names_its_call(self):
        case = self.case("nanvix-hosted-multi 0.14.4", "pycache_replace, attempt 3")
        self.assertEqual(outcome(case), "failure stall")
        self.assertTrue(case.result[0].message.startswith("open("))

    def test_the_other_verdicts(self):
        for suite, name, wanted in (
                ("uml-hostfs 6.1.119 [reference]", "replace_existing, attempt 1", "failure data_loss"),
                ("nanvix-standalone-legacy 0.13.9", "subdir_sibling, attempt 1", "failure crash"),
                ("nanvix-standalone-legacy 0.13.9", "subdir_to_root, attempt 1", "error no_start"),
                ("nanvix-standalone-legacy 0.13.9", "subdir_to_root, attempt 2", "error error"),
                ("nanvix-hostfs unknown", "cross_directory, attempt 3", "skipped")):
            with self.subTest(name):
                self.assertEqual(outcome(self.case(suite, name)), wanted)

    def test_flaky_is_a_failure_of_its_own(self):
        suite = "uml-fat 6.1.119 [reference]"
        self.assertEqual(outcome(self.case(suite, "subdir_sibling, attempt 1")), "pass")
        case = self.case(suite, "subdir_sibling, attempts agree")
        self.assertEqual(outcome(case), "failure flaky")
        self.assertIn("2 pass, 1 hang", case.result[0].message)

    def test_controls_are_a_suite_of_their_own(self):
        (suite,) = [one for one in suites("eight") if one.name.startswith("nanvix-standalone 0.14.4")
                    and "controls" in one.name]
        self.assertEqual({case.name for case in suite},
                         {"this run is admissible", "control_pass", "control_fail",
                          "control_block", "control_spin"})
        self.assertEqual((suite.failures, suite.errors), (0, 0))

    def test_a_skipped_target_skips_everywhere(self):
        found = [outcome(case) for (suite, _), case in self.cases.items()
                 if suite.startswith("nanvix-hostfs")]
        self.assertEqual(set(found), {"skipped"})


class Doubt(unittest.TestCase):
    def failing(self, name):
        return {(case.name, outcome(case)): case for case in cases(name).values() if case.result}

    def test_inadmissible_is_a_failing_case(self):
        failing = self.failing("inadmissible")
        case = failing[("this run is admissible", "failure inadmissible")]
        self.assertIn("control_block", case.result[0].message)
        self.assertIn("wanted hang, got pass",
                      failing[("control_block", "failure pass")].result[0].message)

    def test_a_stand_in_fails_though_all_is_green(self):
        self.assertEqual([("this run is admissible", "failure inadmissible")],
                         list(self.failing("double")))

    def test_attempts_that_did_not_run_are_errors(self):
        self.assertEqual([("subdir_to_root, every attempt ran", "error missing")],
                         list(self.failing("parts")))

    def test_green_is_green(self):
        self.assertEqual({}, self.failing("green"))

    def test_hostile_text_stays_text(self):
        (case,) = [case for (suite, name), case in cases("hostile").items()
                   if name == "subdir_sibling, attempt 1"]
        self.assertIn("]]> --> <script>alert(1)</script>", case.result[0].message)
        self.assertIn("\\x1b[31mred", case.result[0].message)
        self.assertIn("\\u{202e}evil", case.result[0].message)


running.main()
