# SPDX-License-Identifier: MIT
import pytest

from support import chromium
from support.reports import Reports


@pytest.fixture(scope="session")
def reports(program, tmp_path_factory):
    return Reports(program, tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    started = chromium.start(tmp_path_factory.mktemp("profile"))
    yield started
    started.quit()


@pytest.fixture
def page(browser, reports):
    """Whatever the test opens: nothing is refused by the policy, nothing is wrong."""
    opened = chromium.Page(browser, reports)
    yield opened
    assert opened.complaints() == []
