#!/bin/bash
# The .deb, and the .tar.gz beside it. The .deb says what it needs, installs with dpkg into an empty root, works there, and leaves
# nothing when it is removed.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

# With a compression that takes a quarter of the time.
"$source_tree/ci/build-packages" "$scratch/pack" "$build" -D CPACK_DEBIAN_COMPRESSION_TYPE=gzip \
    >"$scratch/cpack.log" 2>&1 || { cat "$scratch/cpack.log" && fail "ci/build-packages"; }
(cd "$scratch/pack" && sha256sum -c SHA256SUMS >/dev/null) || fail "wrong sums"
packages=("$scratch"/pack/*.deb)
[[ ${#packages[@]} -eq 1 && -f ${packages[0]} ]] || fail "not one package: ${packages[*]}"
package=${packages[0]}

depends=$(dpkg-deb -f "$package" Depends)
recommends=$(dpkg-deb -f "$package" Recommends)
for name in libc6 libjansson4 zlib1g; do
    [[ $depends == *$name* ]] || fail "does not depend on $name: $depends"
done
[[ $recommends == "user-mode-linux, mtools, dosfstools" ]] || fail "recommends $recommends"

root=$scratch/root
mkdir -p "$root"/var/lib/dpkg/{info,updates,triggers}
touch "$root/var/lib/dpkg/status"
find "$root" | sort >"$scratch/before"
dpkg_there() {
    "${namespaces[@]}" dpkg --root="$root" --force-depends --log=/dev/null "$@" \
        >"$scratch/dpkg.log" 2>&1 || { cat "$scratch/dpkg.log" && fail "dpkg $*"; }
}
dpkg_there --install "$package"
check_tree "$root/usr"
# In the guests, too, it is tried by check_prefix.sh.
check_program "$root/usr/bin/rename-oracle" native
[[ -z $(find "$root/usr" ! -type l -perm /022) ]] || fail "others may write into the package"

dpkg_there --remove rename-oracle
dpkg_there --purge rename-oracle
find "$root" ! -path '*/var/lib/dpkg/*' | sort >"$scratch/after"
left=$(comm -13 "$scratch/before" "$scratch/after")
[[ -z $left ]] || fail "left after removal: $left"

# The archive works from where it was unpacked.
mkdir "$scratch/some where"
tar -xzf "$scratch"/pack/*.tar.gz -C "$scratch/some where" || fail "the archive can't be unpacked"
unpacked=("$scratch/some where"/*)
[[ ${#unpacked[@]} -eq 1 ]] || fail "the archive has more than one directory: ${unpacked[*]}"
check_tree "${unpacked[0]}"
check_program "${unpacked[0]}/bin/rename-oracle" native
echo "the package installs, works, and leaves nothing; the archive works where it lies"
