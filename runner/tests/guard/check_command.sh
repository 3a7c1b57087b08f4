#!/bin/bash
# SPDX-License-Identifier: MIT
# The command line of `rename-oracle guard`: what it refuses, what it prints, what it leaves behind.
set -u
program=$1
without_landlock=$2
room=$(mktemp -d)
trap 'chmod -R u+rwx "$room"; rm -rf "$room"' EXIT
export TMPDIR=$room/tmp
mkdir "$TMPDIR"
failures=0

fail() {
    echo "not ok: $*"
    failures=$((failures + 1))
}

# expect STATUS TEXT ARGUMENT...: the exit status, and a text in what is printed.
expect() {
    local status=$1 text=$2 output got
    shift 2
    output=$("$program" guard "$@" 2>&1)
    got=$?
    [ "$got" = "$status" ] || fail "guard $*: status $got, not $status: $output"
    [[ $output == *"$text"* ]] || fail "guard $*: no '$text' in: $output"
    [ -z "$(ls -A "$TMPDIR")" ] || fail "guard $*: left $(ls -A "$TMPDIR")"
}

good=$room/good.sh
cat >"$good" <<'END'
#!/bin/sh
[ $# -gt 0 ] || exit 1
./bin/nanvixd.elf -- ./bin/python3.12 -B -m test "$@"
END
chmod +x "$good"
sed '1d' "$good" >"$room/plain.sh"
cp "$room/plain.sh" "$room/plain.txt"
sed 's/ -B / /' "$good" >"$room/bare.sh"
chmod +x "$room/bare.sh"

expect 0 'protected in everything that was exercised (1 of 1 modes)' --mode flag-direct "$good"
expect 0 'protected in everything that was exercised (5 of 10 modes)' "$good"
expect 0 'flag-standalone, variable-standalone, manifest-standalone: no -ramfs and no image' "$good"
expect 0 'variable-standalone, variable-single-process, ' --mode flag-direct "$good"
expect 0 'confined: ' --mode flag-direct "$good"
expect 0 'protected     by -B, ' --mode flag-direct "$room/plain.sh"
expect 1 'UNPROTECTED' --mode flag-direct "$room/bare.sh"
expect 1 'one-module, nanvixd.elf: ./bin/python3.12 -m test test_json' -m flag-direct "$room/bare.sh"
expect 0 '"schema": "rename-oracle/guard/1"' --json --mode flag-direct "$good"
expect 2 "can't tell" --mode image "$good"
expect 0 'Exit status:' --help
expect 0 'variable-multi-process' --help
expect 0 'standalone-tools' --help
expect 2 'name the harness'
expect 2 'more than one harness' "$good" "$good"
expect 2 'no such mode' --mode nowhere "$good"
expect 2 'no such scenario' --scenario nowhere "$good"
expect 2 'cannot read the harness' "$room/missing"
expect 2 'no regular file' "$room"
expect 2 'say how to run it' "$room/plain.txt"
expect 2 'must have {harness}' --command 'sh x' "$good"
expect 2 'a quote has no end' --command "sh '{harness}" "$good"
expect 2 "is not in the harness's PATH" --command 'no-such-shell {harness}' "$good"
expect 2 'not a number of seconds' --timeout soon "$good"
expect 2 'not a number of seconds' --timeout 0 "$good"
expect 2 'is no setting' --env NAME "$good"
expect 2 'no such file or directory' --allow "$room/missing" "$good"
expect 2 'no such file or directory' --allow-write "$room/missing" "$good"
printf '#!/no/such/interpreter\n' >"$room/orphan"
chmod +x "$room/orphan"
expect 2 'cannot be started' "$room/orphan"

# --keep names a directory that holds the recordings.
kept=$("$program" guard --keep --mode flag-direct "$good" | sed -n 's/^kept: //p')
[ -s "$kept/flag-direct.one-module/guard-recording" ] || fail "--keep kept no recording: $kept"
rm -rf "${TMPDIR:?}"/*

# A signal ends it: status 130, no scratch directory, no process of the harness.
cat >"$room/slow.sh" <<END
#!/bin/sh
trap '' TERM INT
echo \$\$ >"$room/slow.pid.new"
mv "$room/slow.pid.new" "$room/slow.pid"
while :; do sleep 0.1; done
END
chmod +x "$room/slow.sh"
for signal in INT TERM HUP; do
    rm -f "$room/slow.pid"
    (trap - INT; exec "$program" guard --mode flag-direct --allow-write "$room" "$room/slow.sh" >"$room/out" 2>&1) &
    guard=$!
    until [ -s "$room/slow.pid" ] || ! kill -0 $guard 2>/dev/null; do sleep 0.05; done
    kill -"$signal" $guard
    wait $guard
    status=$?
    [ $status = 130 ] || fail "SIG$signal: status $status: $(cat "$room/out")"
    kill -0 "$(cat "$room/slow.pid")" 2>/dev/null && fail "SIG$signal: the harness still runs"
    [ -z "$(ls -A "$TMPDIR")" ] || fail "SIG$signal: left $(ls -A "$TMPDIR")"
done

# Where fewer files may be open than there are modes, it ends and says why.
printf '#!/bin/sh\n' >"$room/nothing.sh"
chmod +x "$room/nothing.sh"
(ulimit -n 8 && exec timeout 30 "$program" guard "$room/nothing.sh" >"$room/out" 2>&1)
status=$?
[ $status = 2 ] || fail "few files: status $status: $(cat "$room/out")"
grep -q 'cannot wait\|Too many' "$room/out" || fail "few files: $(cat "$room/out")"
rm -rf "${TMPDIR:?}"/*

# Where the kernel allows no filter (there is one of the same kind already: a guard within a guard),
# nothing can be said.
cat >"$room/nested.sh" <<END
#!/bin/sh
$program guard --mode flag-direct $good >$room/nested.out 2>&1
echo \$? >>$room/nested.out
END
chmod +x "$room/nested.sh"
"$program" guard --mode flag-direct --allow "$program" --allow-write "$room" "$room/nested.sh" >/dev/null 2>&1
[ "$(tail -n 1 "$room/nested.out")" = 2 ] || fail "nested: $(cat "$room/nested.out")"
grep -q "can't watch what a harness starts" "$room/nested.out" || fail "nested: $(cat "$room/nested.out")"

# What the kernel keeps a harness from, by the version of its Landlock: cutting files short, signals
# to others, and starting what it made the interpreter of a script. Without any it is said.
abi=$("$program" guard --mode flag-direct "$good" | sed -n 's/^confined: .*Landlock \([0-9]*\).*/\1/p')
mkdir "$room/outside" "$room/checkout"
cp /bin/true "$room/outside/program"
echo kept >"$room/file"
cat >"$room/checkout/out-of-bounds.py" <<END
#!/usr/bin/python3 -IS
import os, sys
done = []
def attempt(deed, *words):
    try:
        deed(*words)
        done.append(deed.__name__)
    except OSError:
        pass
if ${abi:-9} >= 3:
    attempt(os.truncate, "$room/file", 0)
if ${abi:-9} >= 6:
    attempt(os.kill, os.getppid(), 0)
with open("script", "w") as file:
    file.write("#!$room/outside/program\n")
os.chmod("script", 0o755)
attempt(os.posix_spawn, "./script", ["script"], {})
print("done:", *done)
sys.exit(os.spawnv(os.P_WAIT, "./bin/nanvixd.elf",
                   ["nanvixd", "--", "./bin/python3.12", *([] if done else ["-B"]), *sys.argv[1:]]))
END
chmod +x "$room/checkout/out-of-bounds.py"
if [ -n "$abi" ]; then
    expect 0 'protected in everything' --mode flag-direct "$room/checkout/out-of-bounds.py"
    [ "$(cat "$room/file")" = kept ] || fail "confined: a file outside was changed"
else
    echo "not tried: what Landlock keeps from a harness (there is none here)"
fi
"$without_landlock" "$program" guard --mode flag-direct "$room/checkout/out-of-bounds.py" >"$room/out" 2>&1
[ $? = 1 ] || fail "without Landlock: $(cat "$room/out")"
grep -q '^unconfined: .*no Landlock' "$room/out" || fail "without Landlock: $(cat "$room/out")"

# A file system that starts no programs is named, with the remedy.
mkdir "$room/noexec"
if unshare -rm true 2>/dev/null; then
    unshare -rm sh -c "mount -t tmpfs -o noexec none '$room/noexec' && \
        TMPDIR='$room/noexec' '$program' guard '$good'; echo \$?" >"$room/out" 2>&1
    [ "$(tail -n 1 "$room/out")" = 2 ] || fail "noexec: $(cat "$room/out")"
    grep -q 'set TMPDIR' "$room/out" || fail "noexec: $(cat "$room/out")"
else
    echo "not tried: a noexec TMPDIR (no user namespaces here)"
fi

# A directory where no program can be started or nothing can be made is named.
TMPDIR=$room/missing "$program" guard "$good" >"$room/out" 2>&1
[ $? = 2 ] || fail "no TMPDIR: $(cat "$room/out")"
grep -q "scratch directory" "$room/out" || fail "no TMPDIR: $(cat "$room/out")"

[ $failures = 0 ] && echo "all as expected"
exit $((failures > 0))
