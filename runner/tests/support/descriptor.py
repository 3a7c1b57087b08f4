# SPDX-License-Identifier: MIT
"""A target descriptor with what it extends (docs/target-descriptor.md has the rules)."""
import json
from pathlib import Path

from support.build import SOURCE

TARGETS = SOURCE / "runner/targets"
ADDED = ("requires", "setup", "prepare", "cleanup")


def put_under(own, base, top=True):
    """What the descriptor says stands in the place of what its base says."""
    both = {**base, **own}
    for key in own.keys() & base.keys():
        if isinstance(own[key], dict) and isinstance(base[key], dict):
            both[key] = put_under(own[key], base[key], False)
        elif top and key in ADDED:
            both[key] = base[key] + own[key]
    return both


def splice(words, lists):
    """Words such as {...NAME} become the words of that list."""
    return [word for item in words
            for word in (lists[item[4:-1]] if item.startswith("{...") else [item])]


def whole(path):
    """All that a descriptor says with what it extends, its command line without lists."""
    target = json.loads(Path(path).read_text())
    while "extends" in target:
        name = target.pop("extends")
        found = next(place for place in (TARGETS / "base", TARGETS) if (place / f"{name}.json").exists())
        target = put_under(target, json.loads((found / f"{name}.json").read_text()))
    target["launch"]["argv"] = splice(target["launch"]["argv"], target.pop("lists", {}))
    return target
