# SPDX-License-Identifier: MIT
"""Bad input is one clear line that names the thing and the remedy, exit code 2, nothing written."""
import os

import pytest


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def root_of(scratch, length):
    """A directory in which the journal's longest name of tmp_root_sibling has this many bytes."""
    longest = "/rename-oracle.0123456789abcdef/a"
    path = f"{scratch}/" + "x" * (length - len(f"{scratch}/") - len(longest))
    os.makedirs(path, exist_ok=True)
    return path


def cases(scratch):
    """Each: arguments, what the message must name, what remedy it must give."""
    broken = write(f"{scratch}/broken.json", '{\n "schema": "rename-oracle/target/1",\n "nam": 1\n}\n')
    plain = write(f"{scratch}/file", "")
    link = f"{scratch}/link"
    os.symlink(scratch, link)
    yield ["-t", "nonesuch"], "--target", "nonesuch; 'rename-oracle list'"
    yield ["-s", "nonesuch"], "--shape", "nonesuch; 'rename-oracle list'"
    yield ["-s", "control_pass"], "control_pass", "'rename-oracle list'"
    yield ["-t", broken], f"{broken}:", "key"
    yield ["-t", f"{scratch}/missing.json"], "missing.json", "No such file"
    yield ["-t", scratch + "/"], scratch, ""
    yield ["-t", "native", "-t", "native"], "native", "twice"
    yield ["-t", "native", "--root", f"{scratch}/nothing"], "nothing", "--root"
    yield ["-t", "native", "--root", plain], plain, "directory"
    yield ["-t", "native", "-o", plain], plain, "--output"
    yield ["-t", "native", "-o", link], link, "--output"
    yield ["-t", "native", "-o", f"{scratch}/file/such/place"], "file", "--output"
    yield ["-n", "0"], "--attempts: '0'", "from 1"
    yield ["-j", "many"], "--jobs: 'many'", "from 1"
    yield ["--step-budget", "-3"], "'-3'", "seconds"
    yield ["--step-budget", "nan"], "'nan'", "seconds"
    yield ["--nonesuch"], "nonesuch", "--help"
    yield ["stray"], "stray", "--target"
    long = root_of(scratch, 161)
    yield ["-t", "native", "-s", "tmp_root_sibling", "--root", long], "can carry 160", "--root"
    encoded = f"{scratch}/{'é' * 20}"
    os.mkdir(encoded)
    yield ["-t", "native", "--root", encoded], "can carry 160", "--root"
    bytes_path = os.fsdecode(os.fsencode(scratch) + b"/\xff")
    os.mkdir(bytes_path)
    yield ["-t", "native", "--root", bytes_path], "\\xFF: is no UTF-8", "--root"
    for option in ("-o", "--output", "--root", "--probes", "--nanvix", "-t", "-s"):
        yield [option, ""], option, "empty"
    yield ["--output="], "--output=", "empty"
    yield ["--early", "--no-controls"], "--early", "only one"
    yield ["--control-step-budget", "1", "--no-controls"], "--control-step-budget", "only one"
    yield ["--release", "v0.20.3"], "--release", "--nanvix"
    yield ["--nanvix", scratch], scratch, "bin/nanvixd.elf"
    yield ["--nanvix", f"{scratch}/nothing"], "nothing", "sysroot"


@pytest.mark.sanitize
def test_bad_input_is_one_line_that_names_the_thing_and_the_remedy(oracle):
    for arguments, name, remedy in cases(oracle.scratch):
        code, out, err = oracle.run(*arguments)
        lines = [line for line in err.splitlines() if not line.startswith(("Try ", "information"))]
        assert code == 2, (arguments, err)
        assert len(lines) == 1, (arguments, "more than one line:", err)
        assert name in err and remedy in err, (arguments, err)
        assert out == "", arguments
        assert not os.path.isdir(oracle.output), (arguments, "an output directory was made")
