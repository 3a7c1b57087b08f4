# SPDX-License-Identifier: MIT
"""The double's console: what the guest writes goes to standard output, as it wrote it or a byte at a
time, and Nanvix-like kernel log lines come before, between and, where the bytes come one by one and
both share a pipe, sometimes inside its lines. Always at the same places, because the seed is fixed."""

import os
import random

LINES = ("[INFO][kernel::pm::manager] spawned process",
         "[INFO][kernel::mm::virt] mapped pages",
         "[WARN][vfsd::handler] lookup of a missing name",
         "[DEBUG][kernel::ipc::mailbox] message delivered")
BOOT = ("[INFO][kernel] booting the double of Nanvix",
        "[INFO][kernel::hal] 128 MiB of memory",
        "[INFO][kernel::init] spawning the first program")
PANIC = ("[TRACE][nvx::panic] panicked at src/kernel/src/rename.rs:42: out of what it needs",
         "[TRACE][nvx::panic] stack: 0x00100000 0x00104242")


def write_all(fd, data):
    while data:
        data = data[os.write(fd, data):]


class Console:
    """`kernel` is where the kernel's lines go; the guest's go to standard output, `bytewise` or in
    whole lines."""

    def __init__(self, kernel, bytewise):
        self.kernel, self.bytewise = kernel, bytewise
        self.random = random.Random(1)
        self.line = b""
        for text in BOOT:
            self.say(text)

    def say(self, text):
        write_all(self.kernel, text.encode() + b"\n")

    def _send_line(self, line):
        """One line of the guest, with kernel text before it or inside it or not."""
        chance = self.random.random()
        cut = self.random.randrange(1, max(2, len(line)))
        if chance < 0.15:
            self.say(self.random.choice(LINES))
        if not self.bytewise:
            write_all(1, line)
            return
        for at in range(len(line)):
            if 0.15 <= chance < 0.25 and at == cut:
                self.say(self.random.choice(LINES))
            write_all(1, line[at:at + 1])

    def feed(self, data):
        """Takes what the guest wrote; returns the lines that came to their end, as text."""
        whole = []
        for byte in data.replace(b"\r", b""):
            self.line += bytes([byte])
            if byte == 10:
                self._send_line(self.line)
                whole.append(self.line.decode("latin-1"))
                self.line = b""
        return whole

    def flush(self):
        """What the guest wrote without ending the line."""
        self._send_line(self.line)
        self.line = b""
