# SPDX-License-Identifier: MIT
"""A second reader of the journal, written from docs/journal.md alone and as strict as it says.

It shares nothing with the runner's reader or with the probes, so that a mistake in either shows.
"""
import re
import zlib

LINE = re.compile(
    rb"(ROJ1 ([0-9a-z]{8,32}) (0|[1-9][0-9]*) (begin|fs|enter|leave|check|note|end) ([^ =]+)"
    rb"((?: [a-z0-9_]+=[^ ]*)*)) #([0-9a-f]{8})"
)
ENCODED = re.compile(rb"(?:[A-Za-z0-9._/,:+@-]|%[0-9A-F]{2})*(?:%\+)?")
CALLS = set("open read write close stat rename unlink mkdir rmdir opendir readdir closedir".split())
PATH_CALLS = set("open stat unlink mkdir rmdir opendir readdir closedir chdir mount utimensat".split())


class Bad(Exception):
    pass


def need(condition, what, line):
    if not condition:
        raise Bad(f"{what}: {line!r}")


def decode(value):
    return re.sub(r"%([0-9A-F]{2})", lambda m: chr(int(m[1], 16)), value)


class Event:
    def __init__(self, sequence, event, subject, fields, line):
        self.sequence, self.event, self.subject = sequence, event, subject
        self.fields, self.line = fields, line

    def __repr__(self):
        return self.line


def parse_line(raw, nonce, sequence):
    need(len(raw) + 1 <= 480, "line is too long", raw)
    match = LINE.fullmatch(raw)
    need(match, "not a line of the journal", raw)
    body, got_nonce, number, event, subject, fields, crc = match.groups()
    need(b"%08x" % zlib.crc32(body) == crc, "checksum", raw)
    need(got_nonce.decode() == nonce, "nonce", raw)
    need(int(number) == sequence, f"sequence, want {sequence}", raw)
    need(ENCODED.fullmatch(subject), "subject", raw)
    keys = {}
    for field in fields.split():
        key, value = field.split(b"=", 1)
        need(ENCODED.fullmatch(value), "value", raw)
        need(len(value.removesuffix(b"%+")) <= 160, "value is too long", raw)
        need(key.decode() not in keys, "key stands twice", raw)
        keys[key.decode()] = value.decode()
    return Event(sequence, event.decode(), subject.decode(), keys, raw.decode())


def check_event(event, calls):
    keys, line = set(event.fields), event.line
    if event.event == "begin":
        need(keys == {"build", "bits"}, "keys of begin", line)
        need(re.fullmatch("[0-9a-f]{16}", event.fields["build"]), "build", line)
    elif event.event == "fs":
        want = {"dev"} if event.subject == "unknown" else {"dev", "source", "mount"}
        need(keys == want, "keys of fs", line)
    elif event.event == "enter":
        need(event.subject in calls, "call", line)
        need("from" in keys and "to" in keys if event.subject.startswith("rename")
             else "path" in keys if event.subject in PATH_CALLS else "fd" in keys,
             "keys of enter", line)
    elif event.event == "leave":
        need(event.subject in calls, "call", line)
        need(re.fullmatch("-?[0-9]+", event.fields.get("ret", "")), "ret", line)
        failed = int(event.fields["ret"]) < 0
        end = failed and event.subject == "readdir" and keys == {"ret"}
        need(end or keys == ({"ret", "errno", "error"} if failed else {"ret"}), "keys of leave", line)
    elif event.event == "check":
        want = {"result"} if event.fields.get("result") == "held" else {"result", "want", "got"}
        need(event.fields.get("result") in ("held", "broken"), "result", line)
        need(keys - ({"loss", "late"} if len(want) == 3 else set()) == want, "keys of check", line)
        need({"loss", "late"} - keys, "what came late is not lost", line)
    elif event.event == "end":
        need(event.subject in ("pass", "fail", "unfit"), "outcome", line)
        need(keys == {"checks", "broken"}, "keys of end", line)


class Journal:
    def __init__(self, events):
        self.events = events

    def select(self, event, subject=None):
        return [e for e in self.events if e.event == event and subject in (None, e.subject)]

    @property
    def outcome(self):
        return self.events[-1].subject

    @property
    def broken(self):
        return [e.subject for e in self.select("check") if e.fields["result"] == "broken"]

    @property
    def late(self):
        """{check: milliseconds}"""
        return {e.subject: int(e.fields["late"]) for e in self.select("check") if "late" in e.fields}

    @property
    def lost(self):
        return [e.subject for e in self.select("check") if e.fields.get("loss") == "1"]

    def calls(self):
        return [e.subject for e in self.select("enter")]


def parse(data, nonce, shape, complete=True, more_calls=()):
    """Reads a whole journal and returns it, or raises Bad. `complete`: it must have its end."""
    need(data.endswith(b"\n"), "last line is cut", data[-80:])
    events = [parse_line(raw, nonce, i) for i, raw in enumerate(data[:-1].split(b"\n"))]
    open_call = None
    for event in events:
        check_event(event, CALLS | set(more_calls))
        if event.event == "enter":
            need(open_call is None, "enter within a call", event)
            open_call = event.subject
        elif event.event == "leave":
            need(open_call == event.subject, "leave of another call", event)
            open_call = None
        else:
            need(open_call is None, "a line within a call", event)
        need((event.event == "begin") == (event.sequence == 0), "begin is first, and only there", event)
        need(event.event != "end" or event is events[-1], "a line after the end", event)
    need(events[0].subject == shape, "shape", events[0])
    journal = Journal(events)
    if complete:
        need(events[-1].event == "end", "no end", events[-1])
        need(int(events[-1].fields["checks"]) == len(journal.select("check")), "number of checks", events[-1])
        need(int(events[-1].fields["broken"]) == len(journal.broken), "number of broken checks", events[-1])
        need((journal.outcome == "pass") == (not journal.broken), "outcome", events[-1])
    return journal


def content(nonce, shape, label, size):
    """What a file with this label holds."""
    text = f"{nonce} {shape} {label}\n".encode()
    return (text * (size // len(text) + 1))[:size]
