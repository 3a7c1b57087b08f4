# SPDX-License-Identifier: MIT
"""The HTML page as a file: valid, self-contained, small. What it looks like: test_browser.py."""
import functools
import re
import subprocess

from support import needs, samples

html5lib = needs.module("html5lib", "python3-html5lib")
needs.program("tidy", "tidy")

# Attributes by which a page loads or sends something.
LOADING = {"src", "srcset", "data", "action", "formaction", "background", "poster", "ping", "style",
           "manifest", "cite"}


@functools.lru_cache(maxsize=None)
def parse(reports, name):
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(reports.report("html", name))
    assert parser.errors == [], parser.errors
    return tree


def tidy(page):
    done = subprocess.run(["tidy", "-quiet", "-errors", "-utf8"], text=True, timeout=60,
                          input=page, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_tidy_finds_nothing_wrong(reports):
    for name in samples.SETS:
        tidy(reports.report("html", name))
    for answer in ("keep", "may_be_removed"):
        tidy(reports.report("html", "eight", "-d", reports.decision_path("eight", answer)))


def test_the_page_loads_nothing(reports):
    for name in ("eight", "history", "hostile"):
        tree = parse(reports, name)
        for element in tree.iter():
            if not isinstance(element.tag, str):
                continue
            assert element.tag not in ("img", "link", "iframe", "object", "embed", "form")
            for attribute, value in element.attrib.items():
                attribute = str(attribute).lower()
                assert attribute not in LOADING
                assert not attribute.startswith("on"), attribute
                if attribute.endswith("href"):
                    assert value.startswith("#"), value
        policy = [meta.get("content") for meta in tree.iter("meta")
                  if meta.get("http-equiv") == "Content-Security-Policy"]
        assert len(policy) == 1
        assert policy[0].startswith("default-src 'none';")
        assert "unsafe" not in policy[0]


def test_ids_are_unique_and_links_lead_somewhere(reports):
    for name in ("eight", "history", "parts"):
        tree = parse(reports, name)
        ids = [element.get("id") for element in tree.iter() if element.get("id")]
        assert len(ids) == len(set(ids))
        for element in tree.iter():
            for attribute, value in element.attrib.items():
                if str(attribute).endswith("href"):
                    assert value[1:] in ids
                elif attribute in ("aria-labelledby", "for"):
                    assert value in ids


def test_eight_targets_stay_below_a_megabyte(reports):
    size = len(reports.report("html", "eight").encode())
    print("page of eight targets:", size, "bytes")
    assert size < 1000000


def test_every_header_has_a_scope(reports):
    for element in parse(reports, "history").iter("th"):
        assert element.get("scope") in ("row", "col")


def test_hostile_text_stays_text(reports):
    tree = parse(reports, "hostile")
    assert len(list(tree.iter("script"))) == 1
    everything = re.sub(r"\s+", " ", "".join(tree.itertext()))
    for part in ("<script>alert(1)</script>", "\\x1b[31mred", "\\u{202e}evil\\u{202c}"):
        assert part in everything
    for forbidden in ("\x1b", "\u202e", "\u2066", "\ufeff", "\x9b"):
        assert forbidden not in everything


def test_no_pass_where_nothing_counts(reports):
    assert "does not count" in reports.report("html", "double")
    assert "does not count" in reports.report("html", "inadmissible")
    assert "does not count" not in reports.report("html", "green")
