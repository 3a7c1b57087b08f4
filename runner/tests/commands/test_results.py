# SPDX-License-Identifier: MIT
"""Where results go, how they are found again, and how they go away."""
import os
import re
import subprocess

import pytest


@pytest.fixture
def call(program, tmp_path):
    def run(*words, code=0):
        done = subprocess.run([program, *words], cwd=tmp_path, capture_output=True, text=True,
                              timeout=120, check=False)
        assert done.returncode == code, (words, done)
        return done.stdout + done.stderr
    return run


QUICK = ("run", "-t", "native", "-s", "tmp_root_sibling", "--no-controls")


def test_a_run_says_how_its_page_is_made(call, tmp_path):
    page, = re.findall(r"^page: +\S+ (report .*)$", call(*QUICK), re.M)
    call(*page.split())
    assert "<html" in (tmp_path / "report.html").read_text()


def test_report_shows_the_last_run(call, tmp_path):
    assert "results: there is no run with a document here" in call("report", code=2)
    call(*QUICK)
    call("run", "-t", "native", "-s", "subdir_sibling", "--no-controls")
    said = call("report").replace("&#95;", "_")
    assert "subdir_sibling" in said and "tmp_root_sibling" not in said, said
    for name, begins in (("a.html", "<!doctype"), ("a.xml", "<?xml"), ("a.tap", "TAP version"), ("a.md", "## ")):
        call("report", "-o", name)
        text = (tmp_path / name).read_text().lower()
        assert text.startswith(begins.lower()), (name, text[:80])
    assert "--format: say" in call("report", "-o", "a.pdf", code=2)
    both = call("report", "results").replace("&#95;", "_")
    assert "subdir_sibling" in both and "tmp_root_sibling" in both, both


def test_the_gate_takes_a_directory(call):
    call(*QUICK)
    said = call("gate", "results", code=1)
    assert "reference_subject: a reference target is no evidence" in said, said
    os_error = call("gate", ".", "nowhere", code=2)
    assert "nowhere" in os_error


def test_clean_removes_old_runs_and_nothing_else(call, tmp_path):
    results = tmp_path / "results"
    for _ in range(3):
        call(*QUICK)
    (results / "schema").mkdir()
    (results / "20200101T000000Z-00000000").mkdir()
    (results / "20200101T000000Z-00000000" / "notes.txt").write_text("mine")
    (results / "20200101T000000Z-00000001").symlink_to(tmp_path)
    runs = sorted(path.name for path in results.glob("2*") if path.stat().st_mtime and not path.is_symlink())
    said = call("clean", "--dry-run", "--keep-last", "1")
    assert said.count("would remove") == 2 and len(list(results.iterdir())) == 6, said
    assert call("clean") == "", "ten are kept"
    said = call("clean", "--keep-last", "1")
    assert said.count("removed results/") == 2, said
    left = sorted(os.listdir(results))
    assert left == sorted([runs[0], "20200101T000000Z-00000001", runs[-1], "schema"]), left
    assert call("clean", "--keep-last", "0").count("removed") == 1
    assert "--keep-last: 'some' is no number" in call("clean", "--keep-last", "some", code=2)
    assert call("clean", "-o", "nowhere") == ""
