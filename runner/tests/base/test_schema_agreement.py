# SPDX-License-Identifier: MIT
"""The project's validator and python3-jsonschema agree on every schema of results/schema: on
instances made from the schema and on thousands of changes to them. (They differ, on purpose, in
whether 3.0 is an integer; no such number is made here.)"""

import copy
import json
import random
import re
import subprocess

import jsonschema
import pytest

from support.build import SOURCE

SCHEMAS = sorted(SOURCE.glob("results/schema/*.schema.json"))
ROUNDS = 50

ODDITIES = [None, True, False, 0, -1, 7, 10 ** 9, 2.5, -0.5, "", "x", "a_b", "\u00e9" * 3, [], [[]],
            ["x", "x"], {}, {"x": 1}]
PATTERN_WORDS = ["sha256:" + "0" * 64, "2026-11-22T12:00:00Z", "20261122T120000Z-01234567",
                 "0123456789abcdef", "native", "a_b", "NSKIP021", "standalone", "word"]


class Maker:
    """Makes instances that are meant to be valid from a schema, with every optional key at times."""

    def __init__(self, schema, seed):
        self.definitions = schema.get("$defs", {})
        self.random = random.Random(seed)

    def make(self, schema, depth=0):
        if "$ref" in schema:
            return self.make(self.definitions[schema["$ref"].rsplit("/", 1)[1]], depth)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self.random.choice(schema["enum"])
        if "oneOf" in schema:
            return self.make(self.random.choice(schema["oneOf"]), depth)
        kinds = schema.get("type", "object")
        kind = self.random.choice(kinds) if isinstance(kinds, list) else kinds
        return getattr(self, "make_" + kind)(schema, depth)

    def make_null(self, schema, depth):
        return None

    def make_boolean(self, schema, depth):
        return self.random.random() < 0.5

    def make_integer(self, schema, depth):
        return int(schema.get("minimum", 0)) + self.random.randrange(3)

    def make_number(self, schema, depth):
        return schema.get("minimum", 0) + self.random.choice([0, 1, 0.125])

    def make_string(self, schema, depth):
        words = [word for word in PATTERN_WORDS
                 if re.search(schema.get("pattern", ""), word)
                 and len(word) >= schema.get("minLength", 0)
                 and len(word) <= schema.get("maxLength", 99)]
        return self.random.choice(words) if words else "S"

    def make_array(self, schema, depth):
        low = schema.get("minItems", 0)
        count = low + (self.random.randrange(2) if depth < 9 else 0)
        made = [self.make(schema.get("items", {"const": 1}), depth + 1) for _ in range(count)]
        if schema.get("uniqueItems"):
            made = [item for index, item in enumerate(made) if item not in made[:index]]
        return made

    def make_object(self, schema, depth):
        made = {}
        for key, value in schema.get("properties", {}).items():
            if key in schema.get("required", []) or self.random.random() < 0.6:
                made[key] = self.make(value, depth + 1)
        extra = schema.get("additionalProperties")
        if isinstance(extra, dict) and self.random.random() < 0.7:
            made["kernel.elf"] = self.make(extra, depth + 1)
        return made


def all_places(value, found):
    if isinstance(value, dict):
        for key in value:
            found.append((value, key))
            all_places(value[key], found)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found.append((value, index))
            all_places(item, found)
    return found


def change(instance, chooser):
    changed = copy.deepcopy(instance)
    places = all_places(changed, [])
    if not places:
        return changed
    container, key = chooser.choice(places)
    what = chooser.randrange(4)
    if what == 0:
        del container[key]
    elif what == 1 and isinstance(container, dict):
        container["surplus"] = 1
    elif what == 1:
        container.append(copy.deepcopy(container[key]))
    elif what == 2 and isinstance(container[key], str):
        container[key] = chooser.choice([container[key] + "x", container[key][:-1], ""])
    else:
        container[key] = chooser.choice(ODDITIES)
    return changed


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_both_validators_agree(path, build):
    schema = json.loads(path.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    maker = Maker(schema, path.name)
    instances = [maker.make(schema) for _ in range(ROUNDS)]
    instances += [change(item, maker.random) for item in instances for _ in range(8)]
    instances += [item for item in ODDITIES if isinstance(item, (dict, list))]
    text = "".join(json.dumps(item) + "\n" for item in instances)
    answers = subprocess.run([build.tool("base/schema_tool"), path], input=text, text=True,
                             capture_output=True, check=True, timeout=300).stdout.splitlines()
    assert len(answers) == len(instances)
    counts = {True: 0, False: 0}
    for instance, answer in zip(instances, answers):
        wanted = validator.is_valid(instance)
        counts[wanted] += 1
        assert answer.startswith("valid") == wanted and not answer.startswith("error"), (
            next(validator.iter_errors(instance), None), answer, instance)
    # Fewer would show little.
    assert counts[True] >= ROUNDS // 4 and counts[False] >= ROUNDS


def test_there_are_schemas():
    assert SCHEMAS
