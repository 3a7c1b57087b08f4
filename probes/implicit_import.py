# SPDX-License-Identifier: MIT
"""implicit_import: the rename that nobody asked for, made by CPython itself.

In a fresh directory D/m:

1. writes m.py and imports it; CPython writes its bytecode to a temporary name with O_EXCL in
   D/m/__pycache__ and renames it onto m.cpython-XY.pyc, which does not exist yet;
2. makes m.py newer and longer and imports it as a new process would; the same rename goes onto the
   stale pyc, which exists;
3. imports it once more; the pyc is fresh, is used, and nothing may be renamed.

What is written to m.py is read back before anything is imported. After each import: the module holds what its source says; the temporary name is gone and
__pycache__ lists nothing but the pyc; the pyc has this interpreter's magic number, its source's
mtime and size, and code that marshal can load. (FAT keeps two seconds of mtime: where the clock
alone did not make the source newer, utime does.) What is not right then is looked at again for
up to three seconds: what comes late was not lost. A pyc that CPython could not write, so that it never
came to its rename, says nothing about rename.

With bytecode writing off (python3 -B) the shape is `implicit_import_b`, a control: one import, no
rename, no __pycache__. The shape is named after what is in force in the interpreter, not after what
somebody meant to switch on.

Speaks the journal of docs/journal.md. The calls of the import are CPython's own: its import system
(importlib._bootstrap_external) gets an `_os` and an `_io` that write a line before and after each
call and hand it on. os.listdir is told as `opendir`, the first of its calls.

Usage: python3 implicit_import.py --dir=DIR --nonce=NONCE [--keep], or RO_DIR, RO_NONCE, RO_KEEP=1
Exit codes: 0 pass, 1 fail or unfit, 2 usage.

Needs only what a small port of CPython has: no subprocess, threads, tempfile or zlib.
"""

import errno
import marshal
import os
import sys

BUILD = "@RO_PROBE_BUILD@"  # replaced by the build
SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/,:+@-")
VALUE_BYTES = 160
TICK_S = 2  # of FAT's modification times
WAIT_S, WAITS = 0.1, 30  # for second looks; as the other probes do
CAN_WAIT = sys.platform == "linux"  # of another guest nobody knows

if CAN_WAIT:
    import time

importer = sys.modules["_frozen_importlib_external"]


def make_crc_table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = (byte >> 1) ^ (0xEDB88320 if byte & 1 else 0)
        table.append(byte)
    return table


CRC_TABLE = make_crc_table()


def checksum(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = (crc >> 8) ^ CRC_TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def encode(value, limit=VALUE_BYTES):
    """Percent-encodes a value; one that gets too long is cut and marked so."""
    encoded = ""
    for byte in str(value).encode("utf-8", "surrogateescape"):
        piece = chr(byte) if byte in SAFE else f"%{byte:02X}"
        if len(encoded) + len(piece) > limit:
            return encoded + "%+"
        encoded += piece
    return encoded


class Unfit(Exception):
    """Something failed that the shape needs before anything can be said about rename."""


class Journal:
    """The lines, and what they have told so far."""

    def __init__(self, nonce):
        self.nonce, self.sequence = nonce, 0
        self.checks = self.broken = self.waits = 0
        self.setup_broke = False  # the first broken check was one of the set-up
        self.renames = []  # (from, to, errno or 0)
        self.identity = None  # what fstat said of the last file that was opened to be written
        self.refused = None  # what kept the import from writing its pyc

    def line(self, event, subject, fields):
        body = f"ROJ1 {self.nonce} {self.sequence} {event} {encode(subject, 64)}"
        for key, value in fields.items():
            body += f" {key}={encode(value)}"
        data = body.encode("ascii")
        os.write(1, data + f" #{checksum(data):08x}\n".encode("ascii"))
        self.sequence += 1

    def note(self, subject, **fields):
        self.line("note", subject, fields)

    def check(self, name, want, got, loss=False, late_ms=0):
        """A check of the shape; returns whether it held."""
        fields = {"result": "held"}
        if want != got:
            fields = {"result": "broken", "want": want, "got": got}
            if loss:
                fields["loss"] = 1
            if late_ms:
                fields["late"] = late_ms
            if self.broken == 0:
                self.setup_broke = name.startswith("setup_")
            self.broken += 1
        self.checks += 1
        self.line("check", name, fields)
        return want == got

    def wait(self, times):
        """Returns how many there were: fewer at the end of the patience, none where nobody can."""
        passed = 0
        while CAN_WAIT and passed < times and self.waits < WAITS:
            time.sleep(WAIT_S)
            passed, self.waits = passed + 1, self.waits + 1
            self.note("waited", ms=round(self.waits * WAIT_S * 1000))
        return passed

    def check_by_looking(self, look, loss=False):
        """Makes the checks that `look` returns as {name: (want, got)}, with second looks where one is
        broken; returns whether all held at once."""
        first = last = look()
        times, waited = 1, 0
        while any(want != got for want, got in last.values()) and (passed := self.wait(times)):
            times, waited = 2 * times, waited + passed
            last = look()
        for name, (want, got) in first.items():
            right = last[name][0] == last[name][1]
            self.check(name, want, got, loss and not right,
                       round(waited * WAIT_S * 1000) if right else 0)
        return all(want == got for want, got in first.values())

    def call(self, name, function, *arguments, fields, returned=None):
        """Calls `function` between two lines; its exceptions go on to the caller. `returned` makes
        the number of the `leave` line out of the result, where that is not 0."""
        self.line("enter", name, fields)
        try:
            result = function(*arguments)
        except StopIteration:  # the end of a directory
            self.line("leave", name, {"ret": -1})
            raise
        except OSError as problem:
            number = problem.errno or 0
            self.line("leave", name, {"ret": -1, "errno": number,
                                      "error": errno.errorcode.get(number, "E?")})
            raise
        except BaseException:
            self.line("leave", name, {"ret": -1})
            raise
        self.line("leave", name, {"ret": 0 if returned is None else returned(result)})
        return result

    def end(self):
        outcome = "pass" if not self.broken else "unfit" if self.setup_broke else "fail"
        self.line("end", outcome, {"checks": self.checks, "broken": self.broken})
        return 0 if outcome == "pass" else 1


class SettingUp:
    """What fails in such a `with` says nothing about rename."""

    def __init__(self, journal):
        self.journal = journal

    def __enter__(self):
        return self

    def __exit__(self, _, problem, __):
        if isinstance(problem, OSError):
            self.journal.check("setup_call", 0, name_error(problem))
            raise Unfit from problem


def name_error(problem):
    number = problem.errno or 0
    return f"{errno.errorcode.get(number, 'E?')}:{number}"


def name_flags(flags):
    names = [("O_RDONLY", "O_WRONLY", "O_RDWR")[flags & 3]]
    for name in ("O_CREAT", "O_EXCL", "O_TRUNC"):
        if flags & getattr(os, name):
            names.append(name)
    return "+".join(names)


class ToldFile:
    """A file of the import system; tells of read, write and close."""

    def __init__(self, journal, file):
        self.journal, self.file = journal, file

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def read(self, *arguments):
        return self.journal.call("read", self.file.read, *arguments,
                                 fields={"fd": self.file.fileno()}, returned=len)

    def write(self, data):
        try:
            written = self.journal.call("write", self.file.write, data, returned=int,
                                        fields={"fd": self.file.fileno(), "bytes": len(data)})
        except OSError as problem:
            self.journal.refused = f"write:{name_error(problem)}"
            raise
        if written != len(data):
            self.journal.refused = f"write:{written}"
        return written

    def close(self):
        self.journal.call("close", self.file.close, fields={"fd": self.file.fileno()})


class ToldIo:
    """In the place of `_io` in the import system."""

    def __init__(self, journal, real, opened):
        self._journal, self._real, self._opened = journal, real, opened

    def __getattr__(self, name):
        return getattr(self._real, name)

    def FileIO(self, target, mode="r"):  # noqa: N802  (the name that the import system calls)
        if isinstance(target, int):  # it looks at the descriptor that it is given
            path = self._opened.get(target)
            fields = {"path": path or f"fd {target}"}
            file = self._journal.call("stat", self._real.FileIO, target, mode, fields=fields)
            self._journal.identity = self._journal.call("stat", os.fstat, target, fields=fields)
            return ToldFile(self._journal, file)
        return self._open(self._real.FileIO, target, mode)

    def open_code(self, path):
        return self._open(self._real.open_code, path)

    def _open(self, function, path, *arguments):
        file = self._journal.call("open", function, path, *arguments,
                                  fields={"path": path, "flags": "O_RDONLY"},
                                  returned=lambda opened: opened.fileno())
        return ToldFile(self._journal, file)


class ToldOs:
    """In the place of `_os` in the import system."""

    def __init__(self, journal, real, opened):
        self._journal, self._real, self._opened = journal, real, opened

    def __getattr__(self, name):
        return getattr(self._real, name)

    def stat(self, path):
        return self._journal.call("stat", self._real.stat, path, fields={"path": path})

    def listdir(self, path):
        return self._journal.call("opendir", self._real.listdir, path, fields={"path": path})

    def mkdir(self, path, *mode):
        try:
            return self._journal.call("mkdir", self._real.mkdir, path, *mode, fields={"path": path})
        except FileExistsError:
            raise
        except OSError as problem:
            self._journal.refused = f"mkdir:{name_error(problem)}"
            raise

    def unlink(self, path):
        return self._journal.call("unlink", self._real.unlink, path, fields={"path": path})

    def open(self, path, flags, mode=0o777):
        try:
            fd = self._journal.call("open", self._real.open, path, flags, mode, returned=int,
                                    fields={"path": path, "flags": name_flags(flags),
                                            "mode": f"{mode:04o}"})
        except OSError as problem:
            self._journal.refused = f"open:{name_error(problem)}"
            raise
        self._opened[fd] = path
        return fd

    def replace(self, old, new):
        # Told before the call too: an import that ends in a panic of ours must not look clean.
        try:
            self._journal.call("rename", self._real.replace, old, new,
                               fields={"from": old, "to": new})
        except OSError as problem:
            self._journal.renames.append((old, new, problem.errno))
            raise
        self._journal.renames.append((old, new, 0))


class Telling:
    """Has the import system tell of its calls, in a `with`."""

    def __init__(self, journal):
        opened = {}
        self.kept = importer._os, importer._io
        self.told = ToldOs(journal, importer._os, opened), ToldIo(journal, importer._io, opened)

    def __enter__(self):
        importer._os, importer._io = self.told

    def __exit__(self, *_):
        importer._os, importer._io = self.kept


def stat(journal, path):
    return journal.call("stat", os.stat, path, fields={"path": path})


def exists(journal, path):
    try:
        stat(journal, path)
    except FileNotFoundError:
        return False
    return True


def list_directory(journal, path):
    """Its sorted names, separated by '/', which no name holds."""
    entries = journal.call("opendir", os.scandir, path, fields={"path": path})
    names = []
    while True:
        try:
            entry = journal.call("readdir", next, entries, fields={"path": path})
        except StopIteration:
            break
        names.append(entry.name)
    journal.call("closedir", entries.close, fields={"path": path})
    return "/".join(sorted(names))


def read_file(journal, path):
    fd = journal.call("open", os.open, path, os.O_RDONLY, returned=int,
                      fields={"path": path, "flags": "O_RDONLY"})
    data = b""
    while True:
        block = journal.call("read", os.read, fd, 8192, fields={"fd": fd, "bytes": 8192},
                             returned=len)
        if not block:
            break
        data += block
    journal.call("close", os.close, fd, fields={"fd": fd})
    return data


def write_file(journal, path, data, flags):
    fd = journal.call("open", os.open, path, flags, 0o644, returned=int,
                      fields={"path": path, "flags": name_flags(flags), "mode": "0644"})
    journal.call("write", os.write, fd, data, fields={"fd": fd, "bytes": len(data)}, returned=int)
    journal.call("close", os.close, fd, fields={"fd": fd})


def lines_of(path):
    """Of a file of /proc; none where it is missing."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read().splitlines()
    except OSError:
        return []


def find_mount(lines, number):
    """(type, source, mount) of a mount, by its number or its device; None if there is none. proc(5),
    mountinfo: "36 35 98:0 /root /mount options [tags ...] - type source options"."""
    found = None
    for line in lines:
        words = line.split(" ")
        if len(words) > 6 and number in (words[0], words[2]) and "-" in words[6:]:
            found = (*words[words.index("-", 6) + 1:][:2], words[4])
    return found


def number_of_mount(journal, directory):
    """Which mount the directory is on: its files may have another device than the mount (btrfs)."""
    fd = journal.call("open", os.open, directory, os.O_RDONLY, returned=int,
                      fields={"path": directory, "flags": "O_RDONLY"})
    lines = lines_of(f"/proc/self/fdinfo/{fd}")
    journal.call("close", os.close, fd, fields={"fd": fd})
    return "".join(line.partition("\t")[2] for line in lines if line.startswith("mnt_id:"))


def tell_filesystem(journal, directory):
    device = stat(journal, directory).st_dev
    lines = lines_of("/proc/self/mountinfo")
    found = None
    if lines:
        found = find_mount(lines, f"{os.major(device)}:{os.minor(device)}") or \
            find_mount(lines, number_of_mount(journal, directory))
    kind, source, mount = found or ("unknown", None, None)
    journal.line("fs", kind, {"dev": device} | (
        {"source": source, "mount": mount} if found else {}))


class Shape:
    """The story, as the text at the top of this file tells it."""

    def __init__(self, journal, directory):
        self.journal = journal
        self.package = directory + "/m"
        self.source = self.package + "/m.py"
        self.cache = self.package + "/__pycache__"
        self.pyc_name = f"m.{sys.implementation.cache_tag}.pyc"
        self.pyc = f"{self.cache}/{self.pyc_name}"

    def prepare(self):
        journal = self.journal
        if not journal.check("setup_fresh", False, exists(journal, self.package)):
            raise Unfit
        journal.call("mkdir", os.mkdir, self.package, fields={"path": self.package})
        self.write_source(1, os.O_CREAT | os.O_EXCL)

    def write_source(self, version, more_flags):
        text = f"NONCE = '{self.journal.nonce}'\nVERSION = {version}\n" + "# newer\n" * version
        data = text.encode("ascii")
        write_file(self.journal, self.source, data, os.O_WRONLY | more_flags)

        def look():
            same = read_file(self.journal, self.source) == data
            listed = "m.py" in list_directory(self.journal, self.package).split("/")
            return {"setup_file": ("source", "source" if same else "differs"),
                    "setup_entry": (True, listed)}

        if not self.journal.check_by_looking(look):
            raise Unfit

    def make_newer(self):
        with SettingUp(self.journal):
            self.write_newer()

    def write_newer(self):
        before = stat(self.journal, self.source).st_mtime
        self.write_source(2, os.O_TRUNC)
        after = stat(self.journal, self.source).st_mtime
        if int(after) > int(before):
            return
        self.journal.note("utime", path=self.source, seconds=TICK_S)
        try:
            os.utime(self.source, (before + TICK_S, before + TICK_S))
        except (AttributeError, OSError) as problem:
            self.journal.note("utime_failed", why=problem)  # the size tells the sources apart, too

    def run_import(self, version):
        """Imports as a new process would, which a guest may not be able to start."""
        journal = self.journal
        sys.modules.pop("m", None)
        sys.path_importer_cache.pop(self.package, None)
        journal.renames.clear()
        journal.identity = journal.refused = None
        journal.waits = 0  # each rename has a patience of its own
        journal.note("import", version=version, dont_write_bytecode=int(sys.dont_write_bytecode))
        with Telling(journal):
            module = __import__("m")
        journal.note("imported", file=module.__file__)
        journal.check("module", f"{journal.nonce}:{version}", f"{module.NONCE}:{module.VERSION}")

    def check_rename(self):
        """One rename, from the temporary name onto the pyc, which returned 0."""
        journal = self.journal
        if not journal.renames and journal.refused is not None:
            journal.check("setup_pyc", 0, journal.refused)
            raise Unfit
        if not journal.check("renames", 1, len(journal.renames)):
            return
        old, new, number = journal.renames[0]
        journal.check("rename_returned", 0, number)
        if number != 0:
            return
        journal.check("rename_from", self.pyc + ".", old[:len(self.pyc) + 1])
        journal.check("rename_to", self.pyc, new)
        journal.check_by_looking(lambda: {"old_gone": (False, exists(journal, old))})
        journal.check_by_looking(lambda: {"new_there": (True, exists(journal, new))})
        after, before = stat(journal, new), journal.identity
        if before is not None:
            journal.note("inode", before=before.st_ino, after=after.st_ino,
                         dev_before=before.st_dev, dev_after=after.st_dev)

    def read_pyc(self):
        """importlib: magic, flags (0: by timestamp), mtime and size of the source, then the code."""
        journal = self.journal
        source, data = stat(journal, self.source), read_file(journal, self.pyc)
        numbers = [int.from_bytes(data[at:at + 4], "little") for at in (4, 8, 12)]
        wanted = [0, int(source.st_mtime) & 0xFFFFFFFF, source.st_size & 0xFFFFFFFF]
        try:
            code = marshal.loads(data[16:])
            found = code.co_filename
        except (EOFError, ValueError, TypeError, AttributeError) as problem:
            found = f"{type(problem).__name__}: {problem}"
        return {"pyc_magic": (importer.MAGIC_NUMBER.hex(), data[:4].hex()),
                "pyc_header": (wanted, numbers), "pyc_code": (self.source, found)}

    def check_pyc(self):
        self.journal.check_by_looking(self.read_pyc, loss=True)
        self.check_listing(self.cache, self.pyc_name)

    def check_listing(self, directory, names):
        self.journal.check_by_looking(
            lambda: {"listing": (names, list_directory(self.journal, directory))})

    def import_with_writing(self):
        self.run_import(1)
        self.check_rename()
        self.check_pyc()
        self.make_newer()
        self.run_import(2)
        self.check_rename()
        self.check_pyc()
        self.run_import(2)
        self.journal.check("renames_when_fresh", 0, len(self.journal.renames))

    def import_without_writing(self):
        self.run_import(1)
        self.journal.check("renames", 0, len(self.journal.renames))
        self.check_listing(self.package, "m.py")

    def tidy_up(self):
        journal = self.journal
        if exists(journal, self.cache):
            for name in list_directory(journal, self.cache).split("/"):
                path = f"{self.cache}/{name}"
                journal.call("unlink", os.unlink, path, fields={"path": path})
            journal.call("rmdir", os.rmdir, self.cache, fields={"path": self.cache})
        journal.call("unlink", os.unlink, self.source, fields={"path": self.source})
        journal.call("rmdir", os.rmdir, self.package, fields={"path": self.package})


def tell(directory, nonce, keep):
    """Writes the whole journal; returns the exit code."""
    writing = not sys.dont_write_bytecode
    journal = Journal(nonce)
    journal.line("begin", "implicit_import" if writing else "implicit_import_b",
                 {"build": BUILD, "bits": 64 if sys.maxsize > 2**32 else 32})
    shape = Shape(journal, directory)
    try:
        with SettingUp(journal):
            tell_filesystem(journal, directory)
            shape.prepare()
        sys.path.insert(0, shape.package)
        if writing:
            shape.import_with_writing()
        else:
            shape.import_without_writing()
        if not keep:
            shape.tidy_up()
    except Unfit:
        pass
    except Exception as problem:  # whatever the import raised is a finding about it
        journal.check("no_exception", "none", f"{type(problem).__name__}: {problem}")
    return journal.end()


def main(arguments):
    settings = {"dir": os.environ.get("RO_DIR", ""), "nonce": os.environ.get("RO_NONCE", ""),
                "keep": os.environ.get("RO_KEEP", "")}
    wrong = ""
    for argument in arguments:
        key, _, value = argument[2:].partition("=")
        if argument == "--keep":
            settings["keep"] = "1"
        elif argument[:2] == "--" and key in ("dir", "nonce"):
            settings[key] = value
        else:
            wrong = wrong or f"{argument}: no such argument"
    nonce = settings["nonce"]
    if not settings["dir"]:
        wrong = wrong or "no work directory"
    if not 8 <= len(nonce) <= 32 or not all(char in "0123456789abcdefghijklmnopqrstuvwxyz"
                                            for char in nonce):
        wrong = wrong or f"{nonce}: a nonce is 8 to 32 characters of 0-9a-z"
    if settings["keep"] not in ("", "0", "1"):
        wrong = wrong or "RO_KEEP: must be 0 or 1"
    if wrong:
        os.write(2, f"implicit_import: {wrong}; usage: --dir=DIR --nonce=NONCE [--keep], "
                    "or RO_DIR, RO_NONCE, RO_KEEP=1\n".encode("utf-8", "surrogateescape"))
        return 2
    return tell(settings["dir"].rstrip("/") or "/", nonce, settings["keep"] == "1")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
