#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A target on which the oracle can't see a hang is not believed, however well its cells pass.

The launcher runs another control in the place of one, so that this one does not do what it should:
the document must be inadmissible, name that control and no other, and the exit code must be 1.

Usage: controls.py RENAME_ORACLE. Exit codes: 0 so it is, 1 it is not.
"""

import sys

from oracle import Oracle, expect


# A control that hangs in the other way has the right verdict and the wrong evidence.
WRONG = {"control_block": ("control_pass", "control_spin"),
         "control_spin": ("control_pass", "control_block"),
         "control_fail": ("control_pass", "control_block"),
         "control_pass": ("control_fail", "control_block")}


def check(oracle, control, other):
    script = (f'case $1 in */{control}) probe="$(dirname "$1")/{other}"; shift; '
              'exec "$probe" "$@";; esac; exec "$@"')
    target = oracle.descriptor("blind", launch={
        "argv": ["/bin/sh", "-c", script, "sh", "{probe}", "--dir={work}", "--nonce={nonce}",
                 "--keep"], "directory": "/"})
    # Early ends learn from control_pass; a run says where there is nothing to learn.
    code, said, _ = oracle.run("-t", target, "-s", "tmp_root_sibling", "--early",
                               "--control-step-budget", "0.5")
    expect(("--early can't apply on blind" in said) == (control == "control_pass"), said)
    document, = oracle.documents().values()
    expect([cell["verdict"] for cell in document["cells"]] == ["pass"], document["cells"])
    expect(document["admissible"] is False, "the document is admissible")
    named = [why.split()[0] for why in document["inadmissible_because"]]
    expect(named == [control], f"{control} ran {other}:", document["inadmissible_because"])
    expect(code == 1, "exit code", code, said)


def main(program):
    with Oracle(program) as oracle:
        for control, others in WRONG.items():
            for other in others:
                check(oracle, control, other)
        code, said, _ = oracle.run("-t", "native", "-s", "tmp_root_sibling")
        document, = oracle.documents().values()
        expect(code == 0 and document["admissible"] is True, code, said)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
