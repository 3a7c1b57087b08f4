# SPDX-License-Identifier: MIT
"""How a guest ends is how its VM ends, and the image is clean then."""

import signal
import subprocess

import pytest

SIGNALLED = 128


@pytest.mark.parametrize("code", [0, 1, 2, 77])
def test_its_exit_code_is_the_vms(code, uml_fat):
    ending = uml_fat.boot(uml_fat.in_guest("guest-program"), "exit", str(code))
    assert (ending.status, ending.lines, ending.console) == (code, [], b""), ending


def test_a_signal_that_killed_it_is_named(uml_fat):
    program = uml_fat.in_guest("guest-program")
    ending = uml_fat.boot(program, "die", str(int(signal.SIGSEGV)))
    assert ending.status == SIGNALLED + signal.SIGSEGV, ending
    assert ending.lines == [f"init: {program} was killed by signal 11 (SIGSEGV)"], ending


def test_a_process_left_behind_does_not_keep_the_image_from_being_unmounted(uml_fat):
    ending = uml_fat.boot(uml_fat.in_guest("guest-program"), "orphan", "/tmp")
    assert (ending.status, ending.lines) == (0, []), ending
    fsck = subprocess.run([uml_fat.bindings["program:fsck.fat"], "-n", f"{uml_fat.cell}/fat.img"],
                          capture_output=True, text=True, timeout=60, check=False)
    assert fsck.returncode == 0 and "1 files" in fsck.stdout, fsck.stdout


def test_a_panic_at_boot_aborts_the_vm(uml_fat):
    ending = uml_fat.boot("/nonexistent", init="/nonexistent")
    assert ending.status == -signal.SIGABRT, ending
    assert b"Kernel panic - not syncing" in ending.kernel and ending.console == b"", ending
