# SPDX-License-Identifier: MIT
"""TAP 14, read back by two existing consumers and a YAML parser."""
import functools
import json
import re
import subprocess

import pytest

from support import needs, samples

yaml = needs.module("yaml", "python3-yaml")
needs.program("node", "nodejs")
needs.program("prove", "perl")

# Prints what tap-parser (node-tap's, which knows TAP 14) makes of its input, as JSON.
READER = r"""
const Parser = require("tap-parser");
const told = {points: [], extra: [], version: null};
const parser = new Parser({strict: true}, (all) => {
    told.errors = all.failures.filter((one) => one.tapError);
    told.count = all.count; told.plan = all.plan; told.bailout = all.bailout;
    console.log(JSON.stringify(told));
});
parser.on("version", (version) => { told.version = version; });
parser.on("extra", (text) => told.extra.push(text));
parser.on("assert", (point) => told.points.push(
    {ok: point.ok, id: point.id, name: point.name, skip: point.skip || null, diag: point.diag}));
process.stdin.on("data", (data) => parser.write(data)).on("end", () => parser.end());
"""


@functools.lru_cache(maxsize=None)
def read(reports, name):
    done = subprocess.run(["node", "-e", READER], input=reports.report("tap", name), text=True,
                          capture_output=True, timeout=60, check=False,
                          env={"NODE_PATH": "/usr/share/nodejs", "PATH": "/usr/bin:/bin"})
    if "Cannot find module 'tap-parser'" in done.stderr:
        pytest.skip("node module tap-parser is missing (package node-tap-parser)")
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)


def outcome(point):
    return "skip" if point["skip"] else "ok" if point["ok"] else "not ok"


def test_node_tap_parser_finds_nothing_wrong(reports):
    for name in samples.SETS:
        told = read(reports, name)
        assert told["version"] == 14
        assert told["errors"] == []
        assert told["extra"] == []
        assert not told["bailout"]
        assert told["count"] == told["plan"]["end"]
        names = [point["name"] for point in told["points"]]
        assert len(names) == len(set(names))


def test_perl_finds_nothing_wrong(reports):
    # Perl 5.36's reader knows version 13; the rest of what is written is the same in both.
    for name in ("eight", "hostile", "parts"):
        text = reports.report("tap", name).replace("TAP version 14", "TAP version 13", 1)
        done = subprocess.run(["prove", "--verbose", "--exec", "cat", "/dev/stdin"], input=text,
                              text=True, capture_output=True, timeout=60, check=False)
        assert "Parse errors" not in done.stdout + done.stderr
        assert f"Tests={len(read(reports, name)['points'])}" in done.stdout


def test_diagnostics_are_yaml(reports):
    for name in ("eight", "hostile"):
        blocks = re.findall(r"^  ---\n(.*?)^  \.\.\.\n", reports.report("tap", name), re.M | re.S)
        assert len(blocks) > 0
        for block in blocks:
            assert "message" in yaml.safe_load(block)


@pytest.fixture(name="points", scope="module")
def points_of_eight(reports):
    return {point["name"]: point for point in read(reports, "eight")["points"]}


def test_each_verdict_is_ok_not_ok_or_skip(points):
    for name, wanted in (
            ("native 6.1.0-28-amd64 [reference]: subdir_sibling, attempt 1", "ok"),
            ("nanvix-standalone 0.14.4: subdir_sibling, attempt 1", "not ok"),
            ("nanvix-standalone-legacy 0.13.9: subdir_sibling, attempt 1", "not ok"),
            ("nanvix-standalone-legacy 0.13.9: subdir_to_root, attempt 1", "not ok"),
            ("uml-hostfs 6.1.119 [reference]: replace_existing, attempt 2", "not ok"),
            ("uml-fat 6.1.119 [reference]: subdir_sibling, attempts agree", "not ok"),
            ("nanvix-hostfs unknown: cross_directory, attempt 1", "skip")):
        assert outcome(points[name]) == wanted, name


def test_a_hang_says_where_and_how(points):
    diagnosis = points["nanvix-standalone 0.14.4: subdir_sibling, attempt 1"]["diag"]
    assert diagnosis["verdict"] == "hang"
    assert (diagnosis["call"], diagnosis["state"]) == ("rename", "blocked")
    assert "did not come back in 10.0 s" in diagnosis["message"]


def test_a_skip_has_its_reason_and_is_never_a_plain_ok(points):
    found = {name: point for name, point in points.items() if "nanvix-hostfs" in name}
    assert len(found) == 19
    for point in found.values():
        assert "/dev/kvm" in point["skip"]


def test_what_does_not_count_is_not_ok(reports):
    def bad(name):
        return [point["name"].split(": ")[1] for point in read(reports, name)["points"]
                if not point["ok"]]

    assert bad("green") == []
    assert re.search(r"^run \S+ is admissible$", " ".join(bad("double")))
    assert re.search(r"^run \S+ is admissible control control_block of run \S+ shows hang$",
                     " ".join(bad("inadmissible")))
    assert bad("parts") == ["subdir_to_root, 1 planned attempts did not run"]
