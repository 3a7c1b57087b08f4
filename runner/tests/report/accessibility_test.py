#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The HTML page has nothing that axe-core, the checker that browsers' own tools use, calls wrong.

axe-core comes from the npm registry, in the version that ci/page-lint pins, once per build tree.
"""
import os
import shutil
import subprocess
import unittest

import chromium
import running

PINNED = os.path.join(running.SOURCE, "ci", "page-lint")
HOME = os.path.join(os.environ["BUILD_DIR"], "page-lint")

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


def fetched_checker():
    """The text of axe-core, fetched if it is not there yet."""
    os.makedirs(HOME, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(os.path.join(PINNED, name), HOME)
    if not os.path.isfile(os.path.join(HOME, "node_modules", ".package-lock.json")):
        running.need_program("npm", "npm")
        done = subprocess.run(["npm", "ci", "--silent", "--ignore-scripts", "--no-audit",
                               "--no-fund"], cwd=HOME, timeout=120, check=False)
        if done.returncode:
            running.skip("npm could not fetch axe-core")
    with open(os.path.join(HOME, "node_modules", "axe-core", "axe.min.js"), encoding="utf-8") as file:
        return file.read()


AXE = fetched_checker()


class Accessibility(chromium.Page):
    def check(self, name, **how):
        self.open(name, **how)
        # The page's own policy allows no script but its own; the driver's are not asked.
        self.run_script(AXE)
        self.browser.set_script_timeout(120)
        told = self.browser.execute_async_script(CHECK)
        print(f"{name} {how}: {told['rules']} rules hold, not sure of {told['unsure']}")
        self.assertGreater(told["rules"], 25, "axe-core looked at hardly anything")
        self.assertEqual(told["wrong"], [])

    def test_light_and_dark(self):
        for scheme in ("light", "dark"):
            with self.subTest(scheme):
                self.check("eight", scheme=scheme)

    def test_several_releases_on_a_phone(self):
        self.check("history", width=375, height=812)

    def test_a_yes(self):
        self.check("green", scheme="dark")

    def test_hostile_text(self):
        self.check("hostile")

    def test_the_checker_sees_what_is_wrong(self):
        self.open("green")
        self.run_script("document.documentElement.removeAttribute('lang')")
        self.run_script(AXE)
        told = self.browser.execute_async_script(CHECK)
        self.assertTrue(any(one.startswith("html-has-lang") for one in told["wrong"]), told["wrong"])


if __name__ == "__main__":
    unittest.main(module="__main__")
