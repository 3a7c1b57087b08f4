# SPDX-License-Identifier: MIT
"""The programs for Nanvix's hostfs mount it before anything else touches the file system under test.

An ordinary machine has no hostfs, so here the mount is refused; that it works is shown in a guest
(nanvix_hostfs).
"""

import pytest

import harness

SHAPE = "subdir_sibling"
# Of a machine without hostfs: as root; as root of a container; as anybody.
REFUSALS = ("ENODEV:19", "EPERM:1", "EACCES:13")


def check_refused(command, directory, arguments, env):
    journal = harness.run_probe(command + arguments, SHAPE, directory, 1, more_calls=("mount",), env=env)
    assert journal.calls() == ["mount"], "nothing may be touched before it, nor after it was refused"
    assert journal.select("enter", "mount")[0].fields == {"path": directory, "type": "hostfs"}
    assert journal.outcome == "unfit" and journal.broken == ["setup_mount"], journal.events
    check, = journal.select("check", "setup_mount")
    assert check.fields["want"] == "0" and check.fields["got"] in REFUSALS, check
    assert harness.tree(directory) == {}


def test_the_mount_comes_first_and_without_it_nothing(probe):
    with open("/proc/filesystems", encoding="ascii") as file:
        if "hostfs" in file.read():
            pytest.skip("this machine has a hostfs and might mount it")
    command = probe("linux-x86_64-hostfs", SHAPE)
    with harness.fresh_directory() as place, harness.fresh_directory() as other:
        check_refused(command, place, [f"--hostfs={place}"], {})
        check_refused(command, place, [], {"RO_HOSTFS": place})
        check_refused(command, place, [f"--hostfs={place}"], {"RO_HOSTFS": other})
        # A program that mounts nothing would speak of another file system.
        for wrong in ([], ["--hostfs="], ["--hostfs=mnt"]):
            result = harness.run(command + wrong, place)
            assert result.returncode == 2 and result.stdout == b"", result
            assert b"hostfs on; usage: --hostfs=DIR --dir=DIR" in result.stderr, result
            assert b"RO_HOSTFS, RO_DIR" in result.stderr and result.stderr.endswith(b"RO_KEEP=1\n"), result
