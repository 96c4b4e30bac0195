#!/bin/bash
# make-snapshots.sh: make the default snapshots in compiler/kernels from Debian's cloud kernels, booted in a guest.
#
#   make-snapshots.sh [--check] [VERSION…]     default: 6.1 6.12
#
# The same packages give the same bytes; --check makes them elsewhere and compares. What the guest streams is described
# in spec/snapshot.md; the constants come from the headers that belong to the kernel (constants.sh). A newer Debian
# kernel is taken with REFRESH=1.
set -eu -o pipefail
here=$(dirname "$(realpath "$0")")
root=$(realpath "$here/../..")
work=$(mktemp -d "${TMPDIR:-/tmp}/tracelet-snapshots.XXXXXX")
trap 'rm -rf "$work"' EXIT
check=
[ "${1-}" != --check ] || { check=1 && shift; }
[ $# -gt 0 ] || set -- 6.1 6.12

"$root/node_modules/.bin/esbuild" "$root/compiler/gen/pack-snapshot.ts" --bundle --platform=node --format=esm \
	--log-level=warning --outfile="$work/pack.mjs"
for version; do
	"$here/vm.sh" --kernel "$version" --file "$here/capture.sh:/capture" --out "$work/$version" -- 'sh /capture >/out/capture.tar.gz'
	"$here/constants.sh" "$version" >"$work/constants"
	name=debian-$version-amd64.tls
	node "$work/pack.mjs" "$work/$version/capture.tar.gz" "$work/constants" "$work/$name"
	if [ -n "$check" ]; then
		cmp "$work/$name" "$root/compiler/kernels/$name"
	else
		cp "$work/$name" "$root/compiler/kernels/$name"
	fi
done
