# SPDX-License-Identifier: MIT
"""compare: each kind of change, evidence and rename time, reports, directories, bad input, exit
codes."""
import json
import os
import shutil
import subprocess

import jsonschema
import pytest

import gate_inputs
from support.build import SOURCE

pytestmark = pytest.mark.sanitize

SHAPE = "subdir_sibling"


class Bench:
    def __init__(self, program, directory):
        self.program, self.directory = program, directory
        self.version, self.build = gate_inputs.program_identity(program)
        schema = json.loads((SOURCE / "results/schema/comparison-1.schema.json").read_text())
        self.validator = jsonschema.Draft202012Validator(schema)

    def write(self, name, verdicts, mode="standalone", **changes):
        """A document whose attempts at one shape come to the verdicts given."""
        document = gate_inputs.make_document(mode, self.build, self.version, 3)
        for attempt, verdict in enumerate(verdicts, 1):
            gate_inputs.apply_change(
                {"x": document}, {"file": "x", "become": verdict,
                                  "at": "/cells/shape=%s,attempt=%d" % (SHAPE, attempt)},
                self.build)
        for pointer, value in changes.items():
            gate_inputs.apply_change({"x": document},
                                     {"file": "x", "at": pointer, "set": value}, self.build)
        path = os.path.join(self.directory, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(gate_inputs.seal(document), file)
        return name

    def run(self, *arguments):
        return subprocess.run([self.program, "compare", *arguments], cwd=self.directory,
                              capture_output=True, text=True, timeout=60, check=False)

    def expect(self, what, condition, detail=""):
        assert condition, (what, detail)

    def compare(self, what, before, after, code, counts, *words, options=()):
        result = self.run(before, after, *options)
        self.expect(what, result.returncode == code, "exit %d" % result.returncode)
        for word in words:
            self.expect(what, word in result.stdout, "%r is not in %s" % (word, result.stdout))
        document = self.run(before, after, "--json", *options)
        self.expect(what, document.returncode == code, "exit %d" % document.returncode)
        comparison = json.loads(document.stdout)
        self.validator.validate(comparison)
        found = {key: value for key, value in comparison["counts"].items() if value}
        self.expect(what, found == counts, "%s, wanted %s" % (found, counts))
        return comparison


@pytest.fixture
def bench(program, tmp_path):
    return Bench(program, str(tmp_path))


def test_each_kind_of_change(bench):
    table = [
        # before, after, change of the one shape, exit
        ("ppp", "ppp", "unchanged", 0), ("hhh", "ppp", "fixed", 0), ("fff", "ppp", "fixed", 0),
        ("eee", "ppp", "fixed", 0), ("ppp", "hhh", "regressed", 1), ("ppp", "pph", "regressed", 1),
        ("ppp", "fff", "regressed", 1), ("ppp", "ccc", "regressed", 1),
        ("ppp", "sss", "regressed", 1), ("ppp", "nnn", "regressed", 1),
        ("ppp", "ppe", "regressed", 1), ("fff", "hhh", "regressed", 1),
        ("fff", "ttt", "regressed", 1), ("fff", "ccc", "regressed", 1),
        ("fff", "eee", "different", 0), ("hhh", "fff", "different", 0), ("hhh", "ttt", "different", 0),
        ("hhh", "sss", "different", 0), ("pph", "hhh", "unchanged", 0),
        ("hhh", "pph", "unchanged", 0), ("fff", "ppf", "unchanged", 0),
    ]
    words = {"p": "pass", "h": "hang", "f": "fail", "e": "error", "c": "crash", "s": "skip",
             "n": "no_start", "t": "stall"}
    for before, after, change, code in table:
        counts = {"unchanged": 5, change: 1} if change != "unchanged" else {"unchanged": 6}
        bench.compare("%s to %s" % (before, after),
                      bench.write("before.json", [words[letter] for letter in before]),
                      bench.write("after.json", [words[letter] for letter in after]),
                      code, counts)


def test_evidence_and_rename_time(bench):
    blocked = bench.write("blocked.json", ["hang"] * 3)
    at = "/cells/shape=%s/evidence/state" % SHAPE
    spinning = bench.write("spinning.json", ["hang"] * 3, **{at: "spinning"})
    bench.compare("evidence", blocked, spinning, 0, {"unchanged": 6},
                  "unchanged  nanvix-standalone        subdir_sibling       "
                  "3 hang (blocked) -> 3 hang (spinning)")
    at = "/cells/shape=%s,attempt=" % SHAPE
    untimed = bench.write("untimed.json", ["pass"] * 3, **{
        at + "1/rename_ms": None, at + "2/rename_ms": None, at + "3/rename_ms": None})
    whole = bench.write("whole.json", ["pass"] * 3, **{at + "2/rename_ms": 7})
    bench.compare("a whole number of ms", bench.write("usual.json", []), whole, 0,
                  {"unchanged": 6}, "rename 0.500 -> 7.000 ms", options=["--all"])
    result = bench.run(untimed, whole, "--all").stdout
    bench.expect("no time", "; rename" not in [line for line in result.splitlines()
                                               if SHAPE in line][0], result)
    bench.expect("silence", bench.run(blocked, blocked).stdout.count("\n") == 1)
    slow = bench.write("slow.json", ["pass"] * 3,
                       **{"/cells/shape=%s,attempt=2/rename_ms" % SHAPE: 250.125})
    fast = bench.write("fast.json", ["pass"] * 3)
    bench.compare("time", fast, slow, 0, {"unchanged": 6}, "rename 0.500 -> 250.125 ms",
                  options=["--all"])
    lost = bench.write("lost.json", ["fail"] * 3,
                       **{"/cells/shape=%s,attempt=1/data_loss" % SHAPE: True})
    failing = bench.write("failing.json", ["fail"] * 3)
    bench.compare("less data loss", lost, failing, 0, {"unchanged": 6},
                  "3 fail with data loss -> 3 fail")
    with open(os.path.join(bench.directory, fast), encoding="utf-8") as file:
        document = json.load(file)
    document["cells"].pop()
    with open(os.path.join(bench.directory, "fewer.json"), "w", encoding="utf-8") as file:
        json.dump(gate_inputs.seal(document), file)
    bench.expect("fewer passes", bench.run(fast, "fewer.json").stdout.count("\n") == 1)
    flaky = bench.write("flaky.json", ["pass", "pass", "hang"])
    bench.compare("no longer flaky", flaky, blocked, 0, {"unchanged": 6}, "-> 3 hang")
    bench.compare("as much data loss", lost, lost, 0, {"unchanged": 6})
    later = bench.write("later.json", ["fail"] * 3,
                        **{"/cells/shape=%s,attempt=3/data_loss" % SHAPE: True})
    bench.compare("data loss in another attempt", lost, later, 0, {"unchanged": 6})
    bench.compare("data loss", failing, lost, 1, {"unchanged": 5, "regressed": 1},
                  "3 fail -> 3 fail with data loss")


def test_wherever_documents_lie(bench):
    one = bench.write("one/standalone.json", [])
    both = bench.write("both/standalone.json", [])
    bench.write("both/multi.json", [], mode="multi")
    bench.write("both/again.json", [], mode="multi")
    bench.compare("new", "one", "both", 0, {"unchanged": 6, "new": 6}, "nothing -> 3 pass")
    bench.compare("gone", "both", "one", 0, {"unchanged": 6, "gone": 6}, "3 pass -> nothing")
    for name in ("notes.txt", "x", "long.name", "x.jsonl"):
        with open(os.path.join(bench.directory, "one", name), "w", encoding="utf-8") as file:
            file.write("no document")
    bench.compare("among other files", "one", one, 0, {"unchanged": 6})
    # Wherever a document lies and whatever its directory is called, it is seen.
    for number, name in enumerate(("artifacts", ".git", "a/b/artifacts", "x.json", ".h.json/deep")):
        bench.write("seen%d/standalone.json" % number, [])
        bench.write("seen%d/%s/hang.json" % (number, name), ["hang"])
        bench.compare("below " + name, one, "seen%d" % number, 1, {"unchanged": 5, "regressed": 1})
    bench.write("behind/standalone.json", [])
    os.symlink("../seen0/artifacts", os.path.join(bench.directory, "behind", "more"))
    bench.compare("behind a link", one, "behind", 1, {"unchanged": 5, "regressed": 1})
    bench.write("capitals/HANG.JSON", ["hang"] * 3)
    bench.compare("in capitals", one, "capitals", 1, {"unchanged": 5, "regressed": 1})
    for name in ("hang.json.gz", "hang.JSON~", "hang.json.bak"):
        bench.write("packed%s/here.json" % name, [])
        bench.write("packed%s/%s" % (name, name), ["hang"] * 3)
        passed_over = bench.run(one, "packed" + name)
        assert passed_over.returncode == 2 and name in passed_over.stderr, passed_over
    bench.write("seen/standalone.json", [])
    bench.write("seen/.hang.json", ["hang"])
    bench.compare("hidden", one, "seen", 1, {"unchanged": 5, "regressed": 1})
    for name, words in (("gone.json", "gone.json: cannot be read"), ("loop.json", "is a link to a directory that it is in")):
        os.symlink("nowhere" if name == "gone.json" else ".", os.path.join(bench.directory, "both", name))
        result = bench.run(one, "both")
        bench.expect(name, result.returncode == 2 and words in result.stderr, result.stderr)
        os.remove(os.path.join(bench.directory, "both", name))
    bench.write("last/other.json", [], **{"/target/name": "z-target"})
    bench.write("last/standalone.json", [])
    bench.compare("gone at the end", "last", one, 0, {"unchanged": 6, "gone": 6})
    bench.compare("new at the end", one, "last", 0, {"unchanged": 6, "new": 6})
    bench.compare("strict", "both", "one", 1, {"unchanged": 6, "gone": 6}, options=["--strict"])
    bench.compare("file and directory", one, os.path.dirname(both), 0, {"unchanged": 6, "new": 6})


def test_reports(bench):
    report = str(SOURCE / "results/baseline/reported.json")
    fixed = bench.write("fixed.json", [])
    comparison = bench.compare("report", report, fixed, 0,
                               {"fixed": 3, "unchanged": 1, "new": 2, "gone": 12},
                               "hang, not measured -> 3 pass")
    bench.expect("report", comparison["baseline"] == [], "a report has no digest")
    reports = os.path.join(bench.directory, "reports")
    os.mkdir(reports)
    for name in ("a.json", "b.json"):
        shutil.copy(report, os.path.join(reports, name))
    twice = bench.compare("two reports", "reports", fixed, 0,
                          {"fixed": 3, "unchanged": 1, "new": 2, "gone": 12})
    bench.expect("two reports", twice["cells"] == comparison["cells"])
    reference = bench.write("reference.json", [], **{"/subject/kind": "reference",
                                                     "/target/name": "uml-fat"})
    bench.compare("report and reference", report, reference, 0, {"new": 6, "gone": 16})
    result = bench.run(fixed, report)
    bench.expect("report as new", result.returncode == 2 and "is a report" in result.stderr,
                 result.stderr)


def test_what_is_expected_of_nanvix(bench):
    """What is expected of Nanvix is compared like a report, of shapes that there are."""
    path = str(SOURCE / "results/baseline/expected-nanvix.json")
    with open(path, encoding="utf-8") as file:
        cells = json.load(file)["modes"][0]["cells"]
    for cell in cells:
        bench.expect("expected", any(os.path.exists(SOURCE / "probes" / place / f"{cell['shape']}.c")
                                     for place in (".", "extended")), cell["shape"])
    lost = sum(1 for cell in cells if cell.get("data_loss"))
    fixed = bench.write("as-expected.json", [])
    comparison = bench.compare("expected", path, fixed, 0, {"unchanged": 6, "gone": len(cells) - 6})
    bench.expect("expected", lost == sum(1 for cell in comparison["cells"]
                                         if cell["baseline"]["data_loss"]), "losses are taken over")


def test_bad_input(bench):
    good = bench.write("good.json", [])
    os.mkdir(os.path.join(bench.directory, "empty"))
    for name, text in (("broken.json", "{"), ("decision.json", '{"schema": "x"}'), ("nul.json", "\0"),
                       ("report.json", '{"schema": "rename-oracle/reported/1"}')):
        with open(os.path.join(bench.directory, name), "w", encoding="utf-8") as file:
            file.write(text)
    bench.write("times.json", [], **{"/run/started": "2026-02-30T10:00:00Z",
                                     "/run/finished": "2026-02-31T10:00:00Z"})
    with open(os.path.join(bench.directory, good), encoding="utf-8") as file:
        edited = json.load(file)
    edited["complete"] = False
    with open(os.path.join(bench.directory, "edited.json"), "w", encoding="utf-8") as file:
        json.dump(edited, file)
    for name, words in (("nowhere.json", "nowhere.json: cannot be read"),
                        ("empty", "empty: no *.json in this directory"),
                        ("broken.json", "broken.json:1:1: not valid JSON"),
                        ("nul.json", "nul.json:1:1: a NUL byte"),
                        ("decision.json", "decision.json:1:12: not a rename-oracle/verdict/1"),
                        ("report.json", "report.json:1:1"),
                        ("edited.json", "edited or damaged"), ("times.json", "no such time"), ("/dev/null", "not a regular file")):
        for arguments in ((name, good), (good, name)):
            result = bench.run(*arguments)
            wanted = words if arguments[0] == name or name != "report.json" else "is a report"
            bench.expect("bad input " + name, result.returncode == 2 and wanted in result.stderr
                         and result.stdout == "", result.stderr)
    for arguments in ((), (good,), (good, good, good), (good, good, "--nonsense")):
        bench.expect("usage %s" % (arguments,), bench.run(*arguments).returncode == 2)
