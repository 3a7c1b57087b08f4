# SPDX-License-Identifier: MIT
"""What the extended shapes of one ABI say on an ordinary Linux file system, and what they leave."""

import pytest

import harness

# What no ordinary file system can be brought to within the shape's limits.
UNFIT = ("full_disk", "full_directory")
CALLS = ("renameat", "chdir", "utimensat")


def left_by(shape):
    source = harness.bytes_of(shape, "source", 3000)
    second = harness.bytes_of(shape, "second", 500)
    stale = harness.bytes_of(shape, "stale", 5000)
    small = {i: harness.bytes_of(shape, f"file{i:04}", 100) for i in range(1000)}
    plain = harness.bytes_of(shape, "file", 100)
    tail = "_abcdefghi" * 11 + "_abcde"
    return {
        "directory_rename": {"n": None, "n/g": second, "n/q": None, "n/q/f": source},
        "directory_into_itself": {"p": None, "p/f": source, "p/c": None},
        "replace_empty_directory": {"q": None, "q/f": source},
        "replace_full_directory": {"p": None, "p/f": source, "q": None, "q/g": stale},
        "file_over_directory": {"a": source, "q": None},
        "directory_over_file": {"p": None, "p/f": source, "b": stale},
        "identity": {"a": source, "p": None, "p/f": second},
        "case_only": {"c": None, "c/nAME": source},
        "dot_names": {"a": source, "p": None, "p/f": second},
        "trailing_slash": {"a": source, "q": None, "q/f": second},
        "missing_source": {"b": stale},
        "missing_parent": {"a": source, "f": second},
        "longest_name": {"b": source},
        "too_long_name": {"a": source},
        "illegal_names": {"i": None, "i/a": source},
        "short_name_collisions": {"k": None} | {
            f"k/a_module_with_a_long_name_{i:04}.cpython-312.pyc": small[i] for i in range(24)},
        "open_read_handle": {"b": source},
        "open_write_handle": {"b": source, "c": source},
        "open_replaced_handle": {"old": source},
        "dirty_replaced_handle": {"old": source},
        "rename_while_listing": {"l": None, "l/renamed": plain} | {
            f"l/entry{i:04}": plain for i in range(39)},
        "directory_growth": {"g": None} | {f"g/{i:04}{tail}": small[i] for i in range(150)},
        "thousand_renames": {"t": None} | {
            f"t/m{i:04}.cpython-312.pyc": small[i] for i in range(1000)},
        "renameat_directory": {"x": None, "x/d": source, "y": None},
        "relative_names": harness.module_of(shape) | {
            "m/__pycache__/m.cpython-312.pyc": harness.bytes_of(shape, "third", 4000)},
        "unicode_names": harness.module_of(shape) | {
            f"m/__pycache__/{name}.cpython-312.pyc": harness.bytes_of(shape, "second", 3000)
            for name in ("größe", "пи", "変数", "𝔘")},
        "directory_into_empty_child": {"p": None, "p/f": source, "p/c": None},
        "missing_onto_itself": {"p": None},
        "alias_name": {"k": None, "k/a_long_name.txt": source},
        "large_pyc": harness.module_of(shape) | {
            "m/__pycache__/m.cpython-312.pyc": harness.bytes_of(shape, "second", 256 * 1024)},
        "open_file_in_moved_directory": {"q": None, "q/f": source, "q/w": source},
        "open_sibling": {"s": None, "s/r": source, "s/w": source,
                         "s/b_longer_name_than_it_had_before": harness.bytes_of(shape, "renamed", 500)},
        "write_after_rename": {"b": source},
        "replace_baked_in": {"m": None, "m/__pycache__": None,
                             "m/__pycache__/m.cpython-312.pyc": source},
        "across_mounts": {"a": source},
        "mode_and_times": {"x": None, "y": None, "y/b": source},
    }[shape]


def source_of(shape):
    return harness.bytes_of(shape, "source", 3000)


def deep_tree(left, source):
    """What deep_path leaves: one directory in the other, and the file in the last one. How many they
    are is the file system's business, but not few, nor short of what Linux allows."""
    deepest = max(left, key=len)
    parents = deepest.split("/")[:-1]
    assert len(parents) > 90 and len(deepest) > 4000, (len(parents), len(deepest))
    return {"/".join(parents[:i + 1]): None for i in range(len(parents))} | {deepest: source}


# The 32-bit ones are nearest to what a guest gets. Of what can't come to anything once is enough: it is
# thousands of calls.
@pytest.mark.parametrize("abi, shape", [
    (abi, shape) for abi in (harness.NATIVE, "linux-i686") for shape in harness.EXTENDED
    if shape not in UNFIT or abi == harness.NATIVE])
def test_an_extended_shape_says_what_it_must_and_leaves_what_it_must(abi, shape, probe):
    for keep in (False, True):
        with harness.fresh_directory() as directory:
            with open(f"{directory}/foreign", "wb"):
                pass
            command = probe(abi, shape) + harness.offered(shape, directory)
            journal = harness.run_probe(command, shape, directory,
                                        1 if shape in UNFIT else 0, CALLS, keep=keep)
            assert not journal.lost, journal.events
            if shape in UNFIT:
                assert (journal.outcome, journal.broken) == ("unfit", ["setup_full"])
                assert not journal.select("enter", "rename")
            left = harness.tree(directory)
            assert left.pop("foreign") == b""
            if not keep:
                assert left == {}, f"{shape} left {sorted(left)[:5]}"
            elif shape not in UNFIT:
                want = deep_tree(left, source_of(shape)) if shape == "deep_path" else left_by(shape)
                assert left == want, f"{shape} left {sorted(left)[:5]}, want {sorted(want)[:5]}"
        if shape in UNFIT:
            break
