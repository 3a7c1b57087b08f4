#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""gate --harness: -B missing while it has to stay is exit 3; while it may go, it is told and 0; a
harness that can't be judged never makes a keep look settled. usage: test_harness.py PROGRAM SOURCE"""

import json
import os
import subprocess
import sys
import tempfile

import gate_inputs

HARNESS = """#!/usr/bin/python3 -IS
import os, sys
os.spawnv(os.P_WAIT, "./bin/nanvixd.elf", ["./bin/nanvixd.elf", "--", "./bin/python3.12",
          "%s-m test " + " ".join(sys.argv[1:]) + ";PYTHONHOME=/"])
"""
HARNESSES = {"good.py": HARNESS % "-B ", "bare.py": HARNESS % "",
             "idle.py": "#!/usr/bin/python3 -IS\n",
             "odd.py": "#!/usr/bin/python3 -IS\nimport sys\nsys.exit(9)\n",
             "dead.py": "#!/usr/bin/python3 -IS\nimport os\nos.kill(os.getpid(), 9)\n"}
DOCUMENTS = ["standalone.json", "single.json", "multi.json"]
# harness, documents given, wanted exit, wanted status, wanted words
TABLE = [
    ("good.py", 3, 0, "protected", "still passes -B in everything that was exercised, and may stop"),
    ("bare.py", 3, 0, "unprotected", "does not pass -B in every mode checked, and need not"),
    ("odd.py", 3, 0, "not_exercised", "was not exercised, so it can't be judged"),
    ("dead.py", 3, 0, "unknown", "can't be judged"),
    ("good.py", 2, 1, "protected", "passes -B in everything that was exercised, as it has to"),
    ("bare.py", 2, 3, "unprotected", "DOES NOT PASS -B IN EVERY MODE, and has to"),
    ("good.py", 2, 1, "protected", "not exercised: scenario "),
    ("good.py", 2, 1, "protected", "confined: "),
    ("idle.py", 2, 2, "not_exercised", "was not exercised"),
    ("odd.py", 2, 2, "not_exercised", "exited with 9"),
    ("dead.py", 2, 2, "unknown", "can't be judged"),
    ("nowhere.py", 3, 2, None, ""),
]


def run(program, directory, harness, count, extra, **environment):
    return subprocess.run(
        [program, "gate", "--now", gate_inputs.NOW, "--upstream", "upstream.json", "--harness",
         harness, "--harness-mode", "flag-direct"] + extra + DOCUMENTS[:count],
        cwd=directory, capture_output=True, text=True, timeout=300, env={**os.environ, **environment})


def main():
    program, source = os.path.abspath(sys.argv[1]), sys.argv[2]
    version, build = gate_inputs.program_identity(program)
    with open(os.path.join(source, "ci/criteria.json"), encoding="utf-8") as file:
        inputs = gate_inputs.make_inputs(build, version, json.load(file))
    failed = 0
    with tempfile.TemporaryDirectory() as directory:
        for name, value in inputs.items():
            with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
                json.dump(value, file)
        for name, text in HARNESSES.items():
            with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(os.path.join(directory, name), 0o755)
        for harness, count, code, status, words in TABLE:
            result = run(program, directory, harness, count, [])
            good = result.returncode == code and words in result.stdout
            if status is None:
                good = good and result.stdout == "" and harness in result.stderr
            elif (harness, count) in (("bare.py", 2), ("idle.py", 2)):
                document = run(program, directory, harness, count, ["--json"])
                decision = json.loads(document.stdout)
                good = good and document.returncode == code \
                    and decision["harness"]["status"] == status \
                    and decision["digest"] == gate_inputs.digest_of(decision)
            if not good:
                failed += 1
                print("%s with %d documents: exit %d\n%s%s" % (harness, count, result.returncode,
                                                              result.stdout, result.stderr))
        # A guard that can't even begin says why, and there is no answer.
        result = run(program, directory, "good.py", 3, [], TMPDIR="/nonexistent")
        if result.returncode != 2 or result.stdout or "/nonexistent" not in result.stderr:
            failed += 1
            print("without a place for the guard: exit %d\n%s%s" % (result.returncode, result.stdout,
                                                                    result.stderr))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
