# SPDX-License-Identifier: MIT
"""The sample documents are what the schema says, so that the other tests test the real thing."""
import json

from support import needs, samples
from support.build import SOURCE

jsonschema = needs.module("jsonschema", "python3-jsonschema")


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def check(schema, paths):
    validator = jsonschema.Draft202012Validator(load(SOURCE / f"results/schema/{schema}.schema.json"))
    for path in paths:
        assert [] == [error.message for error in validator.iter_errors(load(path))], path


def test_every_document_is_valid(reports):
    for name in samples.SETS:
        check("verdict-1", reports.sample_paths(name))


def test_every_decision_is_valid(reports):
    check("decision-1", [reports.decision_path("eight", answer)
                         for answer in ("keep", "may_be_removed", "undecided")])
