# SPDX-License-Identifier: MIT
"""The double's mkramfs: `mkramfs.elf -o IMAGE DIR` makes a real FAT image with DIR's content, of half as
much again as it packs and 1 MiB at least. Up to 4 MiB it is FAT12, then FAT16; never FAT32."""

import os
import subprocess

from contract import MIB, output_and_rest, refuse

NAME = "mkramfs"
PAGE = 4096
CLUSTER = 512


def size_of(directory):
    """What an image of it needs, in whole pages."""
    packed = 0
    for place, directories, files in os.walk(directory):
        sizes = [os.path.getsize(os.path.join(place, name)) for name in files]
        packed += sum(-(-size // CLUSTER) * CLUSTER for size in sizes) + CLUSTER * len(directories)
    return max(MIB, -(-packed * 3 // 2 // PAGE) * PAGE)


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
    size = size_of(directory)
    kind = ["-F", "16"] if size > 4 * MIB else ["-F", "12"]
    run("mkfs.fat", *kind, *(["-s", "1"] if size == MIB else []), "-C", image, str(size // 1024))
    run("mcopy", "-s", "-i", image, *[f"{directory}/{name}" for name in os.listdir(directory)],
        "::/")
    return 0
