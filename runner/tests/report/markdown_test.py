#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Markdown, rendered by GitHub's own renderer (cmark-gfm) and read back from its HTML."""
import re
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree

import make_samples
import running

running.need_program("cmark-gfm", "cmark-gfm")


def render(name):
    """The rendered report as a tree; --unsafe, for GitHub renders HTML, too, and cleans it later."""
    done = subprocess.run(["cmark-gfm", "--unsafe", "-e", "table", "-e", "autolink", "-e",
                           "strikethrough"], input=running.report("markdown", name), text=True,
                          capture_output=True, timeout=30, check=True)
    return ElementTree.fromstring("<all>" + done.stdout.replace("<br>", "<br/>") + "</all>")


def text(element):
    return re.sub(r"\s+", " ", " ".join(element.itertext())).strip()


def tables(tree):
    """Every table as a list of rows, each a list of cells' texts."""
    return [[[text(cell) for cell in row] for row in table.iter("tr")]
            for table in tree.iter("table")]


class Markdown(unittest.TestCase):
    def test_every_row_is_as_long_as_its_table_is_wide(self):
        for name in make_samples.SETS:
            for table in tables(render(name)):
                self.assertEqual({len(row) for row in table}, {len(table[0])})

    def test_the_matrix(self):
        head, *rows = tables(render("eight"))[0]
        self.assertEqual(len(rows), 6)
        matrix = {row[0]: dict(zip([cell.split()[0] for cell in head[1:]], row[1:]))
                  for row in rows}
        self.assertIn("pass 3 of 3", matrix["tmp_root_sibling"]["native"])
        self.assertIn("hang blocked, 3 of 3", matrix["subdir_sibling"]["nanvix-standalone"])
        self.assertIn("flaky 2 pass, 1 hang", matrix["subdir_sibling"]["uml-fat"])
        self.assertIn("data lost", matrix["replace_existing"]["uml-hostfs"])
        self.assertIn("skip", matrix["cross_directory"]["nanvix-hostfs"])
        self.assertNotIn("pass", matrix["cross_directory"]["nanvix-hostfs"])

    def test_what_did_not_pass_says_where_and_how(self):
        tree = render("eight")
        summaries = [text(summary) for summary in tree.iter("summary")]
        (hang,) = [one for one in summaries if one.startswith("nanvix-standalone subdir_sibling")]
        self.assertIn("rename(from=/tmp/s/a, to=/tmp/s/b) did not come back in 10.0 s: blocked", hang)
        self.assertFalse([one for one in summaries if one.startswith("native")])
        (lossy,) = [one for one in summaries if one.startswith("uml-hostfs replace_existing")]
        self.assertIn("data was lost: rename returned EEXIST", lossy)

    def test_runs_that_prove_nothing_are_named(self):
        self.assertIn("control_block: wanted hang, got pass", text(render("inadmissible")))
        self.assertIn("stand-in for Nanvix", text(render("double")))
        self.assertIn("/dev/kvm cannot be opened", text(render("eight")))

    def test_history_in_order_with_changes(self):
        table = [table for table in tables(render("history")) if "0.14.2" in table[0]][1]
        self.assertEqual(table[0], ["shape", "0.14.2", "0.14.3", "0.14.9", "0.14.10"][:len(table[0])])

    def test_hostile_text_stays_text(self):
        tree = render("hostile")
        for tag in ("script", "a", "img", "em", "strong"):
            strange = [one for one in tree.iter(tag) if tag != "strong" or "b" in text(one).split()]
            self.assertEqual(strange, [], tag)
        everything = text(tree)
        for part in ("<script>alert(1)</script>", "a|b # c ]]>", "\\x1b[31mred", "\\u{202e}evil",
                     "[l](javascript:alert(2))", "@someone #17", "</pre>\\n</details>"):
            self.assertIn(part, everything)


running.main()
