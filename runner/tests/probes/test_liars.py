# SPDX-License-Identifier: MIT
"""The mutants that the runner has to catch: each passes its own checks, and leaves the trace that
its comment promises. (If one could be seen by its own journal's checks, it would test nothing.)"""
import os
import shutil

import pytest

import harness

SHAPE = "tmp_root_sibling"
ELSEWHERE = f"/dev/shm/ro-elsewhere-{harness.NONCE}"


def lie(build, name, directory, keep):
    mutants = build.mutants(harness.NATIVE)
    journal = harness.run_probe([f"{mutants}/{name}"], SHAPE, directory, 0, keep=keep)
    if not keep:
        with harness.fresh_directory() as other:
            honest = harness.run_probe(harness.program(build, harness.NATIVE, SHAPE), SHAPE, other, 0)
        assert journal.calls() == honest.calls()
    note = journal.select("note", "inode")[0].fields
    device = journal.select("fs")[0].fields["dev"]
    return note["before"] == note["after"], {note["dev_before"], note["dev_after"]} == {device}


def test_a_liar_passes_its_own_checks_and_leaves_its_trace(build):
    source = harness.bytes_of(SHAPE, "source", 3000)
    with harness.fresh_directory() as directory:
        assert lie(build, "not_renamed", directory, False) == (True, True)
        assert harness.tree(directory) == {}
        assert lie(build, "not_renamed", directory, True) == (True, True)
        assert harness.tree(directory) == {"a": source}, "the old name is what gives it away"
    with harness.fresh_directory() as directory:
        assert lie(build, "copied", directory, False) == (False, True), "the inode is what gives it away"
        assert lie(build, "copied", directory, True) == (False, True)
        assert harness.tree(directory) == {"b": source}
    shutil.rmtree(ELSEWHERE, ignore_errors=True)
    try:
        with harness.fresh_directory() as directory:
            if os.stat(directory).st_dev == os.stat("/dev/shm").st_dev:
                pytest.skip("/tmp and /dev/shm are one file system here")
            assert lie(build, "elsewhere", directory, False) == (True, False)
            assert not os.path.exists(ELSEWHERE)
            assert lie(build, "elsewhere", directory, True) == (True, False)
            assert harness.tree(directory) == {}, "the empty directory is what gives it away"
            assert harness.tree(ELSEWHERE) == {"b": source}
    finally:
        shutil.rmtree(ELSEWHERE, ignore_errors=True)
