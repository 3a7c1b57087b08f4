#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""TAP 14, read back by two existing consumers and a YAML parser."""
import functools
import json
import re
import subprocess
import unittest

import make_samples
import running

yaml = running.need("yaml", "python3-yaml")
running.need_program("node", "nodejs")
running.need_program("prove", "perl")

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
def read(name):
    done = subprocess.run(["node", "-e", READER], input=running.report("tap", name), text=True,
                          capture_output=True, timeout=60, check=False,
                          env={"NODE_PATH": "/usr/share/nodejs", "PATH": "/usr/bin:/bin"})
    if "Cannot find module 'tap-parser'" in done.stderr:
        running.skip("node module tap-parser is missing (package node-tap-parser)")
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)


def outcome(point):
    return "skip" if point["skip"] else "ok" if point["ok"] else "not ok"


class Form(unittest.TestCase):
    def test_node_tap_parser_finds_nothing_wrong(self):
        for name in make_samples.SETS:
            with self.subTest(name):
                told = read(name)
                self.assertEqual(told["version"], 14)
                self.assertEqual(told["errors"], [])
                self.assertEqual(told["extra"], [])
                self.assertFalse(told["bailout"])
                self.assertEqual(told["count"], told["plan"]["end"])
                names = [point["name"] for point in told["points"]]
                self.assertEqual(len(names), len(set(names)))

    def test_perl_finds_nothing_wrong(self):
        # Perl 5.36's reader knows version 13; the rest of what is written is the same in both.
        for name in ("eight", "hostile", "parts"):
            text = running.report("tap", name).replace("TAP version 14", "TAP version 13", 1)
            done = subprocess.run(["prove", "--verbose", "--exec", "cat", "/dev/stdin"], input=text,
                                  text=True, capture_output=True, timeout=60, check=False)
            self.assertNotIn("Parse errors", done.stdout + done.stderr)
            self.assertIn(f"Tests={len(read(name)['points'])}", done.stdout)

    def test_diagnostics_are_yaml(self):
        for name in ("eight", "hostile"):
            blocks = re.findall(r"^  ---\n(.*?)^  \.\.\.\n", running.report("tap", name), re.M | re.S)
            self.assertGreater(len(blocks), 0)
            for block in blocks:
                self.assertIn("message", yaml.safe_load(block))


class Verdicts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.points = {point["name"]: point for point in read("eight")["points"]}

    def test_verdicts(self):
        for name, wanted in (
                ("native 6.1.0-28-amd64 [reference]: subdir_sibling, attempt 1", "ok"),
                ("nanvix-standalone 0.14.4: subdir_sibling, attempt 1", "not ok"),
                ("nanvix-standalone-legacy 0.13.9: subdir_sibling, attempt 1", "not ok"),
                ("nanvix-standalone-legacy 0.13.9: subdir_to_root, attempt 1", "not ok"),
                ("uml-hostfs 6.1.119 [reference]: replace_existing, attempt 2", "not ok"),
                ("uml-fat 6.1.119 [reference]: subdir_sibling, attempts agree", "not ok"),
                ("nanvix-hostfs unknown: cross_directory, attempt 1", "skip")):
            with self.subTest(name):
                self.assertEqual(outcome(self.points[name]), wanted)

    def test_a_hang_says_where_and_how(self):
        diagnosis = self.points["nanvix-standalone 0.14.4: subdir_sibling, attempt 1"]["diag"]
        self.assertEqual(diagnosis["verdict"], "hang")
        self.assertEqual((diagnosis["call"], diagnosis["state"]), ("rename", "blocked"))
        self.assertIn("did not come back in 10.0 s", diagnosis["message"])

    def test_a_skip_has_its_reason_and_is_never_a_plain_ok(self):
        found = {name: point for name, point in self.points.items() if "nanvix-hostfs" in name}
        self.assertEqual(len(found), 19)
        for point in found.values():
            self.assertIn("/dev/kvm", point["skip"])

    def test_doubt(self):
        def bad(name):
            return [point["name"].split(": ")[1] for point in read(name)["points"]
                    if not point["ok"]]

        self.assertEqual(bad("green"), [])
        self.assertRegex(" ".join(bad("double")), r"^run \S+ is admissible$")
        self.assertRegex(" ".join(bad("inadmissible")),
                         r"^run \S+ is admissible control control_block of run \S+ shows hang$")
        self.assertEqual(bad("parts"), ["subdir_to_root, 1 planned attempts did not run"])


running.main()
