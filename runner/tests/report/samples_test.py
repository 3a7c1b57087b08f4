#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The sample documents are what the schema says, so that the other tests test the real thing."""
import json
import os
import unittest

import make_samples
import running

jsonschema = running.need("jsonschema", "python3-jsonschema")


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


class Samples(unittest.TestCase):
    def check(self, schema, paths):
        path = os.path.join(running.SOURCE, "results/schema", schema + ".schema.json")
        validator = jsonschema.Draft202012Validator(load(path))
        for path in paths:
            with self.subTest(path):
                self.assertEqual([], [error.message for error in validator.iter_errors(load(path))])

    def test_every_document_is_valid(self):
        for name in make_samples.SETS:
            self.check("verdict-1", running.sample_paths(name))

    def test_every_decision_is_valid(self):
        self.check("decision-1", [running.decision_path("eight", answer)
                                  for answer in ("keep", "may_be_removed", "undecided")])


running.main()
