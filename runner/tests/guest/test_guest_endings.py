#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How a guest ends is how its VM ends, and the image is clean then.

Usage: test_guest_endings.py UML-FAT-DESCRIPTOR DATA-DIRECTORY
"""

import signal
import subprocess
import sys

from vm import Vm

SIGNALLED = 128


def check_exit_codes(vm):
    for code in (0, 1, 2, 77):
        ending = vm.boot(vm.in_guest("guest-program"), "exit", str(code))
        assert (ending.status, ending.lines, ending.console) == (code, [], b""), ending


def check_signal(vm):
    program = vm.in_guest("guest-program")
    ending = vm.boot(program, "die", str(int(signal.SIGSEGV)))
    assert ending.status == SIGNALLED + signal.SIGSEGV, ending
    assert ending.lines == [f"init: {program} was killed by signal 11 (SIGSEGV)"], ending


def check_leftovers(vm):
    """A process that the probe left behind must not keep the image from being unmounted."""
    ending = vm.boot(vm.in_guest("guest-program"), "orphan", "/tmp")
    assert (ending.status, ending.lines) == (0, []), ending
    fsck = subprocess.run([vm.bindings["program:fsck.fat"], "-n", f"{vm.cell}/fat.img"],
                          capture_output=True, text=True, timeout=60)
    assert fsck.returncode == 0 and "1 files" in fsck.stdout, fsck.stdout


def check_panic_at_boot(vm):
    ending = vm.boot("/nonexistent", init="/nonexistent")
    assert ending.status == -signal.SIGABRT, ending
    assert b"Kernel panic - not syncing" in ending.kernel and ending.console == b"", ending


def main(descriptor, data):
    with Vm(descriptor, data) as vm:
        check_exit_codes(vm)
        check_signal(vm)
        check_leftovers(vm)
        check_panic_at_boot(vm)
    print("the VM ends as its guest does")


if __name__ == "__main__":
    main(*sys.argv[1:])
