# SPDX-License-Identifier: MIT
"""What every end-to-end test is given: the build under test, and fixtures made from it."""
from pathlib import Path

import pytest

import private_mounts
from oracle import Oracle
from support.build import SOURCE, Build

private_mounts.skip = pytest.skip


def pytest_addoption(parser):
    parser.addoption("--build", type=Path, default=SOURCE / "build", metavar="DIR",
                     help="the build tree to test (default: build)")
    parser.addoption("--sanitized", type=Path, metavar="DIR",
                     help="a build tree with sanitizers; tests marked so are run against it, too")


def pytest_generate_tests(metafunc):
    if "build" not in metafunc.fixturenames:
        return
    option = metafunc.config.getoption
    builds = [Build(option("--build"), sanitized=False)]
    if option("--sanitized"):
        builds.append(Build(option("--sanitized"), sanitized=True))
    metafunc.parametrize("build", builds, ids=str, indirect=True, scope="session")


def is_wanted(item):
    """With sanitizers only what is marked so, be it the test or one of its parameters."""
    build = getattr(item, "callspec", None) and item.callspec.params.get("build")
    return not build or not build.sanitized or item.get_closest_marker("sanitize")


def pytest_collection_modifyitems(items):
    items[:] = sorted(filter(is_wanted, items),
                      key=lambda item: item.get_closest_marker("first") is None)


@pytest.fixture(scope="session")
def build(request):
    return request.param


@pytest.fixture(scope="session")
def program(build):
    """The program under test."""
    return build.program


@pytest.fixture
def oracle(program):
    """The same with a scratch directory, and a reader of the documents that it writes."""
    with Oracle(program) as made:
        yield made
