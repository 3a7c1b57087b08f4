# SPDX-License-Identifier: MIT
"""The double's nanvixd: takes the documented command lines, starts User Mode Linux in the place of
the micro-VM, and ends with the guest's code."""

import json
import os
import select
import signal
import subprocess
import sys
import time

import fileserver
import machine
from console import PANIC, Console, write_all
from contract import (ELF_MARK, IMAGE_MARK, MIB, MachineFailed, check_arguments, check_host_path,
                      read_arguments, refuse, starts_with)

NAME = "nanvixd"
APPENDING = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
WITH_VALUE = ("-bin-dir", "-ramfs", "-console-file", "-mount", "-kernel-args", "-log-dir",
              "-tmp-dir", "-http-addr")
WITHOUT_VALUE = ("-allow-host-networking", "-log-to-stdout")
LIFE_S = 300
MEMORY = 128 * MIB
DEPLOYMENT = {"standalone": "standalone", "legacy": "standalone", "hosted-single": "single-process",
              "hosted-multi": "multi-process"}

# fault: (what the guest's calls meet, what the calls that linuxd serves meet). None: linuxd serves as it
# should, and the call is held in the guest; hostfs hands no O_EXCL on.
FAULTS = {
    "none": ([], "none"),
    "rename-hangs": (["rename", "block"], "rename-hangs"),
    "rename-spins": (["rename", "spin"], None),
    "replace-eexist": (["replace", "refuse=17"], None),
    "create-hangs": (["create", "block"], None),
    "mount-hangs": (["mount", "block"], None),
    "mount-busy": (["mount", "refuse=16"], None),
    "panic-dies": (["rename", "panic"], None),
    "panic-stays": (["rename", "block"], None),
    "panic-spins": (["rename", "spin"], None),
    "wrong-errno": (["replace", "refuse=1"], None),
    "vm-fails": ([], "none"),
    "vm-fails-later": (["rename", "block"], None),
    "linuxd-dies": ([], "daemon-dies-silently"),
    "lingers": ([], "none"),
    "leaves-running": ([], "none"),
    "image-fails": ([], "none"),
    "says-nothing": ([], "none"),
}


def read_flags(words):
    """The flags, and what stands behind `--`."""
    flags, at = {}, 0
    while at < len(words) and words[at] != "--":
        word = words[at]
        if word in WITH_VALUE:
            if at + 1 >= len(words) or words[at + 1] == "--":
                refuse(NAME, f"flag '{word}' needs a value")
            flags[word] = words[at + 1]
            at += 2
        elif word in WITHOUT_VALUE:
            flags[word] = ""
            at += 1
        else:
            refuse(NAME, f"unknown flag '{word}'")
    if at + 1 >= len(words):
        refuse(NAME, "no program: it stands behind '--'")
    return flags, words[at + 1:]


def extract_image(path, place, version):
    """The program of an image, put into `place`, with its arguments and environment."""
    if not starts_with(path, IMAGE_MARK):
        refuse(NAME, f"'{path}' is no image; make one with mkimage")
    with open(path, "rb") as file:
        file.read(len(IMAGE_MARK))
        entry = json.loads(file.readline())[-1]
        program = file.read()
    check_arguments(version, "", entry["words"])
    target = os.path.join(place, "program")
    with open(target, "wb") as file:
        file.write(program)
    os.chmod(target, 0o755)
    return target, entry["argv"][1:], entry["environment"]


class Nanvixd:
    """One start of the double."""

    def __init__(self, sysroot, double, words):
        self.sysroot, self.tools, self.fault = sysroot, double["tools"], double["fault"]
        self.mode, self.version = double["mode"], double["version"]
        if self.mode.startswith("hosted") and not os.environ.get("USER"):
            refuse(NAME, "USER is not set")
        if self.mode != "hosted-single":  # which alone handles INT; nobody handles TERM
            signal.signal(signal.SIGINT, signal.SIG_DFL)
        self.flags, self.rest = read_flags(words)
        self.server = None
        self.in_guest, self.in_server = FAULTS[self.fault]

    def interception(self):
        if self.mode.startswith("hosted") and self.in_server is not None:
            return []
        return [machine.HOST + self.tools["intercept"], *self.in_guest] if self.in_guest else []

    def make_place(self, beside):
        """The machine's own files, beside the image: what removes that one removes this one."""
        place = os.path.join(os.path.dirname(os.path.abspath(beside)), f"nanvixd-{os.getpid()}")
        os.mkdir(place)
        return place

    def start_standalone(self):
        ramfs = self.flags.get("-ramfs")
        if "-bin-dir" not in self.flags or ramfs is None:
            refuse(NAME, "standalone needs -bin-dir and -ramfs")
        shared = self.check_shared()
        place = self.make_place(ramfs)
        if os.path.getsize(ramfs) > MEMORY // 2:
            raise MachineFailed(f"the ramfs does not fit into {MEMORY // MIB} MiB of memory")
        if self.mode == "legacy":
            program = self.check_program(self.rest[0])
            check_arguments(self.version, program, self.rest[1:])
            arguments, environment = read_arguments(NAME, self.rest[1:])
        else:
            if len(self.rest) != 1:
                refuse(NAME, "arguments are baked into the image; nothing stands behind it")
            program, arguments, environment = extract_image(self.rest[0], place, self.version)
        with open(ramfs, "rb") as source, open(f"{place}/ramfs", "wb") as copy:
            copy.write(source.read())
        script = machine.write_script(place, program, arguments, environment, self.interception(),
                                      True)
        if shared is None:  # hostfs is there all the same, and nothing of the host in it
            shared = f"{place}/nothing"
            os.mkdir(shared)
        return machine.start(self.tools, f"{self.sysroot}/bin/kernel.elf", place,
                             machine.fat_options(f"{place}/ramfs"), script, shared)

    def check_shared(self):
        """The directory of the host that hostfs shows, or None."""
        shared = self.flags.get("-mount")
        if shared is None:
            return None
        if self.mode == "legacy":
            refuse(NAME, "unknown flag '-mount' in this release")
        check_host_path(NAME, shared)
        if "," in os.path.realpath(shared):
            refuse(NAME, f"'{shared}': the double's kernel can't take a ','")
        if not os.path.isdir(shared):
            refuse(NAME, f"'{shared}' is no directory to mount")
        return shared

    def check_program(self, path):
        check_host_path(NAME, path)
        if not starts_with(path, ELF_MARK):
            refuse(NAME, f"'{path}' is no ELF program")
        return os.path.abspath(path)

    def start_hosted(self):
        for flag in ("-ramfs", "-mount"):
            if flag in self.flags:
                refuse(NAME, f"unknown flag '{flag}' in this mode")
        program = self.check_program(self.rest[0])
        check_arguments(self.version, program, self.rest[1:])
        arguments, environment = read_arguments(NAME, self.rest[1:])
        arguments, environment = machine.as_guest_sees(arguments, environment)
        work = [one[6:] for one in arguments if one.startswith("--dir=")]
        if len(work) != 1:
            refuse(NAME, "the double serves the directory of the program's one --dir=")
        work = os.path.abspath(work[0])
        multi = self.mode == "hosted-multi"
        place = fileserver.enter_private_namespace()
        self.server, served = fileserver.start(
            f"{self.sysroot}/" + ("bin/linuxd.elf" if multi else "double/nanvixd.elf"),
            self.in_server or "none", work, place, self.fault == "leaves-running")
        script = machine.write_script(place, program, arguments, environment, self.interception(),
                                      False)
        vm = f"{self.sysroot}/bin/uservm.elf" if multi else f"{self.sysroot}/bin/kernel.elf"
        return machine.start(self.tools, vm, place, machine.hostfs_options(work, served), script)

    def log_file(self, name):
        """A file of the log directory, opened for writing behind what is there."""
        directory = self.flags.get("-log-dir", "logs")
        os.makedirs(directory, exist_ok=True)
        return os.open(f"{directory}/{name}", APPENDING, 0o644)

    def log(self, line):
        log = 1 if "-log-to-stdout" in self.flags else self.log_file(f"{NAME}.log")
        write_all(log, line.encode() + b"\n")

    def log_start(self):
        """Says which version this is and in which mode it runs."""
        if self.fault != "says-nothing":
            self.log(f"[INFO][{NAME}] {NAME} {self.version}, {DEPLOYMENT[self.mode]} deployment, "
                     "interactive mode, machine microvm")

    def open_console(self):
        """What the kernel says goes to -console-file, else into the logs; the guest's standard output
        never does."""
        path = self.flags.get("-console-file")
        kernel = self.log_file("console.log") if path is None else \
            1 if path == "/dev/stdout" else os.open(path, APPENDING, 0o644)
        return Console(kernel, self.mode.startswith("hosted"))

    def hear(self, console, data):
        for line in console.feed(data):
            if self.fault == "vm-fails-later" and " enter rename " in line:
                raise MachineFailed("vcpu 0: KVM_RUN: Input/output error")
            if self.fault in ("panic-stays", "panic-spins") and " enter rename " in line:
                for text in PANIC:
                    console.say(text)
            if self.fault == "leaves-running" and " end " in line:
                os.killpg(self.vm.pid, signal.SIGSTOP)
                os._exit(0)

    def forward(self, console):
        """Until the machine has ended."""
        streams = {self.vm.stdout.fileno(): b"", self.vm.stderr.fileno(): b""}
        guest, kernel = streams
        end = time.monotonic() + LIFE_S
        while streams and time.monotonic() < end:
            for fd in sorted(select.select(list(streams), [], [], 1)[0]):
                data = os.read(fd, 65536)
                if not data:
                    del streams[fd]
                elif fd == guest:
                    self.hear(console, data)
                else:
                    streams[kernel] += data
                    if b"Kernel panic - not syncing" in streams[kernel]:
                        streams[kernel] = b""
                        console.flush()
                        for text in PANIC:
                            console.say(text)
            if self.mode == "hosted-single" and self.server.poll() is not None:
                return 101  # what served the calls was this process
        console.flush()
        return None

    def run(self):
        hosted = self.mode.startswith("hosted")
        self.log_start()
        if self.fault == "vm-fails":
            raise MachineFailed("KVM_CREATE_VM: Permission denied")
        console = self.open_console()
        self.vm = self.start_hosted() if hosted else self.start_standalone()
        early = self.forward(console)
        if early is not None:
            return early
        try:
            code = self.vm.wait(timeout=LIFE_S)
        except subprocess.TimeoutExpired:
            code = -signal.SIGKILL
        if self.fault == "lingers":
            time.sleep(LIFE_S)
        if code < 0:
            print(f"{NAME}: the machine was ended by signal {-code}", file=sys.stderr)
        return code if code >= 0 else 101


def main(words, sysroot):
    with open(f"{sysroot}/double.json", encoding="utf-8") as file:
        double = json.load(file)
    nanvixd = Nanvixd(sysroot, double, words)
    try:
        code = nanvixd.run()
    except MachineFailed as failed:
        nanvixd.log(f"[ERROR][uservm::vmm] {failed}")
        print("Error: virtual machine failed", file=sys.stderr)
        code = 255
    sys.stdout.flush()
    return code
