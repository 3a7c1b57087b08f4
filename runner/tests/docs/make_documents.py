#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes the documents that pages of documentation decide about, into the current directory.

  make_documents.py PROGRAM [hang]

standalone.json, single.json, multi.json and upstream.json of yesterday, which together yield a yes;
with `hang` one rename of the standalone document hangs. They come from the gate's own tests.
"""
import datetime
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "gate"))

import gate_inputs  # noqa: E402  (found through the line above)


def main():
    version, build = gate_inputs.program_identity(sys.argv[1])
    yesterday = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)
    inputs = gate_inputs.make_inputs(build, version, {})
    del inputs["criteria.json"]
    if sys.argv[2:] == ["hang"]:
        gate_inputs.apply_change(inputs, {
            "file": "standalone.json", "at": "/cells/shape=subdir_sibling,attempt=2",
            "become": "hang"}, build)
    for name, document in inputs.items():
        text = json.dumps(document)
        for day in ("2026-11-21", "2026-11-22"):
            text = text.replace(day, yesterday.strftime("%Y-%m-%d"))
        text = text.replace("20261122T", yesterday.strftime("%Y%m%dT"))
        document = json.loads(text)
        if "digest" in document:
            gate_inputs.seal(document)
        Path(name).write_text(json.dumps(document, indent=1) + "\n")


main()
