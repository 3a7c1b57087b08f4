# SPDX-License-Identifier: MIT
"""The command around the formats: what it accepts, where it writes, what it answers with."""
import json
import os
import re
import stat
import subprocess

import pytest

from support import samples

pytestmark = pytest.mark.sanitize
FORMATS = ("junit", "tap", "markdown", "html")


def refuse(reports, *arguments, where="", why=""):
    done = reports.run(*arguments)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert where in done.stderr
    assert why in done.stderr
    return done.stderr


def bad(reports, text):
    return reports.write("bad.json", text)


def test_no_document(reports, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    refuse(reports, "--format", "tap", why="there is no run with a document here")


def test_no_format(reports):
    refuse(reports, "-o", "report.pdf", *reports.sample_paths("green"), why="--format")


def test_unknown_format(reports):
    refuse(reports, "--format", "pdf", *reports.sample_paths("green"), why="junit, tap")


def test_bad_documents(reports):
    good = samples.green()["nanvix-standalone"]
    refuse(reports, "-f", "tap", "/nonexistent.json", where="/nonexistent.json")
    refuse(reports, "-f", "tap", str(reports.directory), where=str(reports.directory))
    for text in ("", "{", "[]", "{}", "null", '{"schema": "rename-oracle/verdict/2"}'):
        path = bad(reports, text)
        error = refuse(reports, "-f", "tap", path, where=path)
        assert error.count("\n") == 1
    wrong = dict(good, complete="yes")
    refuse(reports, "-f", "tap", bad(reports, json.dumps(wrong, indent=1)), where="bad.json:")


def test_one_bad_document_among_good_ones_writes_nothing(reports, tmp_path):
    output = str(tmp_path / "never")
    refuse(reports, "-f", "tap", "-o", output, *reports.sample_paths("green"), bad(reports, "{"))
    assert not os.path.exists(output)


def test_an_edited_document(reports):
    made = samples.hang_cell("subdir_sibling", 1)
    document = samples.document("nanvix-standalone", "0.1", [made], attempts=1)
    document["cells"][0]["verdict"] = "pass"
    path = bad(reports, json.dumps(document, indent=1))
    error = refuse(reports, "-f", "html", path, where=path, why="changed after it was written")
    assert re.search(r"bad\.json:\d+:\d+: ", error)


def test_the_same_document_twice_counts_once(reports):
    paths = reports.sample_paths("green")
    once = reports.run("-f", "tap", *paths).stdout
    assert reports.run("-f", "tap", *paths, paths[0]).stdout == once


def test_the_order_of_documents_does_not_matter(reports):
    paths = reports.sample_paths("history")
    for form in FORMATS:
        assert reports.report(form, "history") == reports.run("-f", form, *reversed(paths)).stdout


def tap_to(reports, path):
    return reports.run("-f", "tap", "-o", str(path), *reports.sample_paths("green"))


def test_a_file_is_like_standard_output(reports, tmp_path):
    assert tap_to(reports, tmp_path / "report").returncode == 0
    assert (tmp_path / "report").read_text() == tap_to(reports, "-").stdout
    assert os.listdir(tmp_path) == ["report"]
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE((tmp_path / "report").stat().st_mode) == 0o666 & ~mask


def test_a_dash_is_standard_output(reports):
    said = tap_to(reports, "-").stdout
    assert "TAP version 14" in said
    assert said == reports.report("tap", "green")


def test_a_file_is_replaced_whole(reports, tmp_path):
    path = tmp_path / "report"
    path.write_text("old " * 100000)
    with open(path, encoding="utf-8") as old:
        assert tap_to(reports, path).returncode == 0
        assert old.read().startswith("old ")  # readers of the old one keep it
    assert "old " not in path.read_text()


def test_a_symbolic_link_is_not_followed(reports, tmp_path):
    path, victim = tmp_path / "report", tmp_path / "victim"
    victim.write_text("precious")
    path.symlink_to(victim)
    done = tap_to(reports, path)
    assert done.returncode == 2
    assert "symbolic link" in done.stderr
    assert path.is_symlink()
    assert victim.read_text() == "precious"
    assert sorted(os.listdir(tmp_path)) == ["report", "victim"]


def test_a_directory_or_a_pipe_is_refused(reports, tmp_path):
    assert tap_to(reports, tmp_path).returncode == 2
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert tap_to(reports, pipe).returncode == 2
    assert pipe.is_fifo()


def test_a_missing_directory_is_an_error(reports, tmp_path):
    done = tap_to(reports, tmp_path / "no/report")
    assert done.returncode == 2
    assert "report" in done.stderr


def test_a_full_standard_output_is_an_error(reports):
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([reports.program, "report", "-f", "html",
                               *reports.sample_paths("green")], stdout=full,
                              stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "standard output" in done.stderr


@pytest.mark.parametrize("name", samples.SETS)
def test_whatever_the_verdicts_writing_them_ends_with_0(reports, name):
    for form in FORMATS:
        reports.report(form, name)


def test_help_names_formats_and_exit_codes(reports):
    done = reports.run("--help")
    assert done.returncode == 0
    for form in FORMATS:
        assert form in done.stdout
    assert re.search("Exit status: 0 .* 2 ", re.sub(r"\s+", " ", done.stdout))
