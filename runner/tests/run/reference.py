#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The six shapes pass on the three reference targets, and every control gets its verdict; with the
wrong programs in the controls' places no document is admissible.

Usage: reference.py RENAME_ORACLE PROBES
"""

import shutil
import sys

from oracle import (Oracle, expect, expect_controls, expect_swapped_controls,
                    probes_with_swapped_controls)

TOOLS = {"linux.uml": "user-mode-linux", "mkfs.fat": "dosfstools", "mcopy": "mtools"}


def main():
    # Of an ordinary user on Debian, which lacks where fsck.fat and mkfs.fat are.
    path = "/usr/local/bin:/usr/bin:/bin"
    for tool, package in TOOLS.items():
        if shutil.which(tool, path=f"{path}:/usr/sbin:/sbin") is None:
            print(f"SKIPPED: {tool} is missing; install the package {package}")
            sys.exit(77)
    with Oracle(sys.argv[1]) as oracle:
        code, out, err = oracle.run("--no-skip", "--control-step-budget", "1",
                                    environment={"PATH": path, "HOME": "/tmp"})
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
            expect_controls(name, document)
        expect(documents["uml-fat"]["cells"][0]["filesystem"]["type"] == "vfat", "file system")
        check_swapped(oracle, sys.argv[2])


def check_swapped(oracle, probes):
    """The cells pass as before, but the targets are blind."""
    code, out, err = oracle.run("--probes", probes_with_swapped_controls(probes, oracle.scratch),
                                "-s", "tmp_root_sibling", "--control-step-budget", "1")
    expect(code == 1, "exit code", code, out, err)
    documents = oracle.documents()
    expect(sorted(documents) == ["native", "uml-fat", "uml-hostfs"], list(documents))
    for name, document in documents.items():
        expect([cell["verdict"] for cell in document["cells"]] == ["pass"], name, document["cells"])
        expect_swapped_controls(name, document)


if __name__ == "__main__":
    main()
