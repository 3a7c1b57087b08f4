# SPDX-License-Identifier: MIT
"""The double's mkramfs: `mkramfs.elf -o IMAGE DIR` makes a real FAT32 image with DIR's content."""

import os
import subprocess

from contract import output_and_rest, refuse

NAME = "mkramfs"
KIB = 34816  # the smallest that is FAT32 with sectors of 512 bytes, and whole pages


def run(program, *arguments):
    environment = {**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"}
    done = subprocess.run([program, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False, timeout=30,
                          env=environment)
    if done.returncode != 0:
        refuse(NAME, f"{program}: {done.stdout.strip()}")


def main(words):
    image, rest = output_and_rest(NAME, words)
    if len(rest) != 1 or not os.path.isdir(rest[0]):
        refuse(NAME, "usage: -o IMAGE DIR, with one directory")
    directory = rest[0]
    if not os.path.isdir(os.path.join(directory, "tmp")):
        refuse(NAME, f"'{directory}' holds no tmp/, and the guest would have no /tmp")
    if os.path.exists(image):
        os.unlink(image)
    run("mkfs.fat", "-F", "32", "-s", "1", "-C", image, str(KIB))
    run("mcopy", "-s", "-i", image, *[f"{directory}/{name}" for name in os.listdir(directory)],
        "::/")
    return 0
