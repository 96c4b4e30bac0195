#!/bin/busybox sh
# capture.sh: write a raw capture (spec/snapshot.md) of the running kernel to stdout, gzipped. Runs in a test guest
# (busybox); the loader does the same on a host in C.
set -e
tracefs=/sys/kernel/tracing
tree=$(mktemp -d /tmp/capture.XXXXXX)
mkdir "$tree/btf" "$tree/events"
{
	echo "tracelet-capture 1"
	echo "release $(uname -r)"
	echo "machine $(uname -m)"
	echo "version $(uname -v)"
} >"$tree/capture"
cp /sys/kernel/btf/* "$tree/btf/"
cd $tracefs/events
for format in */*/format; do
	mkdir -p "$tree/events/${format%/format}"
	cat "$format" >"$tree/events/$format"
done
cat $tracefs/available_filter_functions >"$tree/available_filter_functions"
cat /sys/kernel/debug/kprobes/blacklist >"$tree/kprobe_blacklist"
cd "$tree"
tar c capture $(ls -A | grep -vx capture) | gzip
