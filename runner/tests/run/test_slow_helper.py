# SPDX-License-Identifier: MIT
"""A helper that is kept from running is not taken for one that is stuck.

The helper of a cell and the tools that it runs are stopped by a signal for longer than their
deadlines, as a host without a CPU for them would leave them: the cell must go on as if nothing had
been. One that is never continued must be given up all the same.
"""
import pytest

WORK = "{root}/{cell_name}"
STEP = ["-s", "tmp_root_sibling", "--no-controls", "--step-budget", "0.5", "--grace", "0.1"]


def run(oracle, name, **changes):
    code, _, errors = oracle.run("-t", oracle.descriptor(name, **changes), *STEP)
    cell, = oracle.documents()[name]["cells"]
    return code, cell, errors


def preparation(command, deadline):
    return [{"make_directory": WORK}, {"run": ["/bin/sh", "-c", command], "deadline": deadline}]


@pytest.mark.sanitize
def test_a_tool_that_is_stopped_and_continued_is_waited_for(oracle):
    """A tool that stops itself for longer than its deadline, and is continued."""
    command = "(sleep 1.5; kill -CONT $$) & kill -STOP $$"
    code, cell, errors = run(oracle, "slow-tool", prepare=preparation(command, 0.4))
    assert code == 0 and cell["verdict"] == "pass", (code, cell, errors)


@pytest.mark.sanitize
def test_a_tool_that_is_stopped_for_ever_is_given_up(oracle):
    """The same, but nobody continues it."""
    code, cell, errors = run(oracle, "lost-tool", prepare=preparation("kill -STOP $$", 0.2))
    assert code == 1 and cell["verdict"] == "error", (code, cell, errors)
    assert "did not end within its deadline" in cell["reason"], cell["reason"]


@pytest.mark.sanitize
def test_a_tool_that_could_have_run_is_not_excused(oracle):
    """A tool that could have run is not excused."""
    code, cell, errors = run(oracle, "stuck-tool", prepare=preparation("exec sleep 600", 0.4))
    assert code == 1 and cell["verdict"] == "error", (code, cell, errors)
    assert "did not end within its deadline" in cell["reason"], cell["reason"]


@pytest.mark.sanitize
def test_a_helper_that_is_stopped_and_continued_is_waited_for(oracle, build):
    """The helper itself, stopped while it clears away after a hang, for which it has 1 s."""
    pause = "kill -STOP $PPID; sleep 2.5; kill -CONT $PPID"
    code, cell, errors = run(
        oracle, "slow-helper", cleanup=[{"run": ["/bin/sh", "-c", pause]}, {"remove": WORK}],
        launch={"argv": [build.tool("zoo/misbehave"), "ignores-term", "--dir={work}",
                         "--nonce={nonce}", "--keep"], "directory": "/"})
    assert code == 1 and cell["verdict"] == "hang", (code, cell, errors)
    assert cell["anomalies"] == [], ("the helper was given up:", cell["anomalies"])
