# SPDX-License-Identifier: MIT
"""The HTML page has nothing that axe-core, the checker that browsers' own tools use, calls wrong.

axe-core comes from the npm registry, in the version that ci/page-lint pins, once per build tree.
"""
import shutil
import subprocess

import pytest

from support import needs
from support.build import SOURCE

# axe-core is a minute's work for a browser that shares its CPU with the rest of the tests.
pytestmark = [pytest.mark.first, pytest.mark.timeout(600), pytest.mark.xdist_group("chromium")]

# What is hidden is not looked at, so one cell of every kind is opened with all that is in it; all
# the others look like one of those, and are too many for axe-core. Best practices are held to, too.
CHECK = """
const done = arguments[arguments.length - 1];
const kinds = new Set();
document.querySelectorAll("details").forEach((part) => {
    const cell = part.closest("details.cell, details.control");
    part.open = !cell || (cell === part ? !kinds.has(part.className) : cell.open);
    if (cell === part) { kinds.add(part.className); }
});
axe.run(document, {resultTypes: ["violations", "incomplete"]}).then((told) => done({
    rules: told.passes.length,
    wrong: told.violations.map((one) => one.id + ": " + one.help + ": " +
        one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")),
    unsure: told.incomplete.map((one) => one.id + ": " + one.nodes.length + ": " +
        one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | "))}));
"""


@pytest.fixture(name="axe", scope="module")
def fetched_checker(build):
    """The text of axe-core, fetched if it is not there yet."""
    pinned, home = SOURCE / "ci/page-lint", build.path / "page-lint"
    home.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(pinned / name, home)
    if not (home / "node_modules/.package-lock.json").is_file():
        done = subprocess.run([needs.program("npm", "npm"), "ci", "--silent", "--ignore-scripts",
                               "--no-audit", "--no-fund"], cwd=home, timeout=120, check=False)
        if done.returncode:
            pytest.skip("npm could not fetch axe-core")
    return (home / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


def check(page, axe, name, **how):
    page.open(name, **how)
    # The page's own policy allows no script but its own; the driver's are not asked.
    page.run_script(axe)
    page.browser.set_script_timeout(120)
    told = page.browser.execute_async_script(CHECK)
    print(f"{name} {how}: {told['rules']} rules hold, not sure of {told['unsure']}")
    assert told["rules"] > 25, "axe-core looked at hardly anything"
    assert told["wrong"] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark(page, axe, scheme):
    check(page, axe, "eight", scheme=scheme)


def test_several_releases_on_a_phone(page, axe):
    check(page, axe, "history", width=375, height=812)


def test_a_yes(page, axe):
    check(page, axe, "green", scheme="dark")


def test_hostile_text(page, axe):
    check(page, axe, "hostile")


def test_the_checker_sees_what_is_wrong(page, axe):
    page.open("green")
    page.run_script("document.documentElement.removeAttribute('lang')")
    page.run_script(axe)
    told = page.browser.execute_async_script(CHECK)
    assert any(one.startswith("html-has-lang") for one in told["wrong"]), told["wrong"]

