# SPDX-License-Identifier: MIT
"""What a guest prints, what its journal says, and how it names its files, is hostile: it never steers
the terminal, is no format string, makes no file and spoils no verdict but its own. It is kept among
the artifacts byte for byte, and quoted harmlessly.
"""
import glob
import os
import subprocess

import pytest

from support.build import DEADLINE_S

NAME = b"\x1b[31m%n%s%n\xe2\x80\xae\x9b.."
QUOTED = "\\x1B[31m%n%s%n\\xE2\\x80\\xAE\\x9B.."
HOSTILE = (b"\x1b[2J\x1b]0;owned\x07\x00 ../../../escaped /escaped artifacts/../escaped\r\n" +
           b"panicked at " + NAME + b"/../../../escaped\r\n")

# What the "VM" does with the hostile text in the file $0 and the probe "$@", the verdict, and how the
# terminal shows the text.
CASES = {
    "before": ('cat "$0"; exec "$@"', "pass", None),
    "after": ('"$@"; cat "$0"', "pass", None),
    "alone": ('cat "$0"; exit 1', "no_start", QUOTED),
    "middle": ('"$@" | sed "/ enter rename/q"; cat "$0"; exit 9', "crash", QUOTED),
    "name": ('"$@"; cd "$(echo "$2" | cut -c7-)" && : >"$(cat "$0.name")"', "error", QUOTED),
}

# A "VM" that runs the probe "$@" and lets sed's script $0 change its journal, which gets right checksums
# again. Exits as the last line wants it.
LIAR = """
import re, subprocess, sys, zlib
script, probe = sys.argv[1], sys.argv[2:]
told = subprocess.run(probe, stdout=subprocess.PIPE, check=False).stdout
for line in subprocess.run(["sed", script], input=told, stdout=subprocess.PIPE,
                           check=False).stdout.splitlines():
    text = line.rsplit(b" #", 1)[0]
    sys.stdout.buffer.write(b"%s #%08x\\n" % (text, zlib.crc32(text)))
sys.exit(b" end pass" not in text)
"""
BYTES = "%FF%1B[31m%E2%80%AE".replace("[", "%5B")
SHOWN = "\\xFF\\x1B[31m\\xE2\\x80\\xAE"

# What the journal is made to say, the verdict, and the places that must show it: "a/b" is a key in a key.
LIES = {
    "errno": ("s/ leave rename ret=0/ leave rename ret=-1 errno=5 error=@/; s/ end pass/ end fail/",
              "fail", ["reason", "errno/name"]),
    "inode": ("s/ before=[0-9]*/ before=@/", "pass", ["anomalies/0/detail"]),
    "type": ("s/ fs [^ ]*/ fs @/", "pass", ["filesystem/type"]),
    "mount": ("s/ mount=[^ ]*/ mount=@/", "pass", ["filesystem/mount"]),
    "source": ("s/ source=[^ ]*/ source=@/", "pass", ["filesystem/source"]),
    "from": ("s/ from=[^ ]*/ from=@/; / enter rename/q", "crash", ["step/arguments/from"]),
    "to": ("s/ to=[^ ]*/ to=@/; / enter rename/q", "crash", ["step/arguments/to"]),
    "check": ("s/ check old_gone result=held/ check old_gone result=broken want=@ got=@/; "
              "s/ end pass checks=\\(.*\\) broken=0/ end fail checks=\\1 broken=1/", "fail", []),
    "set-up": ("s/ check setup_entry result=held/ check setup_entry result=broken want=@ got=@/; "
               "s/ end pass checks=\\(.*\\) broken=0/ end fail checks=\\1 broken=1/", "error", []),
    "honest": ("", "pass", []),
}


def is_harmless(output):
    """One line after the other of text that only stands there."""
    return all(char == "\n" or char.isprintable() for char in output.decode("utf-8"))


def files_below(directory):
    return {os.path.relpath(os.path.join(top, name), directory)
            for top, _, names in os.walk(directory) for name in names}


def run(oracle, name, script):
    target = oracle.descriptor(name, panic_lines=["panicked at"], launch={
        "argv": ["/bin/sh", "-c", script, f"{oracle.scratch}/hostile", "{probe}", "--dir={work}",
                 "--nonce={nonce}", "--keep"], "directory": "/"})
    os.mkdir(f"{oracle.scratch}/{name}.tmp")
    command = oracle.command("-t", target, "-s", "tmp_root_sibling", "-n", "1", "--no-controls")
    before = files_below(oracle.scratch)
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False,
                          timeout=DEADLINE_S,
                          env={**os.environ, "TMPDIR": f"{oracle.scratch}/{name}.tmp"})
    return done, {path.split("/", 2)[-1] for path in files_below(oracle.scratch) - before}


def check_report(oracle, document, words):
    """The document that has the text in it, shown on a terminal."""
    for style in ("markdown", "tap", "junit", "html"):
        done = subprocess.run([oracle.program, "report", "--format", style, document],
                              stdin=subprocess.DEVNULL, capture_output=True, check=False,
                              timeout=DEADLINE_S)
        assert done.returncode == 0 and done.stdout and is_harmless(done.stdout), (style, done)
        assert words in done.stdout.decode(), (style, words, done)


def value_at(cell, path):
    for key in path.split("/"):
        cell = cell[int(key) if isinstance(cell, list) else key]
    return cell


@pytest.mark.sanitize
def test_what_a_journal_says_steers_nothing(oracle):
    """One run with all of the lies: each cell has its own verdict, and shows what it was told."""
    with open(f"{oracle.scratch}/liar.py", "w", encoding="utf-8") as file:
        file.write(LIAR)
    targets = []
    for name, (script, _, _) in LIES.items():
        # With "same_inode" a change of inodes is an error; without, it is an anomaly.
        targets += ["-t", oracle.descriptor(name, same_inode=False, launch={
            "argv": ["/usr/bin/python3", "-I", f"{oracle.scratch}/liar.py", script.replace("@", BYTES),
                     "{probe}", "--dir={work}", "--nonce={nonce}", "--keep"], "directory": "/"})]
    code, output, errors = oracle.run(*targets, "-s", "tmp_root_sibling", "--no-controls", "--live")
    documents = oracle.documents()
    assert code == 1 and errors == "" and documents.keys() == LIES.keys(), (code, errors, output)
    for name, (_, verdict, places) in LIES.items():
        (cell,) = documents[name]["cells"]
        print(f"{name}: {cell['verdict']} {cell['reason']}")
        assert cell["verdict"] == verdict, (name, cell["verdict"], cell["reason"])
        for place in places:
            assert SHOWN in value_at(cell, place), (name, place, cell)
    assert is_harmless(output.encode()), output


@pytest.mark.sanitize
@pytest.mark.parametrize("name", CASES)
def test_what_a_guest_prints_steers_nothing(name, oracle):
    script, verdict, quoted = CASES[name]
    for suffix, content in (("", HOSTILE), (".name", NAME)):
        with open(f"{oracle.scratch}/hostile{suffix}", "wb") as file:
            file.write(content)
    done, made = run(oracle, name, script)
    (document,) = glob.glob(f"{oracle.output}/*/{name}.json")
    (cell,) = oracle.documents()[name]["cells"]
    print(f"{name}: {cell['verdict']} {cell['reason']}")
    assert cell["verdict"] == verdict, (name, cell["verdict"], cell["reason"])
    assert is_harmless(done.stdout + done.stderr), (name, done)
    assert quoted is None or quoted in done.stdout.decode(), (name, done)
    # Why a guest did not start, or broke off, is in its last lines.
    told = cell["verdict"] in ("no_start", "crash")
    assert not told or b"console: panicked at" in done.stdout, (name, done)
    artifact = f"artifacts/{name}.tmp_root_sibling.1.stdout"
    assert made == {f"{name}.json", artifact}, (name, made)
    with open(os.path.join(os.path.dirname(document), artifact), "rb") as file:
        assert name == "name" or HOSTILE in file.read(), (name, "was not kept as it came")
    check_report(oracle, document, "panicked at" if told else "")
