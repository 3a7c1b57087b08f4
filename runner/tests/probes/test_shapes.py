# SPDX-License-Identifier: MIT
"""Every shape of one ABI passes here, keeps what it must with --keep and else leaves nothing."""

import pytest

import harness


@pytest.mark.parametrize("shape", harness.SHAPES)
@pytest.mark.parametrize("abi", harness.ABIS)
def test_a_shape_passes_and_leaves_nothing(abi, shape, probe):
    with harness.fresh_directory() as directory:
        with open(f"{directory}/foreign", "wb") as file:
            file.write(b"not ours")
        journal = harness.run_probe(probe(abi, shape), shape, directory, 0)
        assert harness.tree(directory) == {"foreign": b"not ours"}, harness.tree(directory)
        assert journal.events[0].fields["bits"] == ("32" if abi == "linux-i686" else "64")
        assert len(journal.select("fs")) == 1
        renames = 2 if shape == "pycache_replace" else 1
        assert journal.calls().count("rename") == renames
        for note in journal.select("note", "inode"):
            check_inode(shape, note.fields)
            assert note.fields["dev_after"] == journal.select("fs")[0].fields["dev"], note
        assert len(journal.select("note", "inode")) == renames
        for name in ("setup_fresh", "setup_file", "setup_entry", "rename_returned", "old_gone", "new_size", "new_bytes", "cleanup"):
            assert journal.select("check", name), f"{shape} checks no {name}"


def check_inode(shape, fields):
    """Nothing may ask for the number of a pyc's temporary file."""
    assert ("before" in fields) == (shape != "pycache_replace"), fields
    if "before" in fields:
        assert fields["before"] == fields["after"], fields
        assert fields["dev_before"] == fields["dev_after"], fields
    assert fields.get("replaced") != fields["after"], fields


@pytest.mark.parametrize("shape", harness.SHAPES)
@pytest.mark.parametrize("abi", harness.ABIS)
def test_a_shape_keeps_what_it_must(abi, shape, probe):
    with harness.fresh_directory() as directory:
        journal = harness.run_probe(probe(abi, shape), shape, directory, 0, keep=True)
        assert harness.tree(directory) == harness.left_by(shape), harness.tree(directory).keys()
        assert not journal.select("check", "cleanup")
        # The same directory is now dirty: nothing can be said, and nothing may be touched.
        journal = harness.run_probe(probe(abi, shape), shape, directory, 1)
        assert journal.outcome == "unfit" and journal.broken == ["setup_fresh"], journal.events
        assert "rename" not in journal.calls()
        assert harness.tree(directory) == harness.left_by(shape)
