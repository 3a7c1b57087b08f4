#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The six shapes pass on the three reference targets, and every control gets its verdict.

Usage: reference.py RENAME_ORACLE
"""

import shutil
import sys

from oracle import Oracle, expect

TOOLS = {"linux.uml": "user-mode-linux", "mkfs.fat": "dosfstools", "mcopy": "mtools"}
EVIDENCE = {"control_block": "blocked", "control_spin": "spinning"}


def check_controls(name, document):
    found = {cell["shape"]: cell for cell in document["controls"]}
    verdicts = {shape: cell["verdict"] for shape, cell in found.items()}
    expect(verdicts == {"control_pass": "pass", "control_fail": "fail", "control_block": "hang",
                        "control_spin": "hang"}, name, verdicts)
    for shape, state in EVIDENCE.items():
        expect(found[shape]["evidence"]["state"] == state, name, found[shape]["evidence"])


def main():
    path = "/usr/sbin:/sbin:/usr/bin:/bin"
    for tool, package in TOOLS.items():
        if shutil.which(tool, path=path) is None:
            print(f"SKIPPED: {tool} is missing; install the package {package}")
            sys.exit(77)
    with Oracle(sys.argv[1]) as oracle:
        code, out, err = oracle.run("--no-skip", "--control-step-budget", "1")
        print(out, err)
        expect(code == 0, "exit code", code)
        documents = oracle.documents()
        expect(sorted(documents) == ["native", "uml-fat", "uml-hostfs"], list(documents))
        for name, document in documents.items():
            expect(document["complete"] and document["admissible"], name)
            expect(document["subject"]["kind"] == "reference", name)
            expect(len(document["cells"]) == 6, name)
            for cell in document["cells"]:
                expect(cell["verdict"] == "pass", name, cell["shape"], cell["reason"])
                expect(cell["host_view"]["result"] == "agrees", name, cell["shape"])
            check_controls(name, document)
        expect(documents["uml-fat"]["cells"][0]["filesystem"]["type"] == "vfat", "file system")


if __name__ == "__main__":
    main()
