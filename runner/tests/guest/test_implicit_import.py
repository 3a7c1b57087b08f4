#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""CPython's own rename, by `run --scenario implicit-import`: with bytecode writing it happens, twice;
with -B not. The document, its journal and the pyc that the guest left are looked at.

Usage: test_implicit_import.py RENAME-ORACLE TARGET ORACLE-DIRECTORY
"""

import importlib.util
import json
import marshal
import os
import subprocess
import sys

from vm import PATH, SKIP

TARGET = sys.argv[2]
sys.path.append(sys.argv[3])

from oracle import Oracle  # noqa: E402  (its directory is not on the path before)


def renames(cell):
    """What the journal of a cell says was renamed to what."""
    found = []
    for entry in cell["journal"]["timeline"]:
        words = entry["line"].split(" ")
        if words[:2] == ["enter", "rename"]:
            found.append(dict(word.split("=", 1) for word in words[2:]))
    return found


def work_directory(cell):
    """What the guest left, as a directory of this host."""
    kept = cell["artifacts"]["kept"]
    if cell["host_view"]["kind"] == "directory":
        return f"{kept}/work"
    view = f"{kept}/view"
    os.mkdir(view)
    subprocess.run(["mcopy", "-s", "-n", "-m", "-i", f"{kept}/fat.img", "::*", view], check=True,
                   timeout=60, env={**os.environ, "PATH": PATH})
    return view


def check_pyc(view):
    """What Debian's python3 wrote, this one can read: it is the same."""
    with open(importlib.util.cache_from_source(f"{view}/m/m.py"), "rb") as file:
        data = file.read()
    assert data[:4] == importlib.util.MAGIC_NUMBER
    assert int.from_bytes(data[12:16], "little") == os.path.getsize(f"{view}/m/m.py")
    names = {}
    exec(marshal.loads(data[16:]), names)  # our own two assignments
    assert names["VERSION"] == 2, names


def main():
    with Oracle(sys.argv[1]) as oracle:
        code, said, errors = oracle.run(
            "--scenario", "implicit-import", "-s", "implicit_import", "-t", TARGET, "--no-controls",
            "--keep", environment={**os.environ, "TMPDIR": oracle.scratch})
        document = oracle.documents()[TARGET]
        cells = {cell["shape"]: cell for cell in document["cells"]}
        skipped = [cell["reason"] for cell in cells.values() if cell["verdict"] == "skip"]
        if skipped:
            print(f"SKIPPED: {skipped[0]}")
            return SKIP
        assert code == 0, (said, errors)
        assert sorted(cells) == ["implicit_import", "implicit_import_b"], sorted(cells)
        for cell in cells.values():
            assert cell["verdict"] == "pass" and cell["gating"] is False, json.dumps(cell)
            assert cell["host_view"]["result"] == "agrees", cell["host_view"]
        made = renames(cells["implicit_import"])
        assert len(made) == 2, made
        for fields in made:
            assert fields["from"].startswith(fields["to"] + "."), fields
            assert fields["to"].startswith("/tmp/m/__pycache__/m.cpython-"), fields
        assert renames(cells["implicit_import_b"]) == []
        assert cells["implicit_import_b"]["rename_ms"] is None
        assert {"implicit_import", "implicit_import_b", "python"} <= set(
            document["probes"]["digests"])
        check_pyc(work_directory(cells["implicit_import"]))
    print("two renames with bytecode writing, none with -B")
    return 0


if __name__ == "__main__":
    sys.exit(main())
