#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The gate's decision in a report: shown as it is, never made, never of something else."""
import json
import os
import re
import subprocess
import sys
import unittest

import make_samples
import running

HEADLINES = {"keep": "Keep -B", "may_be_removed": "-B may be removed",
             "undecided": "Can't decide: -B stays"}


def plain(text):
    """A report's text without its markup."""
    text = re.sub(r"<style>.*?</style>|<script>.*?</script>", "", text, flags=re.S)
    for entity, character in (("&#95;", "_"), ("&#45;", "-"), ("&#39;", "'"), ("&#58;", ":"),
                              ("&#46;", "."), ("&#35;", "#")):
        text = text.replace(entity, character)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", text))


class Shown(unittest.TestCase):
    def test_each_answer_is_at_the_top(self):
        for answer, headline in HEADLINES.items():
            path = running.decision_path("eight", answer)
            for form in ("markdown", "html"):
                with self.subTest(answer=answer, form=form):
                    text = plain(running.report(form, "eight", "--decision", path))
                    top = text[:text.index("Shapes by targets")]
                    self.assertIn(headline, top)
                    for other in set(HEADLINES.values()) - {headline}:
                        self.assertNotIn(other, top)

    def test_criteria_and_reasons_are_shown(self):
        path = running.decision_path("eight", "keep")
        for form in ("markdown", "html"):
            text = plain(running.report(form, "eight", "--decision", path))
            for part in ("NSKIP021", "nanvix/cpython#501", "hosted-multi-process", "unmet",
                         "hang: rename did not come back (2 of 3 attempts)", "1 of 3 needed passed",
                         "upstream_not_given"):
                self.assertIn(part, text, form)

    def test_green_cells_do_not_change_the_answer(self):
        path = running.decision_path("green", "keep")
        text = plain(running.report("html", "green", "--decision", path))
        self.assertIn("Keep -B", text)
        self.assertNotIn("-B may be removed:", text)

    def test_without_a_decision_none_is_made(self):
        for name in ("green", "eight"):
            for form in ("markdown", "html"):
                text = plain(running.report(form, name))
                self.assertIn("was given no decision", text)
                for headline in HEADLINES.values():
                    self.assertNotIn(headline, text)

    def test_weaker_criteria_and_waivers_are_never_silent(self):
        criteria = {"digest": make_samples.sha256("x"), "as_written": False, "weaker_accepted": True,
                    "reasons": [make_samples.reason("weaker_criteria", "they ask for less")],
                    "waivers": []}
        made = make_samples.decision(list(make_samples.green().values()), "may_be_removed")
        issues = made["issues"]
        issues[1]["modes"][1]["waived"] = True
        path = running.decision_path("green", "may_be_removed", criteria=criteria, issues=issues)
        for form in ("markdown", "html"):
            text = plain(running.report(form, "green", "--decision", path)).lower()
            self.assertIn("weaker than the exit criteria as written, and were accepted so", text)
            self.assertRegex(text, "waived(,| and) not measured")

    def test_terms_stand_in_the_headline_and_below_it(self):
        made = make_samples.decision(list(make_samples.green().values()), "may_be_removed_on_terms")
        criteria = dict(made["criteria"], as_written=False)
        terms = [{"id": "waiver", "detail": "hosted-multi-process"},
                 {"id": "weaker_criteria", "detail": "fewer <b>attempts</b>"},
                 {"id": "clock_set", "detail": made["decided_at"]}]
        path = running.decision_path("green", "may_be_removed_on_terms", criteria=criteria, terms=terms)
        for form in ("markdown", "html"):
            text = plain(running.report(form, "green", "--decision", path))
            top = text[:text.index("Shapes by targets")]
            for part in ("-B may be removed ON TERMS AS OF 2026-11-22T21:00:00Z, A TIME THAT WAS SET (--now)",
                         "waiver: hosted-multi-process", "weaker_criteria: fewer",
                         "as written but for their waivers"):
                self.assertIn(part, top, form)
            self.assertNotIn("every exit criterion", top.lower())
        path = running.decision_path("green", "may_be_removed", terms=terms[2:])
        for form in ("markdown", "html"):
            text = plain(running.report(form, "green", "--decision", path))
            self.assertIn("-B may be removed AS OF 2026-11-22T21:00:00Z, A TIME THAT WAS SET", text)

    def test_the_harness_is_shown(self):
        harness = {"digest": make_samples.sha256("h"), "status": "unprotected", "modes": [
            {"mode": "standalone", "verdict": "UNPROTECTED", "reason": "one command",
             "unprotected_commands": ["python3 -m test"]}]}
        path = running.decision_path("green", "keep", harness=harness)
        for form in ("markdown", "html"):
            text = plain(running.report(form, "green", "--decision", path))
            self.assertRegex(text, r"harness[^:]*:[* ]*unprotected")
            self.assertRegex(text, r"unprotected: `?python3 -m test")

    def test_documents_that_are_not_here_are_counted(self):
        path = running.decision_path("green", "keep")
        some = running.sample_paths("green")[:1]
        for form in ("markdown", "html"):
            done = running.run("-f", form, "-d", path, *some)
            self.assertIn("also rests on 2 documents", plain(done.stdout))

    def test_refused_documents_say_why(self):
        path = running.decision_path("eight", "keep")
        text = plain(running.report("html", "eight", "--decision", path))
        self.assertIn("refused by the gate: reference_subject: a reference target is no evidence",
                      text)
        self.assertIn("evidence of the decision", text)
        text = plain(running.report("markdown", "eight", "--decision", path))
        self.assertRegex(text, r"- refused: native \(sha256:\w+\) - reference_subject: a reference "
                               r"target is no evidence")

    def test_what_holds_of_every_shape_is_said_once(self):
        text = plain(running.report("markdown", "eight", "--decision",
                                    running.decision_path("eight", "keep")))
        self.assertEqual(text.count("all 6 shapes: ✗ **unmet**, 1 of 3 needed passed - hang"), 3)
        made = running.decision_path("green", "keep", issues=self.one_shape_differs())
        text = plain(running.report("markdown", "green", "--decision", made))
        self.assertIn("subdir_to_root: ? **unknown**, 0 of 3", text)
        self.assertEqual(text.count("all 6 shapes"), 2)

    @staticmethod
    def one_shape_differs():
        issues = make_samples.decision(list(make_samples.green().values()), "keep")["issues"]
        shape = issues[0]["modes"][0]["shapes"][-1]
        shape.update(status="unknown", passed=0,
                     reasons=[make_samples.reason("not_tested", "there is no evidence")])
        return issues

    def test_a_decision_without_evidence_names_no_release(self):
        path = running.decision_path("green", "keep", tested_release=None)
        text = plain(running.report("markdown", "green", "--decision", path))
        self.assertIn("No evidence counts about any release.", text)

    def test_hostile_text_stays_text(self):
        hostile = [make_samples.reason("hang", make_samples.HOSTILE, make_samples.HOSTILE)]
        made = make_samples.decision(list(make_samples.green().values()))
        issues = made["issues"]
        for one in issues:
            one["issue"] = one["reference"] = make_samples.HOSTILE
            one["upstream"]["reasons"] = one["modes"][0]["reasons"] = hostile
        path = running.decision_path("green", "keep", issues=issues,
                                     tested_release=make_samples.HOSTILE)
        for form in ("markdown", "html"):
            text = running.report(form, "green", "--decision", path)
            self.assertNotIn("<script>alert", text)
            self.assertNotIn("\x1b", text)
            self.assertNotIn("\u202e", text)


class FromTheGate(unittest.TestCase):
    """The gate itself decides, and the report says the same."""

    def decide(self, documents, *arguments):
        done = subprocess.run([running.PROGRAM, "gate", "--json", *arguments, *documents],
                              capture_output=True, text=True, timeout=60, check=False)
        path = os.path.join(running.directory, "decided.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write(done.stdout)
        return done.returncode, path

    def assert_reported(self, headline, path, documents):
        for form in ("markdown", "html"):
            done = running.run("-f", form, "-d", path, *documents)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            top = plain(done.stdout).split("Shapes by targets")[0]
            self.assertIn(headline, top)
            for other in set(HEADLINES.values()) - {headline}:
                self.assertNotIn(other, top)

    def test_keep(self):
        documents = running.sample_paths("eight")
        code, path = self.decide(documents, "--now", "2026-11-22T21:00:00Z")
        self.assertEqual(code, 1)
        self.assert_reported(HEADLINES["keep"], path, documents)

    def test_may_be_removed(self):
        sys.path.insert(0, os.path.join(running.SOURCE, "runner/tests/gate"))
        import gate_inputs
        with open(os.path.join(running.SOURCE, "ci/criteria.json"), encoding="utf-8") as file:
            criteria = json.load(file)
        build, version = reversed(gate_inputs.program_identity(running.PROGRAM))
        paths = {}
        for name, made in gate_inputs.make_inputs(build, version, criteria).items():
            paths[name] = os.path.join(running.directory, "yes-" + name)
            with open(paths[name], "w", encoding="utf-8") as file:
                json.dump(made, file)
        del paths["criteria.json"]
        upstream = paths.pop("upstream.json")
        code, path = self.decide(paths.values(), "--now", gate_inputs.NOW, "--upstream", upstream)
        self.assertEqual(code, 0)
        self.assert_reported(HEADLINES["may_be_removed"], path, paths.values())


class Refused(unittest.TestCase):
    def refuse(self, path, why, form="html", name="green"):
        done = running.run("-f", form, "-d", path, *running.sample_paths(name))
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn(why, done.stderr)

    def test_a_decision_about_other_documents(self):
        self.refuse(running.decision_path("history"), "took part in this decision")

    def test_an_edited_decision(self):
        path = running.decision_path("green")
        with open(path, encoding="utf-8") as file:
            made = json.load(file)
        made["answer"] = "may_be_removed"
        with open(path + ".edited", "w", encoding="utf-8") as file:
            json.dump(made, file)
        self.refuse(path + ".edited", "changed after it was written")

    def test_something_else(self):
        self.refuse(running.sample_paths("green")[0], "rename-oracle/decision/1")
        self.refuse("/nonexistent", "/nonexistent")
        self.refuse(running.decision_path("green", "perhaps"), "answer")

    def test_formats_without_a_place_for_it(self):
        for form in ("junit", "tap"):
            self.refuse(running.decision_path("green"), "no place for a decision", form)


running.main()
