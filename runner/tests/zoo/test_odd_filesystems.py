# SPDX-License-Identifier: MIT
"""File systems that are odd and right: what the runner says on them, beyond the zoo's table.

Names that end early, inodes whose numbers mean nothing, a rename that is shown late (in zoofs); minix,
whose names have 30 bytes, and btrfs, whose files have another device than their mount (real ones, in a
guest). Nothing of this may be charged to rename, and each must be named.
"""
import json
import os
import shutil
import subprocess

import pytest

import private_mounts as mounts
from support import needs
from support.build import DEADLINE_S
from support.privately import privately

LENGTHS = ("longest_name", "too_long_name", "directory_growth", "full_directory", "full_disk")


def words_of(shapes):
    return [word for shape in shapes for word in ("-s", shape)]


def cells_of(oracle, target, shapes, *more):
    """{shape: cell} of one run without controls."""
    _, _, errors = oracle.run("-q", "--no-controls", "-t", target, *words_of(shapes), *more)
    documents = oracle.documents()
    assert len(documents) == 1, ("not one document:", errors)
    (document,) = documents.values()
    assert "skipped" not in document, document.get("skipped")
    return {cell["shape"]: cell for cell in document["cells"]}


def on_zoofs(zoofs, scratch, oracle, fault, shapes, target="native"):
    mount = mounts.FuseMount(zoofs, scratch, fault.replace(":", "-"), fault)
    try:
        return cells_of(oracle, target, shapes, "--root", mount.path)
    finally:
        mount.release()


def expect_cells(cells, wanted):
    """`wanted`: {shape: verdict, or a text that the reason of an error must hold}"""
    for shape, want in wanted.items():
        cell = cells[shape]
        verdict = want if want in ("pass", "fail") else "error"
        assert cell["verdict"] == verdict, (shape, cell["verdict"], cell["reason"])
        assert verdict != "error" or want in cell["reason"], (shape, cell["reason"])
        assert "data_loss" not in cell, (shape, cell["reason"])


def check_short_names(scratch, oracle, zoofs):
    for longest, wanted in (
            (60, dict.fromkeys(LENGTHS + ("thousand_renames", "short_name_collisions"), "pass")),
            # Their names need more than that, and are what they are about.
            (30, {"longest_name": "pass", "pycache_replace": "pass",
                  "thousand_renames": "ENAMETOOLONG"})):
        wanted |= {shape: "setup_full" for shape in ("full_disk", "full_directory")
                   if shape in wanted}
        cells = on_zoofs(zoofs, scratch, oracle, f"names-end-early:{longest}", wanted)
        expect_cells(cells, wanted)
        for shape in wanted.keys() & set(LENGTHS):
            found = cells[shape]["filesystem"].get("longest_name")
            assert found == longest, (shape, "has names of", found, "instead of", longest)


def check_numbers(scratch, oracle, zoofs):
    """Both readings are said, and with the key that is named it is a pass with an anomaly."""
    shapes = ("subdir_sibling", "pycache_replace")
    cells = on_zoofs(zoofs, scratch, oracle, "inodes-numbered-by-name", shapes)
    expect_cells(cells, {"subdir_sibling": "numbers inodes anew", "pycache_replace": "same_inode"})
    path = oracle.descriptor("renumbered", same_inode=False)
    shutil.rmtree(f"{scratch.path}/mount-inodes-numbered-by-name")
    shutil.rmtree(f"{scratch.path}/backing-inodes-numbered-by-name")
    cells = on_zoofs(zoofs, scratch, oracle, "inodes-numbered-by-name", shapes, path)
    expect_cells(cells, dict.fromkeys(shapes, "pass"))
    kinds = [anomaly["kind"] for anomaly in cells["subdir_sibling"]["anomalies"]]
    assert kinds == ["inode_changed"], kinds


def check_late(scratch, oracle, zoofs):
    """`late` stands in the reason, in the document, and in a report; also in shapes that go on."""
    shapes = ("subdir_sibling", "directory_rename", "illegal_names")
    cells = on_zoofs(zoofs, scratch, oracle, "rename-shown-late", shapes)
    expect_cells(cells, dict.fromkeys(shapes, "fail"))
    for cell in cells.values():
        assert " late=" in cell["reason"], cell["reason"]
        kinds = [anomaly["kind"] for anomaly in cell["anomalies"]]
        assert kinds == ["late"], kinds
    (path,) = (os.path.join(top, name) for top, _, names in os.walk(oracle.output)
               for name in names if name == "native.json")
    for kind in ("html", "junit"):
        page = f"{oracle.scratch}/report.{kind}"
        subprocess.run([oracle.program, "report", "-f", kind, "-o", page, path], check=True,
                       timeout=DEADLINE_S)
        with open(page, encoding="utf-8") as file:
            assert "was right when it was looked at again" in file.read(), ("no word in", page)


def guest_on(oracle, kind, mkfs, module):
    """A descriptor with another file system than those that are shipped; the host does not look into
    it."""
    built_in = [f"init_{name}_fs" for name in ("jfs", "btrfs", "xfs") if name != kind]
    descriptor = {
        "schema": "rename-oracle/target/1", "extends": "uml", "name": f"uml-{kind}",
        "title": f"a guest on {kind}", "mode": "standalone", "subject": "reference",
        "prepare": [
            {"run": [shutil.which("truncate"), "-s", "128M", "{cell}/disk.img"], "deadline": 10},
            {"run": [mkfs, *(["-q"] if kind == "btrfs" else []), "{cell}/disk.img"], "deadline": 10}],
        "lists": {
            "size": ["mem=128M", "initcall_blacklist=" + ",".join(
                ["raid6_select_algo", "ssl_init", "init_zswap", *built_in])],
            "work": ["ubd0=disk.img", f"RO_FILESYSTEM={kind}", "RO_SOURCE=/dev/ubda",
                     f"RO_MODULES={module}", "RO_MOUNT_OPTIONS="]},
        "filesystem": kind, "own_file_system": True, "memory_mib": 160}
    path = f"{oracle.scratch}/uml-{kind}.json"
    with open(path, "w", encoding="utf-8") as file:
        json.dump(descriptor, file)
    return path


@pytest.mark.parametrize("kind, shapes, longest, module", [
    ("btrfs", ("pycache_replace", "longest_name"), 255, ""),
    ("minix", ("pycache_replace", "too_long_name", "directory_growth"), 30, "minix")])
def test_a_real_file_system_that_is_odd_is_right(kind, shapes, longest, module, oracle):
    needs.program("linux.uml", "user-mode-linux")
    path = guest_on(oracle, kind, needs.program(f"mkfs.{kind}"), module)
    cells = cells_of(oracle, path, shapes)
    expect_cells(cells, dict.fromkeys(shapes, "pass"))
    for shape, cell in cells.items():
        assert cell["filesystem"]["type"] == kind, cell["filesystem"]
        if shape in LENGTHS:
            assert cell["filesystem"]["longest_name"] == longest, cell["filesystem"]


@pytest.mark.parametrize("check", [check_short_names, check_numbers, check_late],
                         ids=lambda check: check.__name__)
def test_nothing_odd_is_charged_to_rename(check, oracle, build):
    mounts.need_fuse()
    privately(check, oracle, build.tool("zoo/zoofs"))
