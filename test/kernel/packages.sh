# packages.sh: find and fetch Debian packages of any suite without touching the system's apt state. Sourced.
#
# The archive is the one that apt is configured for on this machine; suites other than the system's are read from the
# same archive into a private apt state, so signatures and hashes are checked by apt itself. Nothing is installed.
#
#   package__index SUITE           file of "PACKAGE VERSION POOLPATH SHA256" lines (kernel packages of that suite)
#   package__fetch POOLPATH SHA256 FILE
#   package__tree DEB DIR [PATHS]  unpack the data of a .deb
#
# Needs: apt, dpkg-deb. CACHE is set by the caller; REFRESH=1 reads the suites again.

fail() {
	echo "${0##*/}: $*" >&2
	exit 125
}

# The base address of the main Debian archive, as apt resolves it here.
package__archive() {
	local base
	base=$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Origin: Debian' 'Created-By: Packages' 2>/dev/null |
		sed -n 's/^Debian //p' | head -n 1)
	# Before the first apt-get update there are no labels: take the first archive that isn't the security one.
	[ -n "$base" ] || base=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
		grep -v security | head -n 1)
	[ -n "$base" ] || fail "apt has no Debian archive configured (see /etc/apt/sources.list)"
	echo "${base%/}"
}

# Options that point apt at a state of its own in directory $1.
package__apt_options() {
	printf '%s\n' -o "Dir::Etc::SourceList=$1/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o "Dir::State::Lists=$1/lists" -o "Dir::State::Status=$1/status" -o "Dir::Cache=$1/cache" \
		-o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::Check-Valid-Until=false \
		-o APT::Update::Error-Mode=any
}

package__index() {
	local suite=$1 list=$CACHE/index/$1 state archive key=/usr/share/keyrings/debian-archive-keyring.gpg
	if [ -s "$list" ] && [ -z "${REFRESH-}" ]; then
		echo "$list"
		return
	fi
	archive=$(package__archive) || exit
	mkdir -p "$CACHE/index"
	state=$(mktemp -d "$CACHE/apt.XXXXXX") || fail "cannot write $CACHE"
	mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
	: >"$state/status"
	echo "deb [arch=amd64 signed-by=$key] $archive $suite main" >"$state/sources.list"
	mapfile -t options < <(package__apt_options "$state")
	if ! apt-get -q "${options[@]}" update >"$state/log" 2>&1; then
		sed -n 's/^[EW]: /apt: /p' "$state/log" >&2
		rm -rf "$state"
		return 1
	fi
	# Keep kernel packages only. From 6.19 on linux-image is empty and linux-binary has the kernel.
	apt-cache "${options[@]}" dumpavail | awk '
		function emit() {
			if (package ~ /^linux-(image|binary|base|headers|modules)-[0-9].*(-cloud-amd64|-common)$/)
				if (!(package ~ /^linux-image/ && installed < 1000)) print package, version, path, hash
			package = version = path = hash = ""; installed = 0
		}
		/^Package: / { package = $2 }
		/^Version: / { version = $2 }
		/^Installed-Size: / { installed = $2 + 0 }
		/^Filename: / { path = $2 }
		/^SHA256: / { hash = $2 }
		/^$/ { emit() }
		END { emit() }' >"$list.new"
	rm -rf "$state"
	[ -s "$list.new" ] || return 1
	mv "$list.new" "$list"
	echo "$list"
}

package__fetch() {
	local log
	log=$(/usr/lib/apt/apt-helper -o APT::Sandbox::User=root download-file "$(package__archive)/$1" "$3" "SHA256:$2" 2>&1) ||
		fail "cannot fetch $1: $(tail -n 1 <<<"$log")"
}

package__tree() {
	local deb=$1 dir=$2
	shift 2
	mkdir -p "$dir"
	dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$dir" --wildcards "$@"
}
