# SPDX-License-Identifier: MIT
"""run --sign puts a signature beside each document that ssh-keygen itself accepts, over what stands
there; a key that can't be used ends the run before anything is run, and asks nobody.
"""
import glob
import os
import socket
import subprocess

import pytest

from support import needs

NATIVE = ["-t", "native", "-s", "subdir_sibling", "--no-controls", "--sign"]


def make_key(path, passphrase=""):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", "", "-f", path],
                   check=True, timeout=60, stdin=subprocess.DEVNULL)
    return path


def check_good(oracle, key):
    code, _, errors = oracle.run(*NATIVE, key)
    assert code == 0, (code, errors)
    document, = glob.glob(f"{oracle.output}/*/native.json")
    signers = f"{oracle.scratch}/signers"
    with open(f"{key}.pub", encoding="ascii") as public, \
            open(signers, "w", encoding="ascii") as file:
        file.write(f"ci@example.org {public.read()}")
    with open(document, "rb") as file:
        done = subprocess.run(["ssh-keygen", "-Y", "verify", "-f", signers, "-I", "ci@example.org",
                               "-n", "rename-oracle", "-s", f"{document}.sig"], stdin=file,
                              capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done
    names = sorted(os.listdir(os.path.dirname(document)))
    assert [name for name in names if name.startswith("native.json")] == ["native.json", "native.json.sig"], names


def check_refused(oracle, key, words, **environment):
    code, said, errors = oracle.run(*NATIVE, key, environment={**os.environ, **environment})
    assert code == 2 and words in errors and len(errors.splitlines()) == 1, (key, code, errors)
    assert said == "" and not os.path.exists(oracle.output), (key, said)


@pytest.fixture(name="key")
def key_without_a_passphrase(oracle):
    needs.program("ssh-keygen", "openssh-client")
    return make_key(f"{oracle.scratch}/key")


@pytest.mark.sanitize
def test_a_document_is_signed_as_ssh_keygen_accepts(oracle, key):
    check_good(oracle, key)


def test_a_key_that_can_not_be_used_ends_the_run_and_asks_nobody(oracle, key):
    locked = make_key(f"{oracle.scratch}/locked", "secret")
    # An askpass that would answer, and one whom nobody calls.
    check_refused(oracle, locked, "passphrase", SSH_ASKPASS="/bin/true", DISPLAY=":0",
                  SSH_ASKPASS_REQUIRE="force")
    check_refused(oracle, f"{oracle.scratch}/nothing", "nothing")
    check_refused(oracle, key, "openssh-client", PATH="/nonexistent")


def test_an_agent_that_does_not_answer_ends_the_run(oracle, key):
    with socket.socket(socket.AF_UNIX) as agent:
        agent.bind(f"{oracle.scratch}/agent")
        agent.listen()  # and never answers
        os.remove(key)
        check_refused(oracle, f"{key}.pub", "did not answer", SSH_AUTH_SOCK=f"{oracle.scratch}/agent")
