# SPDX-License-Identifier: MIT
"""A run changes and removes what is its own, whatever a descriptor says or a guest leaves behind."""
import os
import shutil

import pytest

WORK = "{root}/{cell_name}"
# What a descriptor must not even say.
REFUSED = [
    {"cleanup": [{"remove": "{root}"}]},
    {"cleanup": [{"remove": WORK}, {"remove": "/"}]},
    {"prepare": [{"make_directory": WORK}, {"write": "{root}/file", "text": ""}]},
    {"setup": [{"make_directory": "/etc/own"}]},
    {"prepare": [{"copy": "{probe}", "to": "{root}/file"}]},
    {"interpreter": {"python": "/p", "prepare": [{"copy": "{probe}", "to": "{python}"}]}},
]
# What shows only when it is done: the steps before the cell, and after it.
LED_OUT = [
    ([{"make_directory": WORK}, {"write": WORK + "/../file", "text": "x"}], []),
    ([{"make_directory": WORK + "/../more"}], []),
    ([{"make_directory": WORK}, {"run": ["/bin/ln", "-s", "{root}", WORK + "/up"]},
      {"copy": "/bin/true", "to": WORK + "/up/file"}], []),
    ([{"make_directory": WORK}], [{"remove": WORK + "/.."}]),
    ([{"make_directory": WORK}], [{"remove": WORK + "/../kept"}]),
    ([{"make_directory": WORK}], [{"remove": "{root}/{work}"}]),
]


def users_own(directory):
    """All that is there and not of a run."""
    return sorted(path for place, names, files in os.walk(directory) for path in
                  (os.path.join(place, name) for name in names + files)
                  if "/rename-oracle." not in path)


def check(oracle, root, descriptor):
    """Runs a cell there; the user's own files are as before. Returns exit code, errors, the cell."""
    before = users_own(root)
    code, _, errors = oracle.run("-t", descriptor, "--root", root, "-s", "subdir_sibling",
                                 "--no-controls")
    after = users_own(root)
    assert after == before, (descriptor, "changed what is not its own:", after, before)
    cells = [] if code == 2 else list(oracle.documents().values())[0]["cells"]
    return code, errors, cells


@pytest.mark.sanitize
def test_a_run_changes_and_removes_what_is_its_own(oracle):
    root = f"{oracle.scratch}/root"
    os.makedirs(f"{root}/kept/below")
    with open(f"{root}/kept/file", "w", encoding="ascii") as file:
        file.write("the user's")
    for number, steps in enumerate(REFUSED):
        descriptor = oracle.descriptor(f"refused{number}", **steps)
        code, errors, _ = check(oracle, root, descriptor)
        assert code == 2 and f"{descriptor}:1:" in errors and "is not of the run" in errors, (
            steps, code, errors)
    for number, (prepare, cleanup) in enumerate(LED_OUT):
        descriptor = oracle.descriptor(f"led{number}", prepare=prepare,
                                       cleanup=cleanup + [{"remove": WORK}])
        code, errors, (cell,) = check(oracle, root, descriptor)
        told = cell["reason"] if not cleanup else str(cell["anomalies"])
        assert cell["verdict"] == "error" if not cleanup else "left_behind" in told, (
            prepare, cleanup, code, cell)
        for name in os.listdir(root):
            if name != "kept":
                shutil.rmtree(f"{root}/{name}")
    # What a guest can leave: links out of its directory, and one in its place.
    plant = f'ln -s "{root}/kept" "$1/link"; mv "$1" "$1.away"; ln -s "{root}/kept" "$1"'
    descriptor = oracle.descriptor(
        "planted", prepare=[{"make_directory": WORK}],
        launch={"argv": ["/bin/sh", "-c", plant, "sh", "{work}"], "directory": "/"},
        cleanup=[{"remove": WORK}, {"remove": f"{WORK}.away"}])
    check(oracle, root, descriptor)
    assert os.listdir(root) == ["kept"], ("left behind:", os.listdir(root))
