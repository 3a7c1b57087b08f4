# SPDX-License-Identifier: MIT
"""What a probe says on file systems with one fault each, `loss=1` exactly where data is gone."""

import pytest

import harness

# fault: outcome, broken checks, those of them that say loss=1
REPLACE = {
    "none": ("pass", [], []),
    "refused": ("fail", ["rename_returned"], []),
    "source_lost": ("fail", ["rename_returned", "source_kept"], ["source_kept"]),
    "destination_lost": ("fail", ["rename_returned", "destination_kept"], ["destination_kept"]),
    "done_but_refused": ("fail", ["rename_returned", "source_kept", "destination_kept"], []),
    "nothing_done": ("fail", ["old_gone", "new_size", "new_bytes", "listing"], []),
    "both_lost": ("fail", ["new_size", "new_bytes", "listing"], ["new_bytes"]),
    "old_name_stays": ("fail", ["old_gone", "listing"], []),
    "cut": ("fail", ["new_size", "new_bytes"], ["new_bytes"]),
    "grown": ("fail", ["new_size", "new_bytes"], ["new_bytes"]),
    "byte_changed": ("fail", ["new_bytes"], ["new_bytes"]),
    "unreadable": ("fail", ["new_bytes"], []),
    "stray_entry": ("fail", ["listing", "cleanup"], []),
    "listed_twice": ("fail", ["listing"], []),
    "cleanup_refused": ("fail", ["cleanup"], []),
    "disk_full": ("unfit", ["setup_write"], []),
    "short_write": ("unfit", ["setup_write"], []),
    "readdir_fails": ("unfit", ["setup_listing"], []),
    "late_rename": ("fail", ["new_bytes"], []),
    "late_writes": ("unfit", ["setup_file"], []),
}
# What breaks between its two renames is the set-up of the second.
PYCACHE = {
    "none": ("pass", [], []),
    "room_ends": ("unfit", ["setup_write"], []),
    "cut": ("fail", ["new_size", "new_bytes"], ["new_bytes"]),
    "late_rename": ("fail", ["new_bytes"], []),
    "late_writes": ("unfit", ["setup_file"], []),
}
ROOT = {
    "none": ("pass", [], []),
    "refused": ("fail", ["rename_returned"], []),
    "source_lost": ("fail", ["rename_returned", "source_kept"], ["source_kept"]),
    "nothing_done": ("fail", ["old_gone", "new_size", "new_bytes", "listing_root"], []),
    "cut": ("fail", ["new_size", "new_bytes"], ["new_bytes"]),
    "stray_entry": ("fail", ["listing_root"], []),
}
STAYS = {"stray_entry", "cleanup_refused"}

TABLE = [(shape, fault, *wanted) for shape, faults in (
    ("replace_existing", REPLACE), ("tmp_root_sibling", ROOT), ("pycache_replace", PYCACHE)) for fault, wanted in faults.items()]


@pytest.mark.parametrize("shape, fault, outcome, broken, lost", TABLE)
def test_what_a_probe_says_of_a_fault(shape, fault, outcome, broken, lost, build):
    mutants = build.mutants(harness.NATIVE)
    with harness.fresh_directory() as directory:
        with open(f"{directory}/foreign", "wb"):
            pass
        journal = harness.run_probe([f"{mutants}/faulty_{shape}"], shape, directory,
                                    0 if outcome == "pass" else 1, env={"RO_FAULT": fault})
        said = (journal.outcome, journal.broken, journal.lost)
        assert said == (outcome, broken, lost), f"{shape} with {fault}: {said}"
        if fault not in STAYS:
            assert harness.tree(directory) == {"foreign": b""}, f"{fault}: left something"
        if fault == "refused":
            assert journal.select("leave", "rename")[0].fields["error"] == "EEXIST"
        if outcome == "unfit":
            assert ("rename" in journal.calls()) == (fault == "room_ends")
        # The looks come after 100, 300 and 700 ms, and there is something to see from 500 on.
        assert journal.late == (dict.fromkeys(broken, 700) if fault.startswith("late") else {})


def test_where_nobody_can_wait_there_is_one_look(build):
    mutants = build.mutants(harness.NATIVE)
    for fault, lost in (("both_lost", ["new_bytes"]), ("late_rename", ["new_bytes"])):
        with harness.fresh_directory() as directory:
            journal = harness.run_probe([f"{mutants}/faulty_replace_existing"], "replace_existing", directory,
                                        1, env={"RO_FAULT": fault, "RO_CANT_WAIT": "1"})
            assert (journal.outcome, journal.lost, journal.late) == ("fail", lost, {}), journal.events
            assert not journal.select("note", "waited")
