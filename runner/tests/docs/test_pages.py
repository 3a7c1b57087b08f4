# SPDX-License-Identifier: MIT
"""Every command that the documentation shows is run, and what comes out is compared with the page."""
import os
import re

import pytest

from support import console_blocks
from support.build import SOURCE

PAGES = [page for pattern in ("*.md", "docs/*.md", "results/*/*.md") for page in SOURCE.glob(pattern)
         if re.search(r"(?m)^ *```(console|sh|bash|shell)$", page.read_text())]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(SOURCE)))
def test_the_page_shows_what_comes_out(page, build):
    path = [os.path.dirname(build.program), os.path.dirname(build.tool("zoo/zoofs"))]
    wrong = console_blocks.complaints(page, path, {"SOURCE": str(SOURCE)})
    assert not wrong, "\n".join(wrong)


def test_pages_are_found():
    assert len(PAGES) > 5
