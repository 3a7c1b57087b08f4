#!/bin/bash
# SPDX-License-Identifier: MIT
# The action's first step builds what is not built, and the guest probes only where there is an SDK
# image and somebody will run them; the example workflow's own commands fetch an archive and unpack
# it. cmake, docker, gh and sudo are replaced; the tree is a copy of ci/.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
tree=$scratch/tree
mkdir -p "$tree" "$scratch/bin"
cp -r "$source_tree/ci" "$tree/"
# shellcheck disable=SC2016 # the stand-in expands it
printf '#!/bin/sh\nexit "$(cat "%s/setup-code")"\n' "$scratch" >"$tree/ci/setup"
for tool in cmake docker sudo; do
    # shellcheck disable=SC2016 # the stand-in expands it
    printf '#!/bin/sh\necho "$*" >>"%s/%s-called"\n' "$scratch" "$tool" >"$scratch/bin/$tool"
done
printf '#!/bin/sh\necho "rename-oracle $*"\n' >"$scratch/bin/program"
chmod +x "$scratch"/bin/* "$tree/ci/setup"
export PATH=$scratch/bin:$PATH RO_PROGRAM=$scratch/bin/program

build() {
    rm -f "$scratch"/*-called
    code=0
    "$tree/ci/action/build" >"$scratch/log" 2>&1 </dev/null || code=$?
}

show() {
    sed 's/^/    log: /' "$scratch/log"
}

called() { grep -qF -- "$2" "$scratch/$1-called" 2>/dev/null; }

echo 0 >"$scratch/setup-code"
build
expect "fresh: exit 0" code_is 0
expect "fresh: configured" called cmake "-S $tree -B $tree/build -G Ninja -DBUILD_TESTING=OFF"
expect "fresh: built" called cmake "--build $tree/build"
expect "fresh: says what was built" grep -q '^rename-oracle --version' "$scratch/log"
expect "no image: no docker" not test -e "$scratch/docker-called"

mkdir -p "$tree/build" && touch "$tree/build/build.ninja"
build
expect "there already: not configured again" not called cmake "-S $tree"
expect "there already: built" called cmake "--build $tree/build"

RO_STEP=probe RO_SDK_IMAGE=sdk:1 build
expect "image: docker runs it" called docker "$tree:/source:ro --volume $tree/build-guest:/build sdk:1"
RO_STEP=gate RO_SDK_IMAGE=sdk:1 build
expect "image, to decide only: no docker" not test -e "$scratch/docker-called"
RO_STEP=probe RO_SDK_IMAGE=sdk:1 RO_GUEST_PROBES=/given build
expect "image, and probes are given: no docker" not test -e "$scratch/docker-called"

RO_BUILT=true RO_STEP=probe RO_SDK_IMAGE=sdk:1 build
expect "from the cache: not built again" not test -e "$scratch/cmake-called"
expect "from the cache, without guest probes: docker" called docker sdk:1
mkdir -p "$tree/build-guest/probes"
RO_BUILT=true RO_STEP=probe RO_SDK_IMAGE=sdk:1 build
expect "from the cache, with guest probes: no docker" not test -e "$scratch/docker-called"
RO_PROGRAM=$scratch/gone RO_BUILT=true build
expect "the cache has no program: built" called cmake "--build $tree/build"

cp -r "$source_tree"/{CMakeLists.txt,results,runner,probes,docs} "$tree/"
key_of() { RO_SDK_IMAGE=$1 GITHUB_OUTPUT=$scratch/key "$tree/ci/action/identity" >/dev/null && sed -n 's/^key=//p' "$scratch/key" && rm "$scratch/key"; }
first=$(key_of sdk:1)
expect "the key is one word" test "$(wc -w <<<"$first")" = 1
expect "the same sources: the same key" test "$first" = "$(key_of sdk:1)"
expect "another image: another key" test "$first" != "$(key_of sdk:2)"
echo '/* */' >>"$tree/runner/main.c"
expect "other sources: another key" test "$first" != "$(key_of sdk:1)"

echo 1 >"$scratch/setup-code"
build
expect "packages are missing: exit 2" code_is 2
expect "packages are missing: says so" grep -q '^::error .*packages' "$scratch/log"

# The workflow's own commands, each as the runner calls it: bash -e, in one directory. The release has
# the archives that one of 0.20 has: two sizes of standalone, and no multi-process.
mkdir "$scratch/job"
name=nanvix-x86-microvm
cat >"$scratch/bin/gh" <<GH
#!/bin/sh
echo "\$*" >>"$scratch/gh-called"
[ "\$2" != view ] || printf '%s\n' $name-single-process-release-256mb-0123abc.tar.bz2 \\
    $name-standalone-release-128mb-0123abc.tar.bz2 $name-standalone-release-256mb-0123abc.tar.bz2 \\
    $name-standalone-release-256mb-0123abc.zip nanvix-sdk.tar.bz2
GH
chmod +x "$scratch/bin/gh"
/usr/bin/python3 - "$source_tree" "$scratch" <<'STEPS'
import sys, yaml
workflow = yaml.safe_load(open(f"{sys.argv[1]}/ci/workflow-example.yml"))
scripts = [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]
for number, script in enumerate(scripts):
    open(f"{sys.argv[2]}/step{number}.sh", "w").write(script)
STEPS
code=0
count=0
: >"$scratch/log"
for script in "$scratch"/step*.sh; do
    count=$((count + 1))
    (cd "$scratch/job" && RELEASE=v0.20.3 ARCHIVE=one.tar.bz2 GITHUB_OUTPUT=$scratch/outputs \
        bash -e "$script") >>"$scratch/log" 2>&1 || code=$?
    expect "the workflow's command $(head -1 "$script")" code_is 0
done
expect "the workflow has commands" test "$count" -ge 3
expect "the release is asked for" called gh 'release view v0.20.3 --repo nanvix/nanvix --json assets --jq .assets[].name'
expect "its archives, one a mode" grep -qxF "archives=[{\"mode\": \"standalone\", \"archive\": \"$name-standalone-release-128mb-0123abc.tar.bz2\"},{\"mode\": \"hosted-single-process\", \"archive\": \"$name-single-process-release-256mb-0123abc.tar.bz2\"}]" "$scratch/outputs"
expect "a mode that it lacks is named" grep -q '^::warning title=hosted-multi-process::release v0.20.3 has no archive' "$scratch/log"
expect "the archive is fetched" called gh 'release download v0.20.3 --repo nanvix/nanvix --pattern one.tar.bz2'
expect "KVM is opened" called sudo 'chmod a+rw /dev/kvm'

[[ $failures -eq 0 ]] || exit 1
echo "all cases hold"
