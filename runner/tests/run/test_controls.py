# SPDX-License-Identifier: MIT
"""A target on which the oracle can't see a hang is not believed, however well its cells pass.

The launcher runs another control in the place of one, so that this one does not do what it should:
the document must be inadmissible, name that control and no other, and the exit code must be 1.
"""
import pytest


# A control that hangs in the other way has the right verdict and the wrong evidence.
WRONG = {"control_block": ("control_pass", "control_spin"),
         "control_spin": ("control_pass", "control_block"),
         "control_fail": ("control_pass", "control_block"),
         "control_pass": ("control_fail", "control_block")}


@pytest.mark.parametrize("control, other", [
    (control, other) for control, others in WRONG.items() for other in others])
def test_a_control_that_is_wrong_is_named_and_nothing_counts(control, other, oracle):
    script = (f'case $1 in */{control}) probe="$(dirname "$1")/{other}"; shift; '
              'exec "$probe" "$@";; esac; exec "$@"')
    target = oracle.descriptor("blind", launch={
        "argv": ["/bin/sh", "-c", script, "sh", "{probe}", "--dir={work}", "--nonce={nonce}",
                 "--keep"], "directory": "/"})
    # Early ends learn from control_pass; a run says where there is nothing to learn.
    code, said, _ = oracle.run("-t", target, "-s", "tmp_root_sibling", "--early",
                               "--control-step-budget", "0.5")
    assert ("--early can't apply on blind" in said) == (control == "control_pass"), said
    document, = oracle.documents().values()
    assert [cell["verdict"] for cell in document["cells"]] == ["pass"], document["cells"]
    assert document["admissible"] is False, "the document is admissible"
    named = [why.split()[0] for why in document["inadmissible_because"]]
    assert named == [control], (f"{control} ran {other}:", document["inadmissible_because"])
    assert code == 1, ("exit code", code, said)


@pytest.mark.sanitize
def test_with_the_right_controls_all_counts(oracle):
    code, said, _ = oracle.run("-t", "native", "-s", "tmp_root_sibling")
    document, = oracle.documents().values()
    assert code == 0 and document["admissible"] is True, said
