# SPDX-License-Identifier: MIT
"""A guest's processes are processes of the host. When the VM's main process is killed they are let go, and
would go on as its user's: init's kill(-1) would end all that this user has. So they share the VM's end.

In a PID namespace, where a bystander that is not the run's stands for the user's other processes."""
import subprocess

import pytest

from support import needs

SCRIPT = r"""
sleep 600 & bystander=$!
"$1" run -t uml-fat -s tmp_root_sibling -n 12 -j 2 --no-controls -o "$2" >"$2.said" 2>&1 & run=$!
kills=0
while kill -0 $run 2>/dev/null; do
    for stat in /proc/[0-9]*/stat; do
        read -r pid name state parent rest <"$stat" 2>/dev/null || continue
        [ "$name" = "(linux.uml)" ] || continue
        read -r above <"/proc/$parent/comm" 2>/dev/null
        [ "$above" = start-vm ] && kill -KILL "$pid" 2>/dev/null && kills=$((kills + 1))
    done
    sleep 0.02
done
kill -0 $bystander && echo "$kills killed, and the bystander lives"
"""


@pytest.mark.parametrize("user", ["root", "nobody"])
def test_a_vm_that_is_killed_takes_its_guest_with_it(user, oracle, program):
    needs.root("to make a PID namespace with a /proc of its own")
    directory = f"{oracle.scratch}/results"
    subprocess.run(["chmod", "755", oracle.scratch], check=True)
    subprocess.run(["install", "-d", "-o", user, directory], check=True)
    become = [] if user == "root" else ["setpriv", "--reuid", user, "--regid", "nogroup",
                                        "--clear-groups", "--"]
    done = subprocess.run(["unshare", "--pid", "--fork", "--mount-proc", "--kill-child", *become,
                           "env", f"TMPDIR={directory}", "/bin/bash", "-c", SCRIPT, "bash", program,
                           f"{directory}/out"], capture_output=True, text=True, timeout=120,
                          stdin=subprocess.DEVNULL, check=False)
    assert "and the bystander lives" in done.stdout, done
    assert int(done.stdout.split()[0]) > 0, done
