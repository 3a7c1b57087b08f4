# SPDX-License-Identifier: MIT
"""The double's linuxd: a FUSE server, mounted where only this process and its children see it, that
answers every file call of a hosted guest. What it does to a call is really done to that call."""

import ctypes
import os
import select
import subprocess

from contract import refuse

_CLONE_NEWNS, _CLONE_NEWUSER = 0x00020000, 0x10000000
_MS_REC, _MS_PRIVATE = 16384, 1 << 18
_libc = ctypes.CDLL(None, use_errno=True)


def _mount(source, directory, kind, flags):
    if _libc.mount(source, directory, kind, flags, None) != 0:
        refuse("nanvixd", f"can't mount {kind} on {directory}: {os.strerror(ctypes.get_errno())}")


def enter_private_namespace():
    """From now on mounts are seen here and below only, and gone with the last process that sees
    them. Returns a directory in memory, the same for every guest."""
    user, group = os.geteuid(), os.getegid()
    if _libc.unshare(_CLONE_NEWNS | (_CLONE_NEWUSER if user != 0 else 0)) != 0:
        refuse("nanvixd", f"no private mounts: {os.strerror(ctypes.get_errno())}")
    if user != 0:
        for name, text in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"),
                           ("gid_map", f"0 {group} 1")):
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
                file.write(text)
    _mount(None, b"/", None, _MS_REC | _MS_PRIVATE)
    _mount(b"double", b"/mnt", b"tmpfs", 0)
    return "/mnt"


def start(program, fault, directory, place, outlives):
    """Serves `directory` below `place`. Returns the process and the mount point."""
    mount_point = os.path.join(place, "served")
    os.mkdir(mount_point)
    command = [program, f"--backing={directory}", f"--fault={fault}", "--depth=0", "--life=300"]
    if not outlives:
        command.append(f"--parent={os.getpid()}")
    server = subprocess.Popen([*command, mount_point], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, start_new_session=True)
    ready = select.select([server.stdout], [], [], 20)[0]
    if not ready or os.read(server.stdout.fileno(), 64) != b"mounted\n":
        server.kill()
        refuse("nanvixd", "linuxd did not mount its file system")
    return server, mount_point
