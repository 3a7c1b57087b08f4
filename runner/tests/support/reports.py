# SPDX-License-Identifier: MIT
"""`rename-oracle report` over the sets of sample documents."""
import functools
import json
import subprocess

from support import samples


class Reports:
    """Reports of one build's program; documents and decisions are files in `directory`."""

    def __init__(self, program, directory):
        self.program, self.directory = program, directory
        self.report = functools.lru_cache(maxsize=None)(self._report)

    def sample_paths(self, name):
        """The documents of a set of samples.py, written at the first call."""
        if not (self.directory / name).is_dir():
            samples.write_set(self.directory, name)
        return sorted(map(str, (self.directory / name).glob("*.json")))

    def decision_path(self, name, answer="keep", **changes):
        """A decision over a set's documents, in a file of its own: what is reported of it is cached."""
        documents = list(samples.SETS[name]().values())
        made = samples.decision(documents, answer, **changes)
        return self.write(f"decision-{name}-{answer}-{made['digest'][-12:]}.json", json.dumps(made))

    def write(self, name, text):
        path = self.directory / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def run(self, *arguments):
        return subprocess.run([self.program, "report", *arguments], capture_output=True, text=True,
                              timeout=60, check=False)

    def _report(self, form, name, *arguments):
        """The text of a report on one set; made once, as it is always the same."""
        done = self.run("--format", form, *arguments, *self.sample_paths(name))
        assert (done.returncode, done.stderr) == (0, ""), f"{form} of {name}: {done}"
        return done.stdout
