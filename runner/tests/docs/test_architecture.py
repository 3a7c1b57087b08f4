# SPDX-License-Identifier: MIT
"""The pages for whoever changes the code name files and functions; each of them is there."""
import re

import pytest

from support.build import SOURCE

PAGES = ["ARCHITECTURE.md", "CONTRIBUTING.md"]
CODE = [path for place in ("runner", "probes") for ending in ("c", "h", "py")
        for path in (SOURCE / place).rglob(f"*.{ending}")]
STAND_INS = {"NAME", "AREA", "mine.json", "xFF"}


def spans(page):
    text = (SOURCE / page).read_text(encoding="utf-8")
    return set(re.findall(r"`([^`\n]+)`", text))


def is_defined(name):
    wanted = re.compile(rf"^(?!\s|#|//|return)[^;\n=]*\b{name}\([^;]*?\)\s*\{{", re.M)
    return any(wanted.search(path.read_text(encoding="utf-8"))
               or re.search(rf"\b{name};", path.read_text(encoding="utf-8")) for path in CODE)


@pytest.mark.parametrize("page", PAGES)
def test_every_function_that_a_page_names_is_defined(page):
    names = {span[:-2] for span in spans(page) if re.fullmatch(r"\w+\(\)", span)}
    assert [name for name in sorted(names) if not is_defined(name)] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_a_page_names_is_there(page):
    paths = [span for span in spans(page)
             if re.fullmatch(r"[\w./-]*/[\w./-]*", span) and not any(word in span for word in STAND_INS)]
    assert paths
    missing = [path for path in sorted(paths)
               if not (SOURCE / path).exists() and not path.startswith("build/")]
    assert missing == []


def test_the_map_has_every_room():
    page = (SOURCE / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rooms = [path.name for path in (SOURCE / "runner").iterdir() if path.is_dir()]
    assert [room for room in sorted(rooms) if f"`runner/{room}/" not in page] == []
