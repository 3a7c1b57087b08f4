# SPDX-License-Identifier: MIT
"""What fails before the rename says nothing about rename: `unfit`, and the call is named."""
import os

import harness

SHAPE = "subdir_to_root"


def unfit(command, directory, broken, got):
    journal = harness.run_probe(command, SHAPE, directory, 1)
    assert journal.outcome == "unfit" and journal.broken == [broken], journal.events
    assert journal.select("check", broken)[0].fields["got"] == got, journal.select("check", broken)
    assert "rename" not in journal.calls()
    return journal


def test_what_fails_before_the_rename_is_unfit(probe):
    command = probe(harness.NATIVE, SHAPE)
    with harness.fresh_directory() as top:
        assert not unfit(command, f"{top}/missing", "setup_stat", "ENOENT:2").select("fs")
        with open(f"{top}/file", "wb"):
            pass
        unfit(command, f"{top}/file", "setup_listing", "opendir:ENOTDIR:20")
        unfit(command, f"{top}/file/below", "setup_stat", "ENOTDIR:20")
        # Any of the names, whatever it is, even a link that leads nowhere.
        for make in (lambda path: open(path, "wb").close(), os.mkdir):
            directory = os.path.join(top, make.__name__)
            os.mkdir(directory)
            make(f"{directory}/b")
            unfit(command, directory, "setup_fresh", "b:exists")
            assert list(harness.tree(directory)) == ["b"]
        # A directory in which nothing can be made, for root neither.
        unfit(command, "/proc/self", "setup_mkdir", "ENOENT:2")

    with harness.fresh_directory() as directory:
        os.symlink("nowhere", f"{directory}/b")
        journal = harness.run_probe(command, SHAPE, directory, 1)
        assert journal.outcome == "unfit" and journal.broken == ["setup_fresh"], journal.events
        assert os.listdir(directory) == ["b"], "somebody else's entry was removed"
