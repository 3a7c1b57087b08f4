#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The criteria can be met: each mode that they ask about has a target about Nanvix, every such
target's documents name the files by which the criteria tell builds apart, and all of their shapes
exist. usage: test_targets.py PROGRAM SOURCE"""

import glob
import json
import os
import subprocess
import sys


def main():
    program, source = sys.argv[1:3]
    with open(os.path.join(source, "ci/criteria.json"), encoding="utf-8") as file:
        criteria = json.load(file)
    listing = json.loads(subprocess.run([program, "list", "--json"], check=True, timeout=60,
                                        capture_output=True, text=True).stdout)
    shapes = {shape["name"] for shape in listing["shapes"]}
    modes = {mode for issue in criteria["issues"] for mode in issue["modes"]}
    files = set(criteria["evidence"]["subject_files"])
    failed = 0
    served = set()
    for path in glob.glob(os.path.join(source, "runner/targets/*.json")):
        with open(path, encoding="utf-8") as file:
            target = json.load(file)
        if target["subject"] != "nanvix" or target["mode"] not in modes:
            continue
        served.add(target["mode"])
        if not files <= set(target["sysroot"]["files"]):
            failed += 1
            print("%s does not name %s" % (path, files))
    for issue in criteria["issues"]:
        for shape in issue["shapes"]:
            if shape not in shapes:
                failed += 1
                print("%s asks for the shape %s, which does not exist" % (issue["issue"], shape))
    if modes != served:
        failed += 1
        print("no target serves %s" % (modes - served))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
