# SPDX-License-Identifier: MIT
"""The zoo's misbehaving programs in the place of a probe: their target, and how long a run of one may
take.
"""
import time

# What a cell may add to its budgets, and what starting and writing it all down may take. To that
# comes the time in which some process of the machine had to wait for it (see Clock).
LATE_S = 3
SLACK_S = 5
# Without a control group thousands of processes are found and ended a batch at a time.
BOMB_S = 60
BUDGETS = {"stops-itself": {"total": 3}, "floods": {"step": 300, "total": 400}}


def descriptor(program, name, what):
    budgets = {"boot": 30, "step": 1, "control_step": 1, "exit": 1, "total": 120, "grace": 0.3}
    budgets.update(BUDGETS.get(name, {}))
    return {
        "schema": "rename-oracle/target/1", "name": name, "title": what, "mode": "none",
        "subject": "reference", "prepare": [{"make_directory": "{root}/{cell_name}"}],
        "launch": {"argv": [program, name, "--dir={work}", "--nonce={nonce}", "--keep"],
                   "directory": "/"},
        "cleanup": [{"remove": "{root}/{cell_name}"}],
        "panic_lines": ["Kernel panic - not syncing"],
        "guest": {"directory": "{root}/{cell_name}", "abi": "linux-x86_64"}, "same_inode": True,
        "exit_status": "probe",
        "host_view": {"kind": "directory", "path": "{root}/{cell_name}"}, "memory_mib": 4,
        "budgets": budgets,
    }


def stalled_seconds():
    """For how long, since its start, somebody on this machine was waiting for a CPU, the disk or
    memory; None where the kernel does not say."""
    total = 0
    try:
        for what in "cpu", "io", "memory":
            with open(f"/proc/pressure/{what}", encoding="ascii") as file:
                total += int(file.readline().split("total=")[1]) / 1e6
        return total
    except (OSError, IndexError, ValueError):
        return None


class Clock:
    """Measures a run. Of a busy machine nothing can be asked but that it ends, of a quiet one that
    it ends in time."""

    def __init__(self):
        self.began, self.stalled = time.monotonic(), stalled_seconds()

    def seconds(self):
        return time.monotonic() - self.began

    def excused(self):
        return 60 if self.stalled is None else stalled_seconds() - self.stalled


def seconds_of(document):
    started, finished = (time.mktime(time.strptime(document["run"][key], "%Y-%m-%dT%H:%M:%SZ"))
                         for key in ("started", "finished"))
    return finished - started


def time_complaints(name, seconds, excused, document):
    """The runner's end by the clock and by its own account, which has whole seconds only."""
    budgets = descriptor("", name, "")["budgets"]
    # A stopped tree is charged nothing for its step: there it is the total budget that ends the cell.
    waited = budgets["total"] if name == "stops-itself" else budgets["step"] + budgets["exit"]
    in_cell = waited + budgets["grace"] + LATE_S + excused
    if name == "forks-in-a-loop" and document and \
            document["run"]["host"]["supervision"] == "subreaper":
        in_cell += BOMB_S
    allowed = in_cell + SLACK_S
    found = []
    for cell in document["cells"] if document else ():
        if cell["duration_ms"] > in_cell * 1000:
            found.append(f"the cell took {cell['duration_ms']:.0f} ms, not {in_cell:.1f} s")
    if seconds > allowed:
        found.append(f"the runner ended after {seconds:.1f} s, not within {allowed:.1f} s")
    if document and seconds_of(document) > allowed:
        found.append(f"by the document it took {seconds_of(document)} s, not {allowed:.1f} s")
    return found
