#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The HTML page as a file: valid, self-contained, small. What it looks like: browser_test.py."""
import functools
import re
import subprocess
import unittest

import make_samples
import running

html5lib = running.need("html5lib", "python3-html5lib")
running.need_program("tidy", "tidy")

# Attributes by which a page loads or sends something.
LOADING = {"src", "srcset", "data", "action", "formaction", "background", "poster", "ping", "style",
           "manifest", "cite"}


@functools.lru_cache(maxsize=None)
def parse(name):
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(running.report("html", name))
    assert parser.errors == [], parser.errors
    return tree


class Html(unittest.TestCase):
    def tidy(self, page):
        done = subprocess.run(["tidy", "-quiet", "-errors", "-utf8"], text=True, timeout=60,
                              input=page, capture_output=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_tidy_finds_nothing_wrong(self):
        for name in make_samples.SETS:
            with self.subTest(name):
                self.tidy(running.report("html", name))
        for answer in ("keep", "may_be_removed"):
            self.tidy(running.report("html", "eight", "-d", running.decision_path("eight", answer)))

    def test_the_page_loads_nothing(self):
        for name in ("eight", "history", "hostile"):
            tree = parse(name)
            for element in tree.iter():
                if not isinstance(element.tag, str):
                    continue
                self.assertNotIn(element.tag, ("img", "link", "iframe", "object", "embed", "form"))
                for attribute, value in element.attrib.items():
                    attribute = str(attribute).lower()
                    self.assertNotIn(attribute, LOADING)
                    self.assertFalse(attribute.startswith("on"), attribute)
                    if attribute.endswith("href"):
                        self.assertTrue(value.startswith("#"), value)
            policy = [meta.get("content") for meta in tree.iter("meta")
                      if meta.get("http-equiv") == "Content-Security-Policy"]
            self.assertEqual(len(policy), 1)
            self.assertTrue(policy[0].startswith("default-src 'none';"))
            self.assertNotIn("unsafe", policy[0])

    def test_ids_are_unique_and_links_lead_somewhere(self):
        for name in ("eight", "history", "parts"):
            tree = parse(name)
            ids = [element.get("id") for element in tree.iter() if element.get("id")]
            self.assertEqual(len(ids), len(set(ids)))
            for element in tree.iter():
                for attribute, value in element.attrib.items():
                    if str(attribute).endswith("href"):
                        self.assertIn(value[1:], ids)
                    elif attribute in ("aria-labelledby", "for"):
                        self.assertIn(value, ids)

    def test_eight_targets_stay_below_a_megabyte(self):
        size = len(running.report("html", "eight").encode())
        print("page of eight targets:", size, "bytes")
        self.assertLess(size, 1000000)

    def test_every_header_has_a_scope(self):
        for element in parse("history").iter("th"):
            self.assertIn(element.get("scope"), ("row", "col"))

    def test_hostile_text_stays_text(self):
        tree = parse("hostile")
        self.assertEqual(len(list(tree.iter("script"))), 1)
        everything = re.sub(r"\s+", " ", "".join(tree.itertext()))
        for part in ("<script>alert(1)</script>", "\\x1b[31mred", "\\u{202e}evil\\u{202c}"):
            self.assertIn(part, everything)
        for forbidden in ("\x1b", "\u202e", "\u2066", "\ufeff", "\x9b"):
            self.assertNotIn(forbidden, everything)

    def test_no_pass_where_nothing_counts(self):
        self.assertIn("does not count", running.report("html", "double"))
        self.assertIn("does not count", running.report("html", "inadmissible"))
        self.assertNotIn("does not count", running.report("html", "green"))


running.main()
