# SPDX-License-Identifier: MIT
"""The test of the documentation's test: pages that are right pass, and each way to be wrong is seen."""
import pytest

from support import console_blocks

RIGHT = {
    "state carries over, preparation is hidden": """
<!-- run: echo prepared >file -->
```console
$ cat file
prepared
$ cd /; pwd
/
$ false
$ echo $?
1
$ echo "$COLOUR"
green
$ for word in a b; do
>     echo $word
> done
a
b
```
""",
    "what varies may vary": """
```console
$ echo "took 17.25 ms, run 20260131T101112Z-0a1b2c3d at 2026-01-31T10:11:12Z, pid 4242"
took 9 ms, run 20251231T000000Z-ffffffff at 2025-12-31T00:00:00Z, pid 1
$ echo "sha256:0123456789abcdef0123 in /tmp/x-abc/file"
sha256:fedcba9876543210aaaa in /tmp/y-def
$ echo "a    b"; seq 1 5; echo "the end of it"
a b
...
5
the end ...
```
""",
    "a block that can't be run says why": """
```console
$ true
```
<!-- not run: needs a network -->
```sh
gh issue view 1
```
""",
    "a page of nothing but a block with a reason": """
<!-- not run: needs a network -->
```sh
gh issue view 1
```
""",
    "a block inside a list item": """
1. item:

   ```console
   $ printf 'a\\n  b\\n'
   a
     b
   ```
""",
}
WRONG = {
    "wrong output inside a list item": """
<!-- run: true -->
1. item:

   ```console
   $ echo right
   wrong
   ```
""",
    "output before any command of its block": """
<!-- run: true -->
```console
 $ echo a
a
```
""",
    "wrong output": """
```console
$ echo right
wrong
```
""",
    "numbers that are not times count": """
```console
$ echo "18 passed"
17 passed
```
""",
    "output that is not shown": """
```console
$ echo something
$ true
```
""",
    "output that is shown and does not come": """
```console
$ true
something
```
""",
    "a command that does not exist": """
```console
$ no-such-command-here
```
""",
    "a preparation that fails": """
<!-- run: false -->
```console
$ true
```
""",
    "commands after the shell has ended": """
```console
$ exit 0
$ echo never
never
```
""",
    "a block that is not run, without a reason": """
```console
$ true
```
```sh
gh issue view 1
```
""",
}


def complaints(tmp_path, text):
    page = tmp_path / "page.md"
    page.write_text(text)
    return console_blocks.complaints(page, ["/usr/bin"], {"COLOUR": "green"})


@pytest.mark.parametrize("name", RIGHT)
def test_a_page_that_is_right_passes(name, tmp_path):
    assert complaints(tmp_path, RIGHT[name]) == []


@pytest.mark.parametrize("name", WRONG)
def test_a_page_that_is_wrong_is_refused(name, tmp_path):
    assert complaints(tmp_path, WRONG[name]) != []


def test_a_page_without_a_command_is_no_page_that_is_right(tmp_path):
    assert "shows no command" in str(complaints(tmp_path, "Nothing here.\n"))
