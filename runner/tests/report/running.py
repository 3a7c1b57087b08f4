# SPDX-License-Identifier: MIT
"""What the report's tests share: sample documents in a directory of their own, and the program."""
import atexit
import functools
import glob
import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import make_samples

PROGRAM = os.environ["RENAME_ORACLE"]
SOURCE = os.environ["SOURCE_DIR"]
directory = tempfile.mkdtemp(prefix="rename-oracle-report-")
atexit.register(shutil.rmtree, directory, ignore_errors=True)


def need(module, package):
    """Imports a module, or ends this test as skipped."""
    try:
        return importlib.import_module(module)
    except ImportError:
        skip(f"python module {module} is missing (package {package})")


def need_program(name, package):
    if shutil.which(name) is None:
        skip(f"program {name} is missing (package {package})")
    return name


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def sample_paths(name):
    """The documents of a set of make_samples.py, written at the first call."""
    place = os.path.join(directory, name)
    if not os.path.isdir(place):
        make_samples.write_set(directory, name)
    return sorted(glob.glob(os.path.join(place, "*.json")))


def decision_path(name, answer="keep", **changes):
    """A decision over a set's documents, in a file of its own: what is reported of it is cached."""
    documents = list(make_samples.SETS[name]().values())
    made = make_samples.decision(documents, answer, **changes)
    path = os.path.join(directory, f"decision-{name}-{answer}-{made['digest'][-12:]}.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(made, file)
    return path


def run(*arguments, **options):
    return subprocess.run([PROGRAM, "report", *arguments], capture_output=True, text=True,
                          timeout=60, check=False, **options)


@functools.lru_cache(maxsize=None)
def report(form, name, *arguments):
    """The text of a report on one set."""
    done = run("--format", form, *arguments, *sample_paths(name))
    if done.returncode != 0 or done.stderr:
        raise AssertionError(f"{form} of {name}: exit {done.returncode}, {done.stderr}")
    return done.stdout


def main():
    unittest.main(module="__main__")
