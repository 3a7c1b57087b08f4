# SPDX-License-Identifier: MIT
"""The reference VM for tests of its own: the shipped descriptor's command line, with changes.

The runner is left out on purpose: what is looked at here are bytes, exit statuses and the image.
"""

import os
import re
import shutil
import signal
import subprocess
import tempfile

from support import descriptor, needs

DEADLINE_S = 60
BOOTS = 5


class Ending:
    """What one boot came to. `lines` are those of init itself."""

    def __init__(self, status, console, kernel):
        self.status, self.console, self.kernel = status, console, kernel
        said = (console + kernel).decode("utf-8", "replace").splitlines()
        self.lines = [line for line in said if line.startswith("init: ")]

    def lost_status(self):
        return (self.status == -signal.SIGABRT and b"reboot: System halted" in self.kernel and
                b"Kernel panic" not in self.kernel)

    def __str__(self):
        return f"status {self.status}, console {self.console!r}, kernel {self.kernel[-800:]!r}"


class Vm:
    """Boots guests from a descriptor; use it in a `with`, its directory goes at the end."""

    def __init__(self, path, data):
        self.target = descriptor.whole(path)
        self.data = data
        self.scratch = tempfile.TemporaryDirectory(prefix="vm-test-")
        self.cell = os.path.join(self.scratch.name, "cell")
        self.bindings = {"cell": self.cell, "work": self.target["guest"]["directory"],
                         "nonce": "abcdefgh12345678"}
        for need in self.target["requires"]:
            if "program" in need:
                self.bindings["program:" + need["program"]] = needs.program(need["program"])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.scratch.cleanup()

    def expand(self, text):
        def meaning(found):
            name = found.group(1)
            return f"{self.data}/{name[5:]}" if name.startswith("data:") else self.bindings[name]
        return re.sub(r"\{([a-z:./_-]+)\}", meaning, text)

    def prepare(self):
        shutil.rmtree(self.cell, ignore_errors=True)
        os.mkdir(self.cell)
        for step in self.target["prepare"]:
            if "run" in step:
                subprocess.run([self.expand(word) for word in step["run"]], check=True,
                               stdout=subprocess.DEVNULL, timeout=DEADLINE_S)
            else:
                os.mkdir(self.expand(step["make_directory"]))

    def boot(self, *probe, **changes):
        """Runs `probe` (words behind "--") in a fresh guest. A change RO_X=None drops an order,
        RO_X="..." sets it; so with other words of the command line (init=..., ubd0=...).

        User Mode Linux aborts in about one of 60 runs after its guest has halted cleanly. The
        guest's status is lost then, so that boot is made again."""
        for _ in range(BOOTS):
            ending = self.boot_once(probe, changes)
            if not ending.lost_status():
                return ending
        raise AssertionError(f"{BOOTS} times in a row the VM aborted after its guest: {ending}")

    def boot_once(self, probe, changes):
        self.prepare()
        words = self.target["launch"]["argv"]
        words = words[:words.index("--")]
        for key, value in changes.items():
            words = [word for word in words if not word.startswith(key + "=")]
            if value is not None:
                words.append(f"{key}={value}")
        command = [self.expand(word) for word in words] + ["--", *probe]
        vm = subprocess.Popen(command, cwd=self.cell, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            console, kernel = vm.communicate(timeout=DEADLINE_S)
        except subprocess.TimeoutExpired:
            self.end(vm)
            raise
        return Ending(vm.returncode, console, kernel)

    @staticmethod
    def end(vm):
        """The VM is the leader of a group of its own, which has its helpers."""
        try:
            os.killpg(vm.pid, signal.SIGKILL)
        except ProcessLookupError:
            vm.kill()
        vm.wait(timeout=DEADLINE_S)

    def in_guest(self, program):
        return f"/dev/host{self.data}/tests/{program}"
