# SPDX-License-Identifier: MIT
"""Wrong use: one line on standard error, exit code 2, no journal, nothing made."""
import pytest

import harness

WRONG = (
    ([], {}),
    (["--dir=DIR"], {}),
    (["--nonce=abcdefgh"], {}),
    (["--dir=", "--nonce=abcdefgh"], {}),
    (["--dir=DIR", "--nonce="], {}),
    (["--dir=DIR", "--nonce=abcdefg"], {}),
    (["--dir=DIR", "--nonce=" + "a" * 33], {}),
    (["--dir=DIR", "--nonce=ABCDEFGH"], {}),
    (["--dir=DIR", "--nonce=abcd fgh"], {}),
    (["--dir=DIR", "--nonce=abcdefg\x1b"], {}),
    (["--dir=" + "d" * 1024, "--nonce=abcdefgh"], {}),
    (["--dir=DIR", "--nonce=abcdefgh", "--kep"], {}),
    (["--dir=DIR", "--nonce=abcdefgh", "--keep=1"], {}),
    (["--dir=DIR", "--nonce=abcdefgh", "--hostfs=DIR"], {}),
    (["--dir=DIR", "--nonce=abcdefgh", ""], {}),
    (["--dir=DIR", "--nonce=abcdefgh", "x\x1b]0;y\x07"], {}),
    (["--dir", "DIR", "--nonce", "abcdefgh"], {}),
    (["--dir=DIR", "--nonce=abcdefgh"], {"RO_KEEP": "yes"}),
    ([], {"RO_DIR": "DIR"}),
    ([], {"RO_DIR": "DIR", "RO_NONCE": "short"}),
)


@pytest.mark.parametrize("abi", harness.ABIS)
def test_wrong_use_is_one_line_and_nothing_is_made(abi, probe):
    command = probe(abi, "tmp_root_sibling")
    for arguments, env in WRONG:
        with harness.fresh_directory() as directory:
            arguments = [a.replace("DIR", directory) for a in arguments]
            env = {key: value.replace("DIR", directory) for key, value in env.items()}
            result = harness.run(command + arguments, env=env)
            assert result.returncode == 2, (arguments, env, result)
            assert result.stdout == b"", result
            line = result.stderr.decode()
            assert line.startswith("tmp_root_sibling: ") and line.count("\n") == 1, result
            assert line.endswith("\n") and "--nonce=NONCE" in line and "\x1b" not in line, result
            assert "hostfs" not in line, result
            assert harness.tree(directory) == {}
