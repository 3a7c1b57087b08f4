#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A document that `rename-oracle run` really wrote, in every format: the samples are made up."""
import glob
import os
import re
import subprocess
import unittest

import running


class RealRun(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        place = os.path.join(running.directory, "run")
        subprocess.run([running.PROGRAM, "run", "--quiet", "--target", "native", "--shape",
                        "subdir_sibling", "--output", place], timeout=120, check=True)
        (cls.document,) = glob.glob(os.path.join(place, "*", "native.json"))

    def report(self, form):
        done = running.run("--format", form, self.document)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def test_all_is_well_in_junit_and_tap(self):
        self.assertRegex(self.report("junit"), 'tests="6" failures="0" errors="0" skipped="0"')
        tap = self.report("tap")
        self.assertIn("1..6\n", tap)
        self.assertNotIn("not ok", tap)

    def test_the_blocking_control_shows_its_stuck_call(self):
        page = self.report("html")
        (row,) = re.findall(r"<tr class=stuck>.*", page[:page.index("control_spin")])
        self.assertRegex(row, r"<b>rename</b> from=\S+ to=\S+<td colspan=2>.*did not come back")
        self.assertIn("Evidence: blocked", page)
        self.assertIn("Evidence: spinning", page)

    def test_a_pass_tells_each_call_with_its_result(self):
        page = self.report("html")
        self.assertRegex(page, r"rename from=\S*/s/a to=\S*/s/b → ret=0")
        self.assertRegex(page, r"check listing result=held")

    def test_the_matrix_in_markdown(self):
        self.assertRegex(self.report("markdown"), r"(?m)^\| <code>subdir.*✓ pass<br>1 of 1 \|$")


running.main()
