# SPDX-License-Identifier: MIT
"""The gate's decision in a report: shown as it is, never made, never of something else."""
import json
import re
import subprocess
from xml.etree import ElementTree

import gate_inputs
from support import samples
from support.build import SOURCE

HEADLINES = {"keep": "Keep -B", "may_be_removed": "-B may be removed",
             "undecided": "Can't decide, -B stays"}


def plain(text):
    """A report's text without its markup."""
    text = re.sub(r"<style>.*?</style>|<script>.*?</script>", "", text, flags=re.S)
    for entity, character in (("&#95;", "_"), ("&#45;", "-"), ("&#39;", "'"), ("&#58;", ":"),
                              ("&#46;", "."), ("&#35;", "#")):
        text = text.replace(entity, character)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", text))


def test_each_answer_is_at_the_top(reports):
    for answer, headline in HEADLINES.items():
        path = reports.decision_path("eight", answer)
        for form in ("markdown", "html"):
            text = plain(reports.report(form, "eight", "--decision", path))
            top = text[:text.index("Shapes by targets")]
            assert headline in top
            for other in set(HEADLINES.values()) - {headline}:
                assert other not in top


def test_criteria_and_reasons_are_shown(reports):
    path = reports.decision_path("eight", "keep")
    for form in ("markdown", "html"):
        text = plain(reports.report(form, "eight", "--decision", path))
        for part in ("NSKIP021", "nanvix/cpython#501", "hosted-multi-process", "unmet",
                     "hang: rename did not come back (2 of 3 attempts)", "1 of 3 needed passed",
                     "upstream_not_given"):
            assert part in text, form


def test_green_cells_do_not_change_the_answer(reports):
    path = reports.decision_path("green", "keep")
    text = plain(reports.report("html", "green", "--decision", path))
    assert "Keep -B" in text
    assert "-B may be removed:" not in text


def test_without_a_decision_none_is_made(reports):
    for name in ("green", "eight"):
        for form in ("markdown", "html"):
            text = plain(reports.report(form, name))
            assert "was given no decision" in text
            for headline in HEADLINES.values():
                assert headline not in text


def test_weaker_criteria_and_waivers_are_never_silent(reports):
    criteria = {"digest": samples.sha256("x"), "as_written": False, "weaker_accepted": True,
                "reasons": [samples.reason("weaker_criteria", "they ask for less")],
                "waivers": []}
    made = samples.decision(list(samples.green().values()), "may_be_removed")
    issues = made["issues"]
    issues[1]["modes"][1]["waived"] = True
    path = reports.decision_path("green", "may_be_removed", criteria=criteria, issues=issues)
    for form in ("markdown", "html"):
        text = plain(reports.report(form, "green", "--decision", path)).lower().replace("*", "")
        assert "weaker than the exit criteria as written, accepted on the command line" in text
        assert re.search("waived(,| and) not measured", text)


def test_terms_stand_in_the_headline_and_below_it(reports):
    made = samples.decision(list(samples.green().values()), "may_be_removed_on_terms")
    criteria = dict(made["criteria"], as_written=False)
    terms = [{"id": "waiver", "detail": "hosted-multi-process"},
             {"id": "weaker_criteria", "detail": "fewer <b>attempts</b>"},
             {"id": "clock_set", "detail": made["decided_at"]}]
    path = reports.decision_path("green", "may_be_removed_on_terms", criteria=criteria, terms=terms)
    for form in ("markdown", "html"):
        text = plain(reports.report(form, "green", "--decision", path))
        top = text[:text.index("Shapes by targets")]
        for part in ("-B may be removed ON TERMS AS OF 2026-11-22T21:00:00Z, A TIME THAT WAS SET (--now)",
                     "waiver: hosted-multi-process", "weaker_criteria: fewer",
                     "as written but for their waivers"):
            assert part in top, form
        assert "every exit criterion" not in top.lower()
    path = reports.decision_path("green", "may_be_removed", terms=terms[2:])
    for form in ("markdown", "html"):
        text = plain(reports.report(form, "green", "--decision", path))
        assert "-B may be removed AS OF 2026-11-22T21:00:00Z, A TIME THAT WAS SET" in text


def test_the_harness_is_shown(reports):
    harness = {"digest": samples.sha256("h"), "status": "unprotected", "modes": [
        {"mode": "standalone", "verdict": "UNPROTECTED", "reason": "one command",
         "unprotected_commands": ["python3 -m test"]}],
        "confined": True, "confinement": "by the kernel", "not_exercised": [
            {"kind": "variable", "names": ["ONE", "OTHER"], "why": "no mode varies it"}]}
    path = reports.decision_path("green", "keep", harness=harness)
    for form in ("markdown", "html"):
        text = plain(reports.report(form, "green", "--decision", path))
        assert re.search(r"harness[^:]*:[* ]*unprotected", text)
        assert re.search(r"unprotected:[* ]*python3 -m test", text)
        assert re.search(r"not exercised: variable `?ONE`?, `?OTHER`?: no mode varies it", text)
        assert "confined: by the kernel" in text


def test_documents_that_are_not_here_are_counted(reports):
    path = reports.decision_path("green", "keep")
    some = reports.sample_paths("green")[:1]
    for form in ("markdown", "html"):
        done = reports.run("-f", form, "-d", path, *some)
        assert "also rests on 2 documents" in plain(done.stdout)


def test_refused_documents_say_why(reports):
    path = reports.decision_path("eight", "keep")
    text = plain(reports.report("html", "eight", "--decision", path))
    assert "refused by the gate: reference_subject: a reference target is no evidence" in text
    assert "evidence of the decision" in text
    text = plain(reports.report("markdown", "eight", "--decision", path))
    assert re.search(r"- native \(sha256:\w+\) - refused: reference_subject: a reference target is no "
                     r"evidence", text)


def test_what_holds_of_every_shape_is_said_once(reports):
    text = plain(reports.report("markdown", "eight", "--decision",
                                reports.decision_path("eight", "keep")))
    assert text.count("all 6 shapes: ✗ **unmet**, 1 of 3 needed passed - hang") == 3
    made = reports.decision_path("green", "keep", issues=one_shape_differs())
    text = plain(reports.report("markdown", "green", "--decision", made))
    assert "subdir_to_root: ? **unknown**, 0 of 3" in text
    assert text.count("all 6 shapes") == 2


def one_shape_differs():
    issues = samples.decision(list(samples.green().values()), "keep")["issues"]
    shape = issues[0]["modes"][0]["shapes"][-1]
    shape.update(status="unknown", passed=0,
                 reasons=[samples.reason("not_tested", "there is no evidence")])
    return issues


def test_a_decision_without_evidence_names_no_release(reports):
    path = reports.decision_path("green", "keep", tested_release=None)
    text = plain(reports.report("markdown", "green", "--decision", path))
    assert "No evidence counts about any release." in text


def test_hostile_text_stays_text(reports):
    hostile = [samples.reason("hang", samples.HOSTILE, samples.HOSTILE)]
    made = samples.decision(list(samples.green().values()))
    issues = made["issues"]
    for one in issues:
        one["issue"] = one["reference"] = samples.HOSTILE
        one["upstream"]["reasons"] = one["modes"][0]["reasons"] = hostile
    path = reports.decision_path("green", "keep", issues=issues,
                                 tested_release=samples.HOSTILE)
    for form in ("markdown", "html"):
        text = reports.report(form, "green", "--decision", path)
        assert "<script>alert" not in text
        assert "\x1b" not in text
        assert "\u202e" not in text


def decide(reports, documents, *arguments):
    """What the gate itself decides."""
    done = subprocess.run([reports.program, "gate", "--json", *arguments, *documents],
                          capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, reports.write("decided.json", done.stdout)


def assert_reported(reports, headline, path, documents):
    for form in ("markdown", "html"):
        done = reports.run("-f", form, "-d", path, *documents)
        assert (done.returncode, done.stderr) == (0, "")
        top = plain(done.stdout).split("Shapes by targets")[0]
        assert headline in top
        for other in set(HEADLINES.values()) - {headline}:
            assert other not in top


def test_the_gate_says_keep_and_so_does_the_report(reports):
    documents = reports.sample_paths("eight")
    code, path = decide(reports, documents, "--now", "2026-11-22T21:00:00Z")
    assert code == 1
    assert_reported(reports, HEADLINES["keep"], path, documents)


def test_the_gate_says_may_be_removed_and_so_does_the_report(reports):
    criteria = json.loads((SOURCE / "ci/criteria.json").read_text())
    version, build_id = gate_inputs.program_identity(reports.program)
    paths = {name: reports.write("yes-" + name, json.dumps(made)) for name, made in
             gate_inputs.make_inputs(build_id, version, criteria).items()}
    del paths["criteria.json"]
    upstream = paths.pop("upstream.json")
    code, path = decide(reports, paths.values(), "--now", gate_inputs.NOW, "--upstream", upstream)
    assert code == 0
    assert_reported(reports, HEADLINES["may_be_removed"], path, paths.values())


def refuse(reports, path, why, form="html", name="green"):
    done = reports.run("-f", form, "-d", path, *reports.sample_paths(name))
    assert (done.returncode, done.stdout) == (2, "")
    assert why in done.stderr


def test_a_decision_about_other_documents(reports):
    refuse(reports, reports.decision_path("history"), "took part in this decision")


def test_an_edited_decision(reports):
    path = reports.decision_path("green")
    with open(path, encoding="utf-8") as file:
        made = json.load(file)
    made["answer"] = "may_be_removed"
    refuse(reports, reports.write("edited.json", json.dumps(made)), "changed after it was written")


def test_something_else(reports):
    refuse(reports, reports.sample_paths("green")[0], "rename-oracle/decision/1")
    refuse(reports, "/nonexistent", "/nonexistent")
    refuse(reports, reports.decision_path("green", "perhaps"), "answer")


def test_it_is_a_test_of_its_own_for_those_who_read_tests(reports):
    terms = [{"id": "weaker_criteria", "detail": 'fewer "attempts" <b>'}]
    for answer, passes, kind in (("keep", False, "failure"), ("undecided", False, "error"),
                                 ("may_be_removed_on_terms", True, "system-out")):
        path = reports.decision_path("green", answer, terms=terms)
        suite = ElementTree.fromstring(reports.report("junit", "green", "-d", path))[0]
        (told,) = suite.find("testcase")
        assert (told.tag, suite.get("failures"), suite.get("errors")) == (
            kind, str(int(kind == "failure")), str(int(kind == "error")))
        assert HEADLINES.get(answer, "").upper() in told.text
        assert 'TERM weaker_criteria: fewer "attempts" <b>' in told.text
        tap = reports.report("tap", "green", "-d", path).splitlines()
        assert tap[2] == f"{'' if passes else 'not '}ok 1 - decision: -B may be removed"
        assert ('    - "  TERM weaker_criteria: fewer \\"attempts\\" <b> (weaker criteria were '
                'accepted)"') in tap


def test_what_is_missing_and_the_guards_are_in_every_format(reports):
    path = reports.decision_path("eight", "keep")
    for form in ("markdown", "html", "junit", "tap"):
        text = plain(reports.report(form, "eight", "-d", path))
        assert "Still missing" in text
        assert "NSKIP021: 3 passes of subdir_sibling on standalone" in text
        assert "guards of NSKIP055: they have to stay" in text
