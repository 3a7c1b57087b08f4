#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A wall clock that is set back by an hour in mid-run does not make the run end before it began.

Usage: clock.py RENAME_ORACLE CLOCK_SET_BACK
"""

import os
import sys
import time
from datetime import datetime

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../run"))
from oracle import Oracle, expect  # noqa: E402


def main():
    program, preload = sys.argv[1:3]
    with Oracle(program) as oracle:
        before = int(time.time())
        code, _, complaints = oracle.run("-t", "native", "-s", "tmp_root_sibling", "--no-controls",
                                         environment={**os.environ, "LD_PRELOAD": preload})
        after = time.time()
        expect(complaints == "", complaints)
        run = oracle.documents()["native"]["run"]
        began, ended = (datetime.fromisoformat(run[key].replace("Z", "+00:00")).timestamp()
                        for key in ("started", "finished"))
        print(f"exit code {code}, {run['started']} to {run['finished']}")
        expect(before <= began <= ended <= after + 1, before, began, ended, after)


if __name__ == "__main__":
    main()
