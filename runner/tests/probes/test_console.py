# SPDX-License-Identifier: MIT
"""The journal survives a console that stutters, fits its line length, and is not lost unnoticed."""
import os
import subprocess

import harness
import probe_journal


def test_the_journal_survives_its_console(build, probe):
    mutants = build.mutants(harness.NATIVE)
    # One byte at a time with EINTR between: the same journal.
    with harness.fresh_directory() as directory:
        journal = harness.run_probe([f"{mutants}/stutter"], "tmp_root_sibling", directory, 0)
        plain = harness.run_probe(probe(harness.NATIVE, "tmp_root_sibling"),
                                  "tmp_root_sibling", directory, 0)
        facts = [[e.line for e in j.events if e.event != "note"] for j in (journal, plain)]
        assert [line.split(" #")[0] for line in facts[0]] == [line.split(" #")[0] for line in facts[1]]

    # Every line is one write(2): a pipe in packet mode hands over each by itself.
    with harness.fresh_directory() as directory:
        ours, theirs = os.pipe2(os.O_DIRECT)
        command = probe(harness.NATIVE, "tmp_root_sibling")
        process = subprocess.Popen(command + [f"--dir={directory}", "--nonce=" + harness.NONCE],
                                   stdout=theirs, env={})
        os.close(theirs)
        packets = []
        while packet := os.read(ours, 4096):
            packets.append(packet)
        os.close(ours)
        assert process.wait(timeout=harness.SECONDS) == 0
        assert all(p.endswith(b"\n") and p.count(b"\n") == 1 for p in packets), packets
        assert len(packets) == len(plain.events)

    # A directory that is long, and of bytes that must not reach a console raw.
    with harness.fresh_directory() as top:
        for part in ("\x1b[31m \t%= #\u00e9" * 5, "n" * 200):
            top = os.path.join(top, part)
            os.mkdir(top)
        journal = harness.run_probe(probe(harness.NATIVE, "pycache_replace"),
                                    "pycache_replace", top, 0)
        path = journal.select("enter", "mkdir")[0].fields["path"]
        assert path.endswith("%+") and 158 <= len(path.removesuffix("%+")) <= 160, path
        decoded = os.fsencode(probe_journal.decode(path.removesuffix("%+"))).decode("utf-8", "replace")
        assert "\x1b[31m \t%= #" in decoded

    # Nobody hears it: the probe does not go on to rename, leaves nothing, and does not exit with 0.
    with harness.fresh_directory() as directory, open("/dev/full", "wb") as full:
        result = harness.run(probe(harness.NATIVE, "tmp_root_sibling"), directory, stdout=full)
        assert result.returncode == 1 and harness.tree(directory) == {}, result
