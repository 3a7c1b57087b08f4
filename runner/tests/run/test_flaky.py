# SPDX-License-Identifier: MIT
"""Attempts that disagree are flaky, never a pass; and clean attempts are worth what they are worth."""
import re


def test_attempts_that_disagree_are_flaky(oracle):
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
    assert len(cells) == 2 and "pass" in verdicts and len(verdicts) == 2, verdicts
    assert code == 1, ("exit code", code)
    assert "flaky" in said, said


def test_clean_attempts_are_worth_what_they_are_worth(oracle):
    code, said, _ = oracle.run("-t", "native", "-s", "tmp_root_sibling", "-n", "10",
                               "--no-controls")
    assert code == 0 and "flaky" not in said, (code, said)
    # 1 - 0.05 ** (1 / 10)
    found = re.search(r"10 clean attempts .* ([0-9.]+) % possible \(95 % bound\)", said)
    assert found and found.group(1) == "25.9", said
