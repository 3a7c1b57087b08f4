# SPDX-License-Identifier: MIT
"""The mutants that the runner has to catch: each passes its own checks, and leaves the trace that
its comment promises. (If one could be seen by its own journal's checks, it would test nothing.)"""
import os
import shutil

import harness

MUTANTS = os.path.join(harness.BUILD, "runner/tests/mutants", harness.NATIVE)
SHAPE = "tmp_root_sibling"
ELSEWHERE = f"/dev/shm/ro-elsewhere-{harness.NONCE}"


def lie(name, directory, keep):
    journal = harness.run_probe([f"{MUTANTS}/{name}"], SHAPE, directory, 0, keep=keep)
    honest = harness.run_probe(harness.program(harness.NATIVE, SHAPE), SHAPE, honest_directory, 0,
                               keep=False)
    if not keep:
        assert journal.calls() == honest.calls()
    note = journal.select("note", "inode")[0].fields
    device = journal.select("fs")[0].fields["dev"]
    return note["before"] == note["after"], {note["dev_before"], note["dev_after"]} == {device}


with harness.fresh_directory() as honest_directory:
    source = harness.bytes_of(SHAPE, "source", 3000)
    with harness.fresh_directory() as directory:
        assert lie("not_renamed", directory, False) == (True, True)
        assert harness.tree(directory) == {}
        assert lie("not_renamed", directory, True) == (True, True)
        assert harness.tree(directory) == {"a": source}, "the old name is what gives it away"
    with harness.fresh_directory() as directory:
        assert lie("copied", directory, False) == (False, True), "the inode is what gives it away"
        assert lie("copied", directory, True) == (False, True)
        assert harness.tree(directory) == {"b": source}
    shutil.rmtree(ELSEWHERE, ignore_errors=True)
    try:
        with harness.fresh_directory() as directory:
            if os.stat(directory).st_dev == os.stat("/dev/shm").st_dev:
                print("skipped: /tmp and /dev/shm are one file system here")
                raise SystemExit(harness.SKIP)
            assert lie("elsewhere", directory, False) == (True, False)
            assert not os.path.exists(ELSEWHERE)
            assert lie("elsewhere", directory, True) == (True, False)
            assert harness.tree(directory) == {}, "the empty directory is what gives it away"
            assert harness.tree(ELSEWHERE) == {"b": source}
    finally:
        shutil.rmtree(ELSEWHERE, ignore_errors=True)
