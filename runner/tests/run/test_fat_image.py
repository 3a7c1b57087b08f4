# SPDX-License-Identifier: MIT
"""The host's look at a FAT image of each kind: what a probe left agrees, what is not as it should be is
found. The probe works in a directory whose content is then copied into the image."""

import json

import pytest

from support import needs

# Kind, KiB and sectors per cluster: what a cell has on Nanvix, what its larger images are, and what the
# reference guest has.
KINDS = [("12", 1024, 1), ("16", 8192, 1), ("32", 34816, 1)]
# What is done to the image after the probe, and what the host must find.
CHANGES = {
    "nothing": (":", "pass", ""),
    "a file more": ('mcopy -i "$0" /etc/hostname ::/more', "error", "the host sees"),
    "a file less": ('mdel -i "$0" ::/b', "error", "the host sees"),
    # The second copy of the table, behind the reserved sectors and the first copy.
    "tables that differ": (r'at=$(( ($(od -An -tu2 -j14 -N2 "$0") + $(od -An -tu2 -j22 -N2 "$0") + '
                           r'$(od -An -tu2 -j36 -N2 "$0") * (RO_KIND / 32)) * 512 + 100)); '
                           r'printf "\001\002\003" | dd of="$0" bs=1 seek=$at conv=notrunc 2>/dev/null',
                           "error", "fsck.fat"),
}


def write_descriptor(oracle, kind, kib, sectors, change):
    script = ('"$@"; code=$?; mcopy -s -i "$0" "$RO_WORK"/* ::/ || exit 9; ' + change + "; exit $code")
    path = f"{oracle.scratch}/fat.json"
    descriptor = {
        "schema": "rename-oracle/target/1", "extends": "native", "name": "fat",
        "requires": [{"program": "mkfs.fat", "package": "dosfstools"},
                     {"program": "mcopy", "package": "mtools"}],
        "prepare": [{"make_directory": "{cell}/w"},
                    {"run": ["{program:mkfs.fat}", "-F", kind, "-s", str(sectors), "-C", "{cell}/fat.img",
                             str(kib)], "deadline": 20}],
        "launch": {"argv": ["/bin/sh", "-c", script.replace("{", "{{"), "{cell}/fat.img", "{probe}",
                            "--dir={work}", "--nonce={nonce}", "--keep"],
                   "environment": {"RO_WORK": "{cell}/w", "RO_KIND": kind}},
        "guest": {"directory": "{cell}/w"},
        "host_view": {"kind": "fat-image", "path": "{cell}/fat.img"}}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(descriptor, file)
    return path


@pytest.mark.parametrize("kind, kib, sectors", KINDS)
def test_the_host_sees_what_is_on_it(kind, kib, sectors, oracle):
    for program in ("mkfs.fat", "fsck.fat", "mcopy"):
        needs.program(program)
    for what, (change, verdict, reason) in CHANGES.items():
        target = write_descriptor(oracle, kind, kib, sectors, change)
        _, said, errors = oracle.run("-t", target, "-s", "tmp_root_sibling", "--no-controls")
        cell, = oracle.documents()["fat"]["cells"]
        assert cell["verdict"] == verdict and reason in cell["reason"], (what, cell, said, errors)
        assert cell["host_view"]["result"] == ("agrees" if verdict == "pass" else "contradicts"), what
        assert reason != "fsck.fat" or "fsck.fat" in cell["host_view"]["findings"][0], cell
