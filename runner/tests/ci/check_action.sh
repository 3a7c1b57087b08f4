#!/bin/bash
# The steps of the action: what reaches rename-oracle, what the workflow gets back, and that no
# input and no guest can put words into either. `run` is replaced (there is no Nanvix here), report
# and gate are the real ones; the documents are those of the gate's tests.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
program=${1:?the program rename-oracle}
export GITHUB_OUTPUT=$scratch/outputs GITHUB_STEP_SUMMARY=$scratch/summary.md TMPDIR=$scratch

# A program that stands for rename-oracle: `run` writes down how it is called, copies the documents
# of ./made, and ends as ./run-code says; the rest is the real one's.
cat >"$scratch/rename-oracle" <<STAND_IN
#!/bin/bash
if [[ \$1 == run ]]; then
    printf '%s\n' "\$@" >"$scratch/called"
    while [[ \$1 != --output ]]; do shift; done
    mkdir -p "\$2/RUN/artifacts" && cp "$scratch"/made/*.json "\$2/RUN/"
    echo '{}' >"\$2/RUN/artifacts/nanvix-standalone.subdir_sibling.1.console"
    exit "\$(cat "$scratch/run-code")"
elif [[ \$1 == gate && -f $scratch/gate-says ]]; then
    cat "$scratch/gate-complains" >&2
    cat "$scratch/gate-says"
    exit "\$(cat "$scratch/gate-code")"
fi
exec "$program" "\$@"
STAND_IN
chmod +x "$scratch/rename-oracle"
export RO_PROGRAM=$scratch/rename-oracle

start_case() {
    rm -rf "$scratch"/{made,documents,sysroot,called,gate-code,gate-says,outputs,summary.md,upstream.json}
    mkdir -p "$scratch/made" "$scratch/sysroot/bin"
    touch "$scratch/sysroot/bin/mkimage.elf" "$GITHUB_OUTPUT" "$GITHUB_STEP_SUMMARY"
    echo 0 >"$scratch/run-code"
    (cd "$scratch/made" && "$source_tree/runner/tests/docs/make_documents.py" "$program" "$@")
    mv "$scratch/made/upstream.json" "$scratch/"
    export RO_SYSROOT=$scratch/sysroot RO_RELEASE=v0.20.3 RO_MODES=standalone RO_ATTEMPTS=3
    export RO_GUEST_PROBES='' RO_DOCUMENTS=$scratch/documents RO_UPSTREAM=$scratch/upstream.json
    export RO_ACCEPT_WAIVERS='' RO_HARNESS='' RO_CRITERIA='' RO_FIXED_IN='' GH_TOKEN=''
}

step() {
    code=0
    (cd "$scratch" && "$source_tree/ci/action/$1") >"$scratch/log" 2>&1 </dev/null || code=$?
}

show() {
    sed 's/^/    log: /' "$scratch/log"
    sed 's/^/    output: /' "$GITHUB_OUTPUT"
}

# What GitHub's runner would do with the log: ::NAME:: at the beginning of a line, ##[NAME] anywhere, none
# of them between ::stop-commands::WORD and ::WORD::.
commands() {
    /usr/bin/python3 - "$scratch/log" <<'RUNNER'
import re, sys
stopped = None
for line in open(sys.argv[1], encoding="utf-8", errors="replace", newline="\n"):
    found = re.match(r"\s*::([\w-]+)(?: [^:]*)?::(.*)", line) or re.search(r"##\[([\w-]+)[^]]*\](.*)", line)
    if stopped is not None:
        stopped = None if found and found[1] == stopped else stopped
    elif found and found[1] == "stop-commands":
        stopped = found[2].strip()
    elif found:
        print(found[0].strip())
print(*["commands stay stopped"] * (stopped is not None))
RUNNER
}
only_annotates() { ! commands | grep -qvE '^(::(error|warning|notice) title=.*)?$'; }
logged() { grep -qE -- "$1" "$scratch/log"; }
summary_says() { grep -qF -- "$1" "$GITHUB_STEP_SUMMARY"; }
called_with() { grep -qzF -- "$(printf '%s\n' "$@")" "$scratch/called"; }
output_is() { [[ $(sed -n "s/^$1=//p" "$GITHUB_OUTPUT" | tail -1) == "$2" ]]; }

start_case
RO_MODES='standalone hosted-single-process' step probe
expect "probe: exit 0" code_is 0
expect "probe: sysroot and targets" called_with --nanvix "$scratch/sysroot" \
    --target nanvix-standalone --target nanvix-hosted-single --release v0.20.3
expect "probe: attempts" called_with --attempts 3
expect "probe: the summary has the matrix" summary_says "Shapes by targets"
expect "probe: nothing to annotate" not logged '^::(error|warning|notice)'
expect "probe: the log can't command" only_annotates

start_case
rm "$scratch/sysroot/bin/mkimage.elf"
step probe
expect "an older release: the legacy target" called_with --target nanvix-standalone-legacy

start_case
RO_GUEST_PROBES=/somewhere step probe
expect "given probes are used" called_with --probes /somewhere

start_case hang
echo 1 >"$scratch/run-code"
step probe
expect "a hang is the gate's matter: exit 0" code_is 0
expect "a hang is annotated, once a target" logged \
    '^::error title=nanvix-standalone%3A 1 hang of 18::subdir_sibling, attempt 2: '

start_case
echo 2 >"$scratch/run-code"
step probe
expect "run could not: exit 2" code_is 2
expect "run could not: says so" logged '^::error .*ended with 2'

start_case
rm "$scratch"/made/*
step probe
expect "no document: exit 2" code_is 2

start_case
RO_SYSROOT='' step probe
expect "no sysroot: exit 2" code_is 2
expect "no sysroot: run is not called" not test -e "$scratch/called"

start_case
RO_ATTEMPTS='3; touch pwned' step probe
expect "attempts that are no number: exit 2" code_is 2
RO_ATTEMPTS=3 RO_MODES="\$(touch $scratch/pwned) standalone" step probe
expect "an unknown mode: exit 2" code_is 2
RO_MODES=standalone RO_RELEASE="v1 \$(touch $scratch/pwned)" step probe
expect "a release stays one word" called_with --release "v1 \$(touch $scratch/pwned)"
expect "no input is run" not test -e "$scratch/pwned"

start_case
mv "$scratch/made" "$scratch/documents"
step gate
expect "all is met: exit 0" code_is 0
expect "all is met: remove" output_is decision remove
expect "all is met: may remove" output_is may-remove-dash-b true
expect "all is met: the summary says so" summary_says 'may be removed'

start_case hang
mv "$scratch/made" "$scratch/documents"
step gate
expect "keep is no failure: exit 0" code_is 0
expect "keep: decision" output_is decision keep
expect "keep: may not remove" output_is may-remove-dash-b false
expect "keep: the summary has the hang" summary_says hang
expect "keep: the summary has what is missing" summary_says 'Still missing'
expect "keep: the summary answers for the guards" summary_says 'guards of NSKIP021: they have to stay'

start_case
mv "$scratch/made" "$scratch/documents"
RO_RELEASE=v0.20.4 step gate
expect "documents of another release: exit 0" code_is 0
expect "documents of another release: keep" output_is decision keep
expect "documents of another release: says so" summary_says 'this is not the release that was asked for'

start_case
mv "$scratch/made" "$scratch/documents"
RO_RELEASE='' step gate
expect "no release given: what they agree on" output_is decision remove

start_case
mv "$scratch/made" "$scratch/documents"
RO_UPSTREAM='' step gate
expect "no upstream state: keep" output_is decision keep

start_case
step gate
expect "no documents: exit 2" code_is 2
expect "no documents: undecided" output_is decision undecided
expect "no documents: may not remove" output_is may-remove-dash-b false

start_case
mv "$scratch/made" "$scratch/documents"
echo '{' >"$scratch/bad-criteria.json"
RO_CRITERIA=$scratch/bad-criteria.json step gate
expect "bad criteria: exit 2" code_is 2
expect "bad criteria: undecided" output_is decision undecided

# The answer is the document's, and the exit code has to agree with it.
gate_says() {
    echo "$1" >"$scratch/gate-code"
    printf '%s' "${3-}" >"$scratch/gate-complains"
    printf '%s' "$2" >"$scratch/gate-says"
}
decision_of() { printf '{"schema": "rename-oracle/decision/1", "answer": "%s"}' "$1"; }

while read -r gate_code answer wanted; do
    start_case
    mv "$scratch/made" "$scratch/documents"
    gate_says "$gate_code" "$(decision_of "$answer")"
    step gate
    expect "code $gate_code and $answer: $wanted" output_is decision "$wanted"
    expect "code $gate_code and $answer: may remove only on remove" \
        output_is may-remove-dash-b "$([[ $wanted == remove ]] && echo true || echo false)"
done <<'ANSWERS'
0 may_be_removed remove
0 may_be_removed_on_terms remove-on-terms
0 keep undecided
0 undecided undecided
0 MAY_BE_REMOVED undecided
1 keep keep
1 may_be_removed undecided
1 may_be_removed_on_terms undecided
2 may_be_removed undecided
2 keep undecided
2 undecided undecided
3 may_be_removed undecided
3 undecided undecided
130 may_be_removed undecided
139 may_be_removed undecided
ANSWERS

for text in '' '{}' '[]' 'null' '"may_be_removed"' '{"answer": "may_be_removed"}' \
    '{"schema": "rename-oracle/verdict/1", "answer": "may_be_removed"}' \
    '{"schema": "rename-oracle/decision/1", "answer": ["may_be_removed"]}' \
    "$(decision_of may_be_removed)}" 'unreadable   the file is not valid JSON'; do
    start_case
    mv "$scratch/made" "$scratch/documents"
    gate_says 0 "$text"
    step gate
    expect "code 0 and '$text': undecided" output_is decision undecided
    expect "code 0 and '$text': a failure" code_is 2
done

# A document may be called anything, and lie anywhere below.
named() {
    start_case "${@:2}"
    mkdir "$scratch/documents"
    mv "$scratch"/made/{single,multi}.json "$scratch/documents/"
    mkdir -p "$(dirname -- "$scratch/documents/$1")"
    mv "$scratch/made/standalone.json" "$scratch/documents/$1"
    step gate
}
for name in $'a\n--list-reasons\nb.json' $'\n.json' '--list-reasons.json' '-?.json' 'a b  c.json' \
    '*.json' $'$(touch pwned).json' ' .json' '.hidden.json' 'artifacts/standalone.json' \
    $'artifacts/a\nb/--help/x.json' '::set-output name=x::%0A.json' 'RUN/artifacts/deep/x.json' \
    $'\x1b[2J\xff.json'; do
    named "$name"
    expect "a document called $(printf %q "$name"): remove" output_is decision remove
    named "$name" hang
    expect "a hang called $(printf %q "$name"): keep" output_is decision keep
    expect "a hang called $(printf %q "$name"): the log can't command" only_annotates
done

# What is called otherwise and looks like a document is not passed over.
pack() {
    case $1 in
    *.gz | *.GZ) gzip -c ;;
    *.tar) cat >"$scratch/x" && tar -C "$scratch" -cf - x ;;
    *.zip) cat >"$scratch/x.json" && python3 -m zipfile -c "$2" "$scratch/x.json" && cat "$2" ;;
    *.bom) printf '\xef\xbb\xbf' && cat ;;
    *.utf16) iconv -t UTF-16 ;;
    *) cat ;;
    esac
}
for name in hang.json.gz HANG.JSON.GZ hang.gz hang hang.txt hang.json~ hang.json.bak documents.tar x.zip \
    hang.bom hang.utf16 artifacts/deep/hang.1 $'a\n::set-output name=x::' '##[set-output name=x;]y'; do
    start_case hang
    mv "$scratch/made" "$scratch/documents"
    mkdir -p "$(dirname -- "$scratch/documents/$name")"
    pack "$name" "$scratch/zip" <"$scratch/documents/standalone.json" >"$scratch/packed"
    mv "$scratch/packed" "$scratch/documents/$name"
    step gate
    expect "a document called $(printf %q "$name"): undecided" output_is decision undecided
    expect "a document called $(printf %q "$name"): is named" logged '^::error title=Documents::not called'
    expect "a document called $(printf %q "$name"): the log can't command" only_annotates
done
start_case hang
mv "$scratch/made" "$scratch/documents"
mv "$scratch/documents/standalone.json" "$scratch/documents/standalone.JSON"
step gate
expect "a hang in capitals: read" output_is decision keep
start_case
mv "$scratch/made" "$scratch/documents"
echo '  "schema": "rename-oracle/verdict/1", said a guest' >"$scratch/documents/x.stdout"
head -c 5000 /dev/urandom | gzip >"$scratch/documents/x.core"
mkfifo "$scratch/documents/pipe"
step gate
expect "what a guest printed is no document" output_is decision remove
expect "what a guest printed is counted" logged '^3 files below are no'

# ... also behind a link to a directory.
start_case
mkdir "$scratch/documents"
mv "$scratch"/made/{single,multi}.json "$scratch/documents/"
ln -s ../made "$scratch/documents/more"
step gate
expect "a document behind a link: remove" output_is decision remove

start_case
mv "$scratch/made" "$scratch/documents"
ln -s . "$scratch/documents/again"
step gate
expect "a link that leads in a circle: undecided" output_is decision undecided

for directory in -documents --list-reasons $'docu\nments' '* ?' $'$(touch pwned)'; do
    start_case
    mv "$scratch/made" "$scratch/$directory"
    RO_DOCUMENTS=$directory step gate
    expect "documents in $(printf %q "$directory"): remove" output_is decision remove
    rm -rf "${scratch:?}/$directory"
done
expect "no name is run" not test -e "$scratch/pwned"

# One file, whose name is nothing but options, and no document at all.
start_case
mkdir "$scratch/documents"
: >"$scratch/documents/"$'\n--list-reasons\n.json'
step gate
expect "no document but an option: undecided" output_is decision undecided
expect "no document but an option: exit 2" code_is 2

start_case
mv "$scratch/made" "$scratch/documents"
ln -s /nonexistent "$scratch/documents/gone.json"
step gate
expect "a document that is gone: undecided" output_is decision undecided

start_case
mv "$scratch/made" "$scratch/documents"
RO_DOCUMENTS=$'no\n::set-output name=x::y%' step gate
expect "no directory: exit 2" code_is 2
expect "an input begins no line" not logged '^::set-output'

start_case hang
mv "$scratch/made" "$scratch/documents"
gate_says 1 "$(decision_of keep)" $'##[set-output name=decision;]x\n::set-output name=decision::remove'
step gate
expect "what a document says is printed" logged '^::set-output name=decision::remove'
expect "what a document says commands nothing" only_annotates

start_case
mv "$scratch/made" "$scratch/documents"
cp "$source_tree/ci/criteria.json" "$scratch/criteria.json"
sed -i 's|"waivers": \[\]|"waivers": [{"mode": "hosted-multi-process", "reason": "it is gone", "from_release": "v0.20.0", "decided_by": "a person"}]|' \
    "$scratch/criteria.json"
rm "$scratch/documents/multi.json"
RO_CRITERIA=$scratch/criteria.json step gate
expect "a waiver that nobody accepted: keep" output_is decision keep
rm -f "$GITHUB_OUTPUT" && touch "$GITHUB_OUTPUT"
RO_CRITERIA=$scratch/criteria.json RO_ACCEPT_WAIVERS=' hosted-multi-process' step gate
expect "a waiver that was accepted: on terms" output_is decision remove-on-terms
expect "a waiver that was accepted: not as written" output_is may-remove-dash-b false

start_case
mv "$scratch/made" "$scratch/documents"
gate_says 3 "$(decision_of keep)"
RO_HARNESS=harness.py step gate
expect "the harness lost -B: exit 2" code_is 2
expect "the harness lost -B: keep" output_is decision keep
expect "the harness lost -B: says so" logged '^::error title=-B is missing::.*harness.py'

start_case
mv "$scratch/made" "$scratch/documents"
mkdir -p "$scratch/bin"
# shellcheck disable=SC2016 # the replaced gh expands it
printf '#!/bin/sh\necho "{\\"number\\": ${2##*/}, \\"state\\": \\"closed\\", \\"state_reason\\": \\"completed\\"}"\n' \
    >"$scratch/bin/gh"
chmod +x "$scratch/bin/gh"
PATH=$scratch/bin:$PATH RO_UPSTREAM='' GH_TOKEN=token \
    RO_FIXED_IN='NSKIP021=v0.20.1 NSKIP055=v0.20.1' step gate
expect "upstream is looked up: remove" output_is decision remove

start_case hang
mv "$scratch/made" "$scratch/documents"
sed -i 's/it came to hang/\\u000a::set-output name=x::\\u001b[2J 100%/' \
    "$scratch"/documents/standalone.json
"$source_tree/ci/action/annotate" "$scratch"/documents/*.json >"$scratch/log"
expect "what a guest says begins no line" not logged '^::set-output'
expect "what a guest says is escaped" logged '%0A::set-output name=x::\?\[2J 100%25'
expect "one annotation a target" test "$(wc -l <"$scratch/log")" = 1

# What an input is called in the steps, and which of them get it, is only in action.yml.
/usr/bin/python3 - "$source_tree" <<'CHECK' || failures=$((failures + 1))
import re, sys, yaml
steps = yaml.safe_load(open(f"{sys.argv[1]}/ci/action.yml"))["runs"]["steps"]
wrong = []
for step in steps:
    script = re.fullmatch(r'"\$GITHUB_ACTION_PATH/action/(\w+)"', step.get("run", ""))
    if script:
        text = open(f"{sys.argv[1]}/ci/action/{script[1]}").read()
        given = {name for name in step["env"] if name.startswith("RO_")}
        read = set(re.findall(r"RO_[A-Z_]+", text)) - {"RO_PROGRAM", "RO_PROBE_ABIS"}
        wrong += [f"{script[1]} is not given {name}" for name in sorted(read - given)]
        wrong += [f"{script[1]} does not read {name}" for name in sorted(given - read)]
print(*(f"FAILED: {line}" for line in wrong), sep="\n", end="")
sys.exit(1 if wrong else 0)
CHECK

# An input that the action has not, or an output that it does not give, is a typing error.
/usr/bin/python3 - "$source_tree" <<'CHECK' || failures=$((failures + 1))
import re, sys, yaml
action = yaml.safe_load(open(f"{sys.argv[1]}/ci/action.yml"))
workflow = yaml.safe_load(open(f"{sys.argv[1]}/ci/workflow-example.yml"))
wrong = []
for job in workflow["jobs"].values():
    for step in job["steps"]:
        if "rename-oracle/ci@" in step.get("uses", ""):
            wrong += [f"no input {name}" for name in step["with"] if name not in action["inputs"]]
            for output in re.findall(rf"steps\.{step.get('id')}\.outputs\.([\w-]+)", str(job)):
                if output not in action["outputs"]:
                    wrong.append(f"no output {output}")
used = set(re.findall(r"inputs\.([\w-]+)", str(action["runs"]) + str(action["outputs"])))
wrong += [f"input {name} is never used" for name in action["inputs"] if name not in used]
wrong += [f"input {name} is not declared" for name in used if name not in action["inputs"]]
print(*(f"FAILED: {line}" for line in wrong), sep="\n", end="")
sys.exit(1 if wrong else 0)
CHECK

# The workflow: every mode on its own runner, one gate over all, daily and on demand, changing nothing.
/usr/bin/python3 - "$source_tree" <<'CHECK' || failures=$((failures + 1))
import json, re, sys, yaml
# BaseLoader: `on` is a word here and not a truth value.
workflow = yaml.load(open(f"{sys.argv[1]}/ci/workflow-example.yml"), yaml.BaseLoader)
criteria = json.load(open(f"{sys.argv[1]}/ci/criteria.json"))
probe, gate = workflow["jobs"]["probe"], workflow["jobs"]["gate"]
uses = [step for step in gate["steps"] if "rename-oracle/ci@" in step.get("uses", "")]
holds = {
    "daily and on demand": set(workflow["on"]) == {"schedule", "workflow_dispatch"},
    "may only read": set(workflow["permissions"].values()) == {"read"} and
        not any("permissions" in job for job in workflow["jobs"].values()),
    "every mode of the criteria": set(re.search("for mode in (.*); do", str(workflow["jobs"]["modes"])).group(1).split()) ==
        {mode for issue in criteria["issues"] for mode in issue["modes"]},
    "one mode that fails does not stop the others": probe["strategy"]["fail-fast"] == "false",
    "the gate waits for all, and decides whatever came": gate["needs"] == "probe" and
        gate["if"] == "always()",
    "one gate, for the release that was probed": len(uses) == 1 and
        uses[0]["with"]["step"] == "gate" and uses[0]["with"]["release"] == "${{ env.RELEASE }}",
}
wrong = [f"workflow: not so: {what}" for what, so in holds.items() if not so]
print(*(f"FAILED: {line}" for line in wrong), sep="\n", end="")
sys.exit(1 if wrong else 0)
CHECK

[[ $failures -eq 0 ]] || exit 1
echo "all cases hold"
