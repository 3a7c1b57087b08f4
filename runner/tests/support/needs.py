# SPDX-License-Identifier: MIT
"""What a test can't do without: where it is missing, the test is skipped and the thing named."""
import importlib
import os
import shutil

import pytest


def module(name, package):
    try:
        return importlib.import_module(name)
    except ImportError:
        pytest.skip(f"python module {name} is missing (package {package})",
                    allow_module_level=True)


def program(name, package=None):
    """The path of a program, also of one that only root has in his PATH."""
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if path is None:
        pytest.skip(f"program {name} is missing" + (f" (package {package})" if package else ""),
                    allow_module_level=True)
    return path


def root(why):
    if os.geteuid() != 0:
        pytest.skip(f"needs root {why}")
