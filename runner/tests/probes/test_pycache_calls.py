# SPDX-License-Identifier: MIT
"""pycache_replace makes CPython's calls, in CPython's order, and none besides."""
import harness

CACHE = "/m/__pycache__"
FINAL = CACHE + "/m.cpython-312.pyc"
TEMPORARY = FINAL + ".3075982816"


def test_it_makes_the_calls_of_cpython_and_none_besides(probe):
    with harness.fresh_directory() as directory:
        journal = harness.run_probe(probe(harness.NATIVE, "pycache_replace"),
                                    "pycache_replace", directory, 0)
        enters = journal.select("enter")
        made = [e for e in enters if e.subject == "mkdir"]
        assert [e.fields["path"] for e in made] == [directory + "/m", directory + CACHE]
        for size, at in zip((5000, 3000), [i for i, e in enumerate(enters) if e.subject == "rename"]):
            story = enters[at - 3:at + 1]
            assert [e.subject for e in story] == ["open", "write", "close", "rename"], story
            assert story[0].fields == {"path": directory + TEMPORARY, "mode": "0644",
                                       "flags": "O_WRONLY+O_CREAT+O_EXCL"}
            assert story[1].fields["bytes"] == str(size)
            assert story[3].fields == {"from": directory + TEMPORARY, "to": directory + FINAL}
