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
           "root=/dev/root rootfstype=hostfs rootflags=/ ro").split()
FAT = ["RO_WORK=/mnt", "RO_FILESYSTEM=vfat", "RO_SOURCE=/dev/ubda",
       "RO_MODULES=nls_cp437,nls_iso8859-1,vfat",
       "RO_MOUNT_OPTIONS=codepage=437,iocharset=iso8859-1"]
HOST = "/dev/host"  # the host's root as the guest sees it, whatever is mounted over it


def fat_options(image):
    return [f"ubd0={image}", *FAT]


def hostfs_options(directory, source):
    return [f"RO_WORK={directory}", "RO_FILESYSTEM=hostfs", f'RO_SOURCE="{source}"']


def as_guest_sees(arguments, environment):
    """A hosted guest's paths are the host's. Here the host's tree is at HOST, and what is mounted at
    the same place in the guest would hide it: files that are there are found there."""
    arguments = [HOST + one if os.path.isfile(one) else one for one in arguments]
    environment = [name + "=" + (HOST + value if os.path.isdir(value) else value)
                   for name, _, value in (one.partition("=") for one in environment)]
    return arguments, environment


def write_script(place, program, arguments, environment, interception, bind_tmp):
    """What the guest's init starts. `interception` is CALL and ACTION of the intercepting tool, or
    empty; `bind_tmp` makes the image's tmp/ the guest's /tmp."""
    command = [HOST + shutil.which("env"), "-i", *environment, *interception, HOST + program,
               *arguments]
    text = "#!/bin/sh\n"
    if bind_tmp:
        text += "mount --bind /mnt/tmp /tmp || exit 90\n"
    text += shlex.join(command) + "\nstatus=$?\n"
    if bind_tmp:
        text += "umount /tmp || exit 91\n"
    path = os.path.join(place, "guest")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text + "exit $status\n")
    os.chmod(path, 0o755)
    return path


def start(tools, kernel, place, options, script):
    """Starts the machine; its standard output is the guest's, its standard error the kernel's."""
    os.makedirs(os.path.join(place, "uml"), exist_ok=True)
    command = [tools["start_vm"], place, kernel, *OPTIONS, f'init="{tools["init"]}"', *options,
               "--", f'"{HOST}{script}"']
    return subprocess.Popen(command, cwd=place, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, start_new_session=True)
