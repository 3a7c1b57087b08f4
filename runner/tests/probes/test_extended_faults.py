# SPDX-License-Identifier: MIT
"""What the extended shapes say where a file system does what rust-fatfs does: refuse and lose the
source, say success and do nothing, or lose a subtree. `loss=1` exactly where data is gone."""
import errno

import pytest

import harness

# shape, fault, errno that it answers with: broken checks, those of them with loss=1
CASES = (
    ("too_long_name", "none", 0, [], []),
    ("too_long_name", "source_lost", errno.ENAMETOOLONG, ["source_kept", "listing_root"],
     ["source_kept"]),
    ("too_long_name", "refused", errno.EEXIST, ["answer"], []),
    ("missing_parent", "source_lost", errno.ENOENT,
     ["source_kept", "answer", "source_kept", "listing_root"],
     ["source_kept", "source_kept"]),
    ("missing_parent", "unreadable", 0, ["source_kept", "source_kept", "file_kept"], []),
    ("illegal_names", "source_lost", errno.EINVAL, ["file_kept"], ["file_kept"]),
    ("illegal_names", "nothing_done", 0, ["file_came_along"], []),
    ("illegal_names", "cut", 0, ["file_came_along", "file_kept"],
     ["file_came_along", "file_kept"]),
    ("directory_into_itself", "subtree_lost", 0,
     ["answer", "file_kept", "child_kept", "listing"], ["file_kept"]),
    ("directory_into_itself", "nothing_done", 0, ["answer"], []),
    ("case_only", "nothing_done", 0, ["file_kept", "listing"], []),
    ("identity", "source_lost", errno.EIO,
     ["answer", "file_kept", "answer", "listing_root"], ["file_kept"]),
    ("trailing_slash", "none", 0, [], []),
    ("open_write_handle", "nothing_done", 0, ["old_gone", "new_bytes", "listing_root"], []),
    ("open_write_handle", "source_lost", errno.EBUSY, ["answer", "source_kept"], ["source_kept"]),
    ("dirty_replaced_handle", "none", 0, [], []),
    ("dirty_replaced_handle", "nothing_done", 0, ["old_gone", "new_bytes", "listing_root"], []),
    ("dirty_replaced_handle", "source_lost", errno.EBUSY, ["answer", "source_kept"],
     ["source_kept"]),
    ("thousand_renames", "nothing_done", 0, ["own_bytes"] * 11, []),
    ("thousand_renames", "refused", 0, ["answer"], []),
    ("thousand_renames", "source_lost", errno.EIO, ["answer", "source_kept"], ["source_kept"]),
    ("thousand_renames", "room_ends", 0, ["setup_write"], []),
    ("open_write_handle", "room_ends", 0, ["setup_room"], []),
    ("dirty_replaced_handle", "room_ends", 0, ["setup_room"], []),
    ("missing_parent", "late_writes", 0, ["setup_file"], []),
    ("rename_while_listing", "none", 0, [], []),
    ("rename_while_listing", "source_lost", errno.EIO, ["answer", "entries", "new_bytes"],
     ["new_bytes"]),
    ("directory_into_empty_child", "nothing_done", 0, ["answer"], []),
    ("directory_into_empty_child", "subtree_lost", 0,
     ["answer", "file_kept", "child_kept", "listing"], ["file_kept"]),
    ("missing_onto_itself", "nothing_done", 0, ["answer", "answer"], []),
    ("alias_name", "both_lost", 0, ["answer", "file_kept", "entries"], ["file_kept"]),
    ("alias_name", "alias_lost", 0, ["file_kept", "entries"], ["file_kept"]),
    ("alias_name", "nothing_done", 0, ["file_kept"], []),
    ("large_pyc", "cut", 0, ["new_size", "new_bytes"], ["new_bytes"]),
    ("large_pyc", "nothing_done", 0, ["old_gone", "new_size", "new_bytes", "listing"], []),
    ("open_file_in_moved_directory", "handles_lost", 0,
     ["handle_after", "written_file_kept"], ["written_file_kept"]),
    ("open_file_in_moved_directory", "refused", 0, ["answer"], []),
    ("open_sibling", "handles_lost", 0,
     ["handle_after", "written_file_kept"], ["written_file_kept"]),
    ("open_sibling", "source_lost", errno.EIO, ["answer", "new_bytes"], ["new_bytes"]),
    ("replace_baked_in", "both_lost", 0, ["new_size", "new_bytes", "listing"], ["new_bytes"]),
    ("replace_baked_in", "refused", 0, ["rename_returned"], []),
    ("replace_baked_in", "destination_lost", 0, ["rename_returned", "destination_kept"],
     ["destination_kept"]),
    ("across_mounts", "none", 0, [], []),
    ("across_mounts", "source_lost", errno.EXDEV, ["source_kept"], ["source_kept"]),
    ("across_mounts", "nothing_done", 0, ["answer"], []),
    ("write_after_rename", "writes_lost", 0, ["written_bytes"], ["written_bytes"]),
    ("mode_and_times", "touched", 0, ["mode_kept", "time_kept"], []),
    ("deep_path", "source_lost", errno.ENAMETOOLONG, ["answer", "new_bytes"], ["new_bytes"]),
    ("deep_path", "nothing_done", 0, ["old_gone", "new_bytes"], []),
)


@pytest.mark.parametrize("shape, fault, number, broken, lost", CASES)
def test_what_an_extended_shape_says_of_a_fault(shape, fault, number, broken, lost, build):
    mutants = build.mutants(harness.NATIVE)
    with harness.fresh_directory() as directory:
        journal = harness.run_probe([f"{mutants}/faulty_{shape}", *harness.offered(shape, directory)], shape, directory,
                                    1 if broken else 0, ("utimensat",),
                                    env={"RO_FAULT": fault, "RO_ERRNO": str(number)})
        said = (journal.outcome, journal.broken, journal.lost)
        outcome = "pass" if not broken else "unfit" if broken[0].startswith("setup_") else "fail"
        assert said == (outcome, broken, lost), f"{shape} with {fault}: {said}"
