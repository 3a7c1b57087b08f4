# SPDX-License-Identifier: MIT
"""Markdown, rendered by GitHub's own renderer (cmark-gfm) and read back from its HTML."""
import re
import subprocess
import xml.etree.ElementTree as ElementTree

from support import needs, samples

needs.program("cmark-gfm", "cmark-gfm")


def render(reports, name):
    """The rendered report as a tree; --unsafe, for GitHub renders HTML, too, and cleans it later."""
    done = subprocess.run(["cmark-gfm", "--unsafe", "-e", "table", "-e", "autolink", "-e",
                           "strikethrough"], input=reports.report("markdown", name), text=True,
                          capture_output=True, timeout=30, check=True)
    return ElementTree.fromstring("<all>" + done.stdout.replace("<br>", "<br/>") + "</all>")


def text(element):
    return re.sub(r"\s+", " ", " ".join(element.itertext())).strip()


def tables(tree):
    """Every table as a list of rows, each a list of cells' texts."""
    return [[[text(cell) for cell in row] for row in table.iter("tr")]
            for table in tree.iter("table")]


def test_every_row_is_as_long_as_its_table_is_wide(reports):
    for name in samples.SETS:
        for table in tables(render(reports, name)):
            assert {len(row) for row in table} == {len(table[0])}


def test_the_matrix(reports):
    head, *rows = tables(render(reports, "eight"))[0]
    assert len(rows) == 6
    matrix = {row[0]: dict(zip([cell.split()[0] for cell in head[1:]], row[1:]))
              for row in rows}
    assert "pass 3 of 3" in matrix["tmp_root_sibling"]["native"]
    assert "hang blocked, 3 of 3" in matrix["subdir_sibling"]["nanvix-standalone"]
    assert "flaky 2 pass, 1 hang" in matrix["subdir_sibling"]["uml-fat"]
    assert "data lost" in matrix["replace_existing"]["uml-hostfs"]
    assert "skip" in matrix["cross_directory"]["nanvix-hostfs"]
    assert "pass" not in matrix["cross_directory"]["nanvix-hostfs"]


def test_what_did_not_pass_says_where_and_how(reports):
    tree = render(reports, "eight")
    summaries = [text(summary) for summary in tree.iter("summary")]
    (hang,) = [one for one in summaries if one.startswith("nanvix-standalone subdir_sibling")]
    assert "rename(from=/tmp/s/a, to=/tmp/s/b) did not come back in 10.0 s: blocked" in hang
    assert not [one for one in summaries if one.startswith("native")]
    (lossy,) = [one for one in summaries if one.startswith("uml-hostfs replace_existing")]
    assert "data was lost: rename returned EEXIST" in lossy


def test_runs_that_prove_nothing_are_named(reports):
    assert "control_block: wanted hang, got pass" in text(render(reports, "inadmissible"))
    assert "stand-in for Nanvix" in text(render(reports, "double"))
    assert "/dev/kvm cannot be opened" in text(render(reports, "eight"))


def test_history_in_order_with_changes(reports):
    table = [table for table in tables(render(reports, "history")) if "0.14.2" in table[0]][1]
    assert table[0] == ["shape", "0.14.2", "0.14.3", "0.14.9", "0.14.10"][:len(table[0])]


def test_hostile_text_stays_text(reports):
    tree = render(reports, "hostile")
    for tag in ("script", "a", "img", "em", "strong"):
        strange = [one for one in tree.iter(tag) if tag != "strong" or "b" in text(one).split()]
        assert strange == [], tag
    everything = text(tree)
    for part in ("<script>alert(1)</script>", "a|b # c ]]>", "\\x1b[31mred", "\\u{202e}evil",
                 "[l](javascript:alert(2))", "@someone #17", "</pre>\\n</details>"):
        assert part in everything
