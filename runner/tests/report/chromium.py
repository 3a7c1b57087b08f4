# SPDX-License-Identifier: MIT
"""What the tests in a browser share: headless Chromium, driven by its own driver, and the pages.

With KEEP_SCREENSHOTS=DIRECTORY the pictures are kept for somebody to look at.
"""
import os
import shutil
import unittest

import running

webdriver = running.need("selenium.webdriver", "python3-selenium")
running.need_program("chromium", "chromium")
running.need_program("chromedriver", "chromium-driver")
from selenium.webdriver.chrome.options import Options  # noqa: E402
from selenium.webdriver.chrome.service import Service  # noqa: E402

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--hide-scrollbars"]


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        profile = os.path.join(running.directory, "profile")
        options = Options()
        options.binary_location = shutil.which("chromium")
        for flag in [*FLAGS, "--user-data-dir=" + profile]:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        cls.browser = webdriver.Chrome(options=options,
                                       service=Service(shutil.which("chromedriver")))
        cls.addClassCleanup(cls.browser.quit)
        cls.browser.set_page_load_timeout(120)

    def open(self, name, place="", width=1280, height=900, scheme="light"):
        path = os.path.join(running.directory, name + ".html")
        if not os.path.exists(path):
            decision = [] if name == "history" else ["-d", running.decision_path(
                name, "may_be_removed" if name == "green" else "keep")]
            with open(path, "w", encoding="utf-8") as file:
                file.write(running.report("html", name, *decision))
        command = self.browser.execute_cdp_cmd
        command("Emulation.setDeviceMetricsOverride",
                {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
        command("Emulation.setEmulatedMedia",
                {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        self.browser.get("about:blank")  # so that a page with another '#' is loaded anew
        self.browser.get("file://" + path + place)

    def run_script(self, script, *arguments):
        return self.browser.execute_script(script, *arguments)

    def is_shown(self, element):
        """What the browser itself says; the driver does not know about closed details."""
        return self.run_script("return arguments[0].checkVisibility()", element)

    def tearDown(self):
        """Whatever was opened: nothing was refused by the policy, nothing was wrong."""
        self.assertEqual([entry["message"] for entry in self.browser.get_log("browser")], [])

    def picture(self, name):
        if os.environ.get("KEEP_SCREENSHOTS"):
            self.browser.save_screenshot(os.path.join(os.environ["KEEP_SCREENSHOTS"], name + ".png"))
