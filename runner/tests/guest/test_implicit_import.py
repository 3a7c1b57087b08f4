# SPDX-License-Identifier: MIT
"""CPython's own rename, by `run --scenario implicit-import`: with bytecode writing it happens, twice;
with -B not. The document, its journal and the pyc that the guest left are looked at."""

import importlib.util
import json
import marshal
import os
import subprocess

import pytest

from support import needs


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
        return f"{kept}/served"
    view = f"{kept}/view"
    os.mkdir(view)
    subprocess.run([needs.program("mcopy"), "-s", "-n", "-m", "-i", f"{kept}/fat.img", "::*", view],
                   check=True, timeout=60)
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


@pytest.mark.parametrize("target", ["uml-fat", "uml-hostfs"])
def test_two_renames_with_bytecode_writing_and_none_with_dash_b(target, oracle):
    code, said, errors = oracle.run(
        "--scenario", "implicit-import", "-s", "implicit_import", "-t", target, "--no-controls",
        "--keep", environment={**os.environ, "TMPDIR": oracle.scratch})
    document = oracle.documents()[target]
    cells = {cell["shape"]: cell for cell in document["cells"]}
    for cell in cells.values():
        if cell["verdict"] == "skip":
            pytest.skip(cell["reason"])
    assert code == 0, (said, errors)
    assert sorted(cells) == ["implicit_import", "implicit_import_b"]
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
    assert {"implicit_import", "implicit_import_b", "python"} <= set(document["probes"]["digests"])
    check_pyc(work_directory(cells["implicit_import"]))
