#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A target on which the oracle can't see a hang is not believed, however well its cells pass.

The launcher runs control_pass in the place of one control, so that this control does not do what it
should: the document must be inadmissible, name the control, and the exit code must be 1.

Usage: controls.py RENAME_ORACLE. Exit codes: 0 so it is, 1 it is not.
"""

import sys

from oracle import Oracle, expect


def check(oracle, control):
    script = (f'case $1 in */{control}) probe="$(dirname "$1")/control_pass"; shift; '
              'exec "$probe" "$@";; esac; exec "$@"')
    target = oracle.descriptor(f"blind-{control.replace('_', '-')}", launch={
        "argv": ["/bin/sh", "-c", script, "sh", "{probe}", "--dir={work}", "--nonce={nonce}",
                 "--keep"], "directory": "/"})
    code, said, _ = oracle.run("-t", target, "-s", "tmp_root_sibling")
    document, = oracle.documents().values()
    expect([cell["verdict"] for cell in document["cells"]] == ["pass"], document["cells"])
    expect(document["admissible"] is False, "the document is admissible")
    why = " ".join(document["inadmissible_because"])
    expect(control in why, f"{control} is not named", why)
    expect(code == 1, "exit code", code, said)


def main(program):
    with Oracle(program) as oracle:
        for control in ("control_block", "control_spin", "control_fail"):
            check(oracle, control)
        code, said, _ = oracle.run("-t", "native", "-s", "tmp_root_sibling")
        document, = oracle.documents().values()
        expect(code == 0 and document["admissible"] is True, code, said)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
