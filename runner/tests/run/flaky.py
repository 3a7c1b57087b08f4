#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Attempts that disagree are flaky, never a pass; and clean attempts are worth what they are worth.

Usage: flaky.py RENAME_ORACLE. Exit codes: 0 so it is, 1 it is not.
"""

import re
import sys

from oracle import Oracle, expect


def main(program):
    with Oracle(program) as oracle:
        # The first attempt passes; the second finds that it is not the first.
        once = f"{oracle.scratch}/once"
        script = (f'mkdir {once} 2>/dev/null && exec "$@"; '
                  'exec "$(dirname "$1")/control_fail" "$2" "$3"')
        target = oracle.descriptor("wavering", launch={
            "argv": ["/bin/sh", "-c", script, "sh", "{probe}", "--dir={work}", "--nonce={nonce}",
                     "--keep"], "directory": "/"})
        code, said, _ = oracle.run("-t", target, "-s", "tmp_root_sibling", "-n", "2", "-j", "1",
                                   "--no-controls")
        cells = oracle.documents()["wavering"]["cells"]
        verdicts = {cell["verdict"] for cell in cells}
        expect(len(cells) == 2 and "pass" in verdicts and len(verdicts) == 2, verdicts)
        expect(code == 1, "exit code", code)
        expect("flaky" in said, said)

        code, said, _ = oracle.run("-t", "native", "-s", "tmp_root_sibling", "-n", "10",
                                   "--no-controls")
        expect(code == 0 and "flaky" not in said, code, said)
        # 1 - 0.05 ** (1 / 10)
        found = re.search(r"10 clean attempts .* ([0-9.]+) % possible \(95 % bound\)", said)
        expect(found and found.group(1) == "25.9", said)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
