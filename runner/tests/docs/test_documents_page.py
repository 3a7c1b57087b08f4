#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The page on the two documents names every key of their schemas' first level, and of a cell.

  test_documents_page.py SOURCE
"""
import json
import re
import sys
from pathlib import Path


def main():
    source = Path(sys.argv[1])
    named = {}
    for part in (source / "docs/documents.md").read_text().split("\n## ")[1:]:
        named[part.split("`")[1]] = set(re.findall(r"`(\w+)`", part))
    wrong, count = [], 0
    for kind in ("verdict", "decision"):
        schema = json.loads((source / f"results/schema/{kind}-1.schema.json").read_text())
        parts = [schema, *(schema["$defs"][name] for name in ("cell", "evidence")
                           if name in schema["$defs"])]
        for key in [key for part in parts for key in part.get("properties", {})]:
            count += 1
            if key not in named[f"rename-oracle/{kind}/1"]:
                wrong.append(f"docs/documents.md: {kind}: {key} is not there")
    print(*wrong, sep="\n", end="\n" if wrong else "")
    print(f"{count} keys, {len(wrong)} not explained")
    return 1 if wrong or count < 40 else 0


sys.exit(main())
