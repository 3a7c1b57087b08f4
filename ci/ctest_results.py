# SPDX-License-Identifier: MIT
"""What the scripts that judge a run of ctest have in common: reading what --output-junit wrote."""
import sys
import xml.etree.ElementTree as ET


def cases_or_exit(program, usage):
    """The test cases of the one file that the command line names. Where that can't be, says so and
    ends the program with 2."""
    if len(sys.argv) != 2 or sys.argv[1] in ("-h", "--help"):
        print(usage, file=sys.stderr)
        sys.exit(2)
    try:
        return ET.parse(sys.argv[1]).getroot().findall("testcase")
    except (OSError, ET.ParseError) as error:
        print(f"{program}: {sys.argv[1]}: {error}", file=sys.stderr)
        sys.exit(2)


def output_lines(case):
    """What a test has said, without its empty lines."""
    return [line for line in (case.findtext("system-out") or "").splitlines() if line.strip()]
