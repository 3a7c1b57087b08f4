#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The command around the formats: what it accepts, where it writes, what it answers with."""
import json
import os
import re
import stat
import subprocess
import unittest

import make_samples
import running

FORMATS = ("junit", "tap", "markdown", "html")


class Input(unittest.TestCase):
    def refuse(self, *arguments, where="", why=""):
        done = running.run(*arguments)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertIn(where, done.stderr)
        self.assertIn(why, done.stderr)
        return done.stderr

    def write(self, text):
        path = os.path.join(running.directory, "bad.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def test_no_document(self):
        self.refuse("--format", "tap", why="name the documents")

    def test_no_format(self):
        self.refuse(*running.sample_paths("green"), why="--format")

    def test_unknown_format(self):
        self.refuse("--format", "pdf", *running.sample_paths("green"), why="junit, tap")

    def test_bad_documents(self):
        good = make_samples.green()["nanvix-standalone"]
        self.refuse("-f", "tap", "/nonexistent.json", where="/nonexistent.json")
        self.refuse("-f", "tap", running.directory, where=running.directory)
        for text in ("", "{", "[]", "{}", "null", '{"schema": "rename-oracle/verdict/2"}'):
            path = self.write(text)
            with self.subTest(text):
                error = self.refuse("-f", "tap", path, where=path)
                self.assertEqual(error.count("\n"), 1)
        wrong = dict(good, complete="yes")
        self.refuse("-f", "tap", self.write(json.dumps(wrong, indent=1)), where="bad.json:")

    def test_one_bad_document_among_good_ones_writes_nothing(self):
        output = os.path.join(running.directory, "never")
        self.refuse("-f", "tap", "-o", output, *running.sample_paths("green"), self.write("{"))
        self.assertFalse(os.path.exists(output))

    def test_an_edited_document(self):
        made = make_samples.hang_cell("subdir_sibling", 1)
        document = make_samples.document("nanvix-standalone", "0.1", [made], attempts=1)
        document["cells"][0]["verdict"] = "pass"
        path = self.write(json.dumps(document, indent=1))
        error = self.refuse("-f", "html", path, where=path, why="changed after it was written")
        self.assertRegex(error, r"bad\.json:\d+:\d+: ")

    def test_the_same_document_twice_counts_once(self):
        paths = running.sample_paths("green")
        once = running.run("-f", "tap", *paths).stdout
        self.assertEqual(running.run("-f", "tap", *paths, paths[0]).stdout, once)

    def test_the_order_of_documents_does_not_matter(self):
        paths = running.sample_paths("history")
        for form in FORMATS:
            with self.subTest(form):
                self.assertEqual(running.run("-f", form, *paths).stdout,
                                 running.run("-f", form, *reversed(paths)).stdout)


class Output(unittest.TestCase):
    def setUp(self):
        self.place = os.path.join(running.directory, self.id())
        os.mkdir(self.place)
        self.path = os.path.join(self.place, "report")
        self.documents = running.sample_paths("green")

    def write(self, path):
        return running.run("-f", "tap", "-o", path, *self.documents)

    def test_a_file_is_like_standard_output(self):
        self.assertEqual(self.write(self.path).returncode, 0)
        with open(self.path, encoding="utf-8") as file:
            self.assertEqual(file.read(), running.run("-f", "tap", *self.documents).stdout)
        self.assertEqual(os.listdir(self.place), ["report"])
        mask = os.umask(0)
        os.umask(mask)
        self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o666 & ~mask)

    def test_a_dash_is_standard_output(self):
        self.assertIn("TAP version 14", self.write("-").stdout)

    def test_a_file_is_replaced_whole(self):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write("old " * 100000)
        with open(self.path, encoding="utf-8") as old:
            self.assertEqual(self.write(self.path).returncode, 0)
            self.assertTrue(old.read().startswith("old "))  # readers of the old one keep it
        with open(self.path, encoding="utf-8") as file:
            self.assertNotIn("old ", file.read())

    def test_a_symbolic_link_is_not_followed(self):
        victim = os.path.join(self.place, "victim")
        with open(victim, "w", encoding="utf-8") as file:
            file.write("precious")
        os.symlink(victim, self.path)
        done = self.write(self.path)
        self.assertEqual(done.returncode, 2)
        self.assertIn("symbolic link", done.stderr)
        self.assertTrue(os.path.islink(self.path))
        with open(victim, encoding="utf-8") as file:
            self.assertEqual(file.read(), "precious")
        self.assertEqual(sorted(os.listdir(self.place)), ["report", "victim"])

    def test_a_directory_or_a_pipe_is_refused(self):
        os.mkdir(self.path)
        self.assertEqual(self.write(self.path).returncode, 2)
        pipe = os.path.join(self.place, "pipe")
        os.mkfifo(pipe)
        self.assertEqual(self.write(pipe).returncode, 2)
        self.assertTrue(stat.S_ISFIFO(os.stat(pipe).st_mode))

    def test_a_missing_directory_is_an_error(self):
        done = self.write(os.path.join(self.place, "no", "report"))
        self.assertEqual(done.returncode, 2)
        self.assertIn("report", done.stderr)

    def test_a_full_standard_output_is_an_error(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([running.PROGRAM, "report", "-f", "html", *self.documents],
                                  stdout=full, stderr=subprocess.PIPE, text=True, timeout=60,
                                  check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("standard output", done.stderr)

    def test_hangs_are_written_with_exit_code_0(self):
        for form in FORMATS:
            running.report(form, "eight")


class Help(unittest.TestCase):
    def test_help_names_formats_and_exit_codes(self):
        done = running.run("--help")
        self.assertEqual(done.returncode, 0)
        for form in FORMATS:
            self.assertIn(form, done.stdout)
        self.assertRegex(re.sub(r"\s+", " ", done.stdout), "Exit codes: 0 .* 2 ")


running.main()
