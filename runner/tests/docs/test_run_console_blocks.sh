#!/bin/bash
# The test of the documentation's test: pages that are right pass, and each way to be wrong is seen.
set -euo pipefail

runner=$(dirname -- "${BASH_SOURCE[0]}")/run_console_blocks.py
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0

# page_gives CODE NAME: the page on standard input makes the runner end with CODE.
page_gives() {
    local code=0
    cat >"$scratch/page.md"
    "$runner" "$scratch/page.md" --path /usr/bin --set COLOUR=green >"$scratch/out" 2>&1 || code=$?
    if [[ $code -ne $1 ]]; then
        echo "FAILED: $2: exit $code, not $1"
        sed 's/^/    /' "$scratch/out"
        failures=$((failures + 1))
    fi
}

page_gives 0 "state carries over, preparation is hidden" <<'PAGE'
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
PAGE

page_gives 0 "what varies may vary" <<'PAGE'
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
PAGE

page_gives 0 "a block that can't be run says why" <<'PAGE'
```console
$ true
```
<!-- not run: needs a network -->
```sh
gh issue view 1
```
PAGE

page_gives 0 "a page of nothing but a block with a reason" <<'PAGE'
<!-- not run: needs a network -->
```sh
gh issue view 1
```
PAGE

page_gives 0 "a block inside a list item" <<'PAGE'
1. item:

   ```console
   $ printf 'a\n  b\n'
   a
     b
   ```
PAGE

page_gives 1 "wrong output inside a list item" <<'PAGE'
<!-- run: true -->
1. item:

   ```console
   $ echo right
   wrong
   ```
PAGE

page_gives 1 "output before any command of its block" <<'PAGE'
<!-- run: true -->
```console
 $ echo a
a
```
PAGE

page_gives 1 "wrong output" <<'PAGE'
```console
$ echo right
wrong
```
PAGE

page_gives 1 "numbers that are not times count" <<'PAGE'
```console
$ echo "18 passed"
17 passed
```
PAGE

page_gives 1 "output that is not shown" <<'PAGE'
```console
$ echo something
$ true
```
PAGE

page_gives 1 "output that is shown and does not come" <<'PAGE'
```console
$ true
something
```
PAGE

page_gives 1 "a command that does not exist" <<'PAGE'
```console
$ no-such-command-here
```
PAGE

page_gives 1 "a preparation that fails" <<'PAGE'
<!-- run: false -->
```console
$ true
```
PAGE

page_gives 1 "commands after the shell has ended" <<'PAGE'
```console
$ exit 0
$ echo never
never
```
PAGE

page_gives 1 "a block that is not run, without a reason" <<'PAGE'
```console
$ true
```
```sh
gh issue view 1
```
PAGE

page_gives 2 "a page without a command" <<'PAGE'
Nothing here.
PAGE

[[ $failures -eq 0 ]] || exit 1
echo "all cases hold"
