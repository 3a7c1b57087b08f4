# SPDX-License-Identifier: MIT
"""The double's virtual machine: User Mode Linux, with a script of ours between its init and the
guest program. It lays out the guest's directories and, under a fault, holds the system call."""

import os
import shlex
import shutil
import subprocess

OPTIONS = ("mem=64M quiet loglevel=1 lpj=34914304 pty.legacy_count=0 noreboot "
           "initcall_blacklist=raid6_select_algo,ssl_init,init_zswap,init_jfs_fs,init_btrfs_fs,"
           "init_xfs_fs uml_dir=uml/ umid=vm con=null con0=null,fd:2 con1=null,fd:1 console=tty0 "
           "root=/dev/root rootfstype=hostfs ro").split()
FAT_AT = "/media"
FAT = [f"RO_WORK={FAT_AT}", "RO_FILESYSTEM=vfat", "RO_SOURCE=/dev/ubda",
       "RO_MODULES=nls_cp437,nls_iso8859-1,vfat",
       "RO_MOUNT_OPTIONS=codepage=437,iocharset=iso8859-1"]
HOST = "/dev/host"  # the host's root as the guest sees it, whatever is mounted over it


def fat_options(image):
    return [f"ubd0={image}", *FAT]


def hostfs_options(directory, source):
    return [f"RO_WORK={directory}", "RO_FILESYSTEM=hostfs", f'RO_SOURCE="{source}"']


def root_options(shared):
    """The guest's root is the host's. What a program of the guest mounts as hostfs is `shared`, a
    directory of the host: the kernel puts it before every path of hostfs, and that of the root leads
    out of it again."""
    if shared is None:
        return ["rootflags=/"]
    shared = os.path.realpath(shared)
    return [f"hostfs={shared}", "rootflags=" + "/.." * shared.count("/")]


def as_guest_sees(arguments, environment):
    """A hosted guest's paths are the host's. Here the host's tree is at HOST, and what is mounted at
    the same place in the guest would hide it: files that are there are found there."""
    arguments = [HOST + one if os.path.isfile(one) else one for one in arguments]
    environment = [name + "=" + (HOST + value if os.path.isdir(value) else value)
                   for name, _, value in (one.partition("=") for one in environment)]
    return arguments, environment


def write_script(place, program, arguments, environment, interception, fat):
    """What the guest's init starts. `interception` is CALL and ACTION of the intercepting tool, or
    empty; `fat` makes the image's tmp/ the guest's /tmp, and unmounts what the program mounted."""
    command = [HOST + shutil.which("env"), "-i", *environment, *interception, HOST + program,
               *arguments]
    text = "#!/bin/sh\n"
    if fat:
        text += f"mount --bind {FAT_AT}/tmp /tmp || exit 90\n"
    text += shlex.join(command) + "\nstatus=$?\n"
    if fat:
        text += "umount /tmp || exit 91\nmountpoint -q /mnt && { umount /mnt || exit 92; }\n"
    path = os.path.join(place, "guest")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text + "exit $status\n")
    os.chmod(path, 0o755)
    return path


def start(tools, kernel, place, options, script, shared=None):
    """Starts the machine; its standard output is the guest's, its standard error the kernel's.
    `shared`: what the guest may mount as hostfs."""
    os.makedirs(os.path.join(place, "uml"), exist_ok=True)
    command = [tools["start_vm"], place, kernel, *OPTIONS, *root_options(shared), f'init="{tools["init"]}"',
               *options, "--", f'"{HOST}{script}"']
    return subprocess.Popen(command, cwd=place, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, start_new_session=True)
