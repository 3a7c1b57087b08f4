#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""run --sign puts a signature beside each document that ssh-keygen itself accepts, over what stands
there; a key that can't be used ends the run before anything is run, and asks nobody.

Usage: signing.py RENAME-ORACLE
"""

import glob
import os
import shutil
import socket
import subprocess
import sys

from oracle import Oracle, expect

NATIVE = ["-t", "native", "-s", "subdir_sibling", "--no-controls", "--sign"]


def make_key(path, passphrase=""):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", "", "-f", path],
                   check=True, timeout=60, stdin=subprocess.DEVNULL)
    return path


def check_good(oracle, key):
    code, _, errors = oracle.run(*NATIVE, key)
    expect(code == 0, code, errors)
    document, = glob.glob(f"{oracle.output}/*/native.json")
    signers = f"{oracle.scratch}/signers"
    with open(f"{key}.pub", encoding="ascii") as public, \
            open(signers, "w", encoding="ascii") as file:
        file.write(f"ci@example.org {public.read()}")
    with open(document, "rb") as file:
        done = subprocess.run(["ssh-keygen", "-Y", "verify", "-f", signers, "-I", "ci@example.org",
                               "-n", "rename-oracle", "-s", f"{document}.sig"], stdin=file,
                              capture_output=True, text=True, timeout=60, check=False)
    expect(done.returncode == 0, done)
    names = sorted(os.listdir(os.path.dirname(document)))
    expect([name for name in names if name.startswith("native.json")] ==
           ["native.json", "native.json.sig"], names)


def check_refused(oracle, key, words, **environment):
    code, said, errors = oracle.run(*NATIVE, key, environment={**os.environ, **environment})
    expect(code == 2 and words in errors and len(errors.splitlines()) == 1, key, code, errors)
    expect(said == "" and not os.path.exists(oracle.output), key, said)


def main():
    if shutil.which("ssh-keygen") is None:
        print("SKIPPED: ssh-keygen is missing; install the package openssh-client")
        sys.exit(77)
    with Oracle(sys.argv[1]) as oracle, socket.socket(socket.AF_UNIX) as agent:
        key = make_key(f"{oracle.scratch}/key")
        locked = make_key(f"{oracle.scratch}/locked", "secret")
        check_good(oracle, key)
        # An askpass that would answer, and one whom nobody calls.
        check_refused(oracle, locked, "passphrase", SSH_ASKPASS="/bin/true", DISPLAY=":0",
                      SSH_ASKPASS_REQUIRE="force")
        check_refused(oracle, f"{oracle.scratch}/nothing", "nothing")
        check_refused(oracle, key, "openssh-client", PATH="/nonexistent")
        agent.bind(f"{oracle.scratch}/agent")
        agent.listen()  # and never answers
        os.remove(key)
        check_refused(oracle, f"{key}.pub", "did not answer", SSH_AUTH_SOCK=f"{oracle.scratch}/agent")


if __name__ == "__main__":
    main()
