# SPDX-License-Identifier: MIT
"""The page on the two documents names every key of their schemas' first level, and of a cell."""
import json
import re

import pytest

from support.build import SOURCE


@pytest.mark.parametrize("kind", ["verdict", "decision"])
def test_the_page_explains_every_key(kind):
    named = {}
    for part in (SOURCE / "docs/documents.md").read_text().split("\n## ")[1:]:
        named[part.split("`")[1]] = set(re.findall(r"`(\w+)`", part))
    schema = json.loads((SOURCE / f"results/schema/{kind}-1.schema.json").read_text())
    parts = [schema, *(schema["$defs"][name] for name in ("cell", "evidence")
                       if name in schema["$defs"])]
    keys = {key for part in parts for key in part.get("properties", {})}
    assert len(keys) > 10
    assert keys - named[f"rename-oracle/{kind}/1"] == set()
