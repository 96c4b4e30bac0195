# guest.sh: in the guest: every object of /w is attached and run for a while under load; then the tools named in
# /w/same run beside the reference on the same load. Each leaves a stream, messages and a status in /out.
# Everything stands in the reference's tree, so that both see the same shell, the same libraries and no others.
for d in proc sys dev; do mount --rbind /$d /newest/$d; done
cp -r /w /tracelet-loader /newest/
/ldconfig -r /newest 2>/dev/null

# Waits until a file holds a word, the process has ended, or half a minute has passed.
holds() { # FILE WORD PID
	n=0
	while ! grep -q "$2" "$1" 2>/dev/null && kill -0 "$3" 2>/dev/null && [ $n -lt 600 ]; do usleep 50000; n=$((n + 1)); done
}
ended() { # PID
	n=0
	while kill -0 "$1" 2>/dev/null && [ $n -lt 200 ]; do usleep 50000; n=$((n + 1)); done
	kill -9 "$1" 2>/dev/null
	wait "$1"
}
# What is timed to the second shall be done within one.
next_second() {
	s=$(date +%s)
	while [ "$(date +%s)" = "$s" ]; do :; done
}
load() {
	/tcp-send 5 100 1 4242 >/dev/null
	/tools-load
}

attach() { # ID
	chroot /newest /tracelet-loader run /w/$1.o >/out/$1.stream 2>/out/$1.err &
	t=$!
	holds /out/$1.stream attached $t
	load
	usleep 1100000
	load
	kill -INT $t 2>/dev/null
	ended $t
	echo $? >/out/$1.status
	echo "$1: $(cat /out/$1.status)"
}
beside() { # NAME
	chroot /newest /usr/bin/bpftrace /usr/sbin/$1.bt >/out/$1.ref 2>/out/$1.referr &
	r=$!
	holds /out/$1.referr '^Attached' $r
	chroot /newest /tracelet-loader run /w/0.27-$1.o >/out/$1.same 2>/out/$1.sameerr &
	t=$!
	holds /out/$1.same attached $t
	next_second
	load
	usleep 300000
	kill -INT $t $r 2>/dev/null
	ended $t
	ended $r
	echo "$1 beside bpftrace"
}

for object in /w/*.o; do
	id=${object##*/}
	attach "${id%.o}"
done
for name in $(cat /w/same); do beside "$name"; done
# A full trace of everything would take the console minutes.
for stream in /out/*.stream; do [ "$(stat -c %s "$stream")" -lt 200000 ] || head -c 200000 "$stream" >"$stream.cut"; done
for cut in /out/*.cut; do [ ! -e "$cut" ] || mv "$cut" "${cut%.cut}"; done
exit 0
