#!/usr/bin/python3 -IS
# SPDX-License-Identifier: MIT
"""Third generation: standalone only, every batch packed into an image of its own."""
import os
import sys

BATCH = 4
BIN = os.environ.get("NANVIX_BIN_DIR", "./bin")
PYTHON = os.environ.get("NANVIX_PYTHON_BIN", "./bin/python3.12")
ENTRY_OPTIONS = "-B "
ENTRY_VARIABLES = ";PYTHONHOME=/ PYTHONDONTWRITEBYTECODE=1"


def make_image(number, batch):
    image = f"batch{number}.img"
    entry = f"{PYTHON};python3 {ENTRY_OPTIONS}-m test {' '.join(batch)}{ENTRY_VARIABLES}"
    daemons = [f"{BIN}/{name}.elf;{name}" for name in ("procd", "memd", "vfsd")]
    command = [f"{BIN}/mkimage.elf", "-o", image, *daemons, entry]
    if os.spawnv(os.P_WAIT, command[0], command) != 0:
        sys.exit(f"cannot make {image}")
    return image


def run_image(image):
    command = ["./bin/nanvixd.elf", "-bin-dir", BIN, "-ramfs", "rootfs.img", "--", image]
    return os.spawnv(os.P_WAIT, command[0], command)


def main():
    modules = sys.argv[1:]
    if not modules:
        return 1
    status = 0
    for start in range(0, len(modules), BATCH):
        image = make_image(start // BATCH, modules[start:start + BATCH])
        status |= run_image(image)
        os.unlink(image)
    return 1 if status else 0


sys.exit(main())
