# SPDX-License-Identifier: MIT
"""Reports in headless Chromium, driven by its own driver.

With KEEP_SCREENSHOTS=DIRECTORY the pictures are kept for somebody to look at.
"""
import os

from support import needs

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--hide-scrollbars"]


def start(profile):
    """A browser that keeps what it keeps in `profile`; to be quit."""
    webdriver = needs.module("selenium.webdriver", "python3-selenium")
    chrome = needs.module("selenium.webdriver.chrome.service", "python3-selenium")
    options = webdriver.ChromeOptions()
    options.binary_location = needs.program("chromium", "chromium")
    for flag in [*FLAGS, f"--user-data-dir={profile}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = chrome.Service(needs.program("chromedriver", "chromium-driver"))
    browser = webdriver.Chrome(options=options, service=driver)
    browser.set_page_load_timeout(120)
    return browser


class Page:
    """The page that is open in the browser: a report on one set of samples."""

    def __init__(self, browser, reports):
        self.browser, self.reports = browser, reports

    def open(self, name, place="", width=1280, height=900, scheme="light"):
        decision = [] if name == "history" else ["-d", self.reports.decision_path(
            name, "may_be_removed" if name == "green" else "keep")]
        path = self.reports.write(name + ".html", self.reports.report("html", name, *decision))
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

    def complaints(self):
        """What the page's policy refused, and what else was wrong, since this was last asked."""
        return [entry["message"] for entry in self.browser.get_log("browser")]

    def picture(self, name):
        if os.environ.get("KEEP_SCREENSHOTS"):
            self.browser.save_screenshot(os.path.join(os.environ["KEEP_SCREENSHOTS"], name + ".png"))
