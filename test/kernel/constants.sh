#!/bin/bash
# constants.sh: print the integer macros of a Debian kernel's headers as "NAME VALUE" lines, sorted: what BTF lacks.
#
#   constants.sh VERSION          (as for kernel.sh; needs gcc and binutils)
#
# The headers of `constant-headers` are preprocessed as the kernel itself is built. Every object-like macro that gcc
# takes as an integer constant expression is one, whatever its definition goes through (enumerators, sizeof, other
# macros); gcc computes the value, so no rule about C is written twice. Values are read from an object file: nothing of
# it is run. Names that belong to the build or to one header's inside are left out (see `keep`).
set -eu -o pipefail
HERE=$(dirname "$(realpath "$0")")
dir=$("$HERE/kernel.sh" --headers "$1")
uname=$(basename "$dir" -cloud-amd64)-cloud-amd64
common=$dir/headers/usr/src/linux-headers-${uname%-cloud-amd64}-common
own=$dir/headers/usr/src/linux-headers-$uname
work=$(mktemp -d "${TMPDIR:-/tmp}/tracelet-constants.XXXXXX")
trap 'rm -rf "$work"' EXIT

flags=(-D__KERNEL__ -DCC_USING_FENTRY '-DKBUILD_MODNAME="constants"' -nostdinc -std=gnu11 -fshort-wchar -funsigned-char -fms-extensions -w)
flags+=(-isystem "$(gcc -print-file-name=include)" -mcmodel=kernel -mno-sse -mno-80387 -fno-pie -O1)
for root in "$common/arch/x86/include" "$own/arch/x86/include/generated" "$common/include" "$own/include" \
	"$common/arch/x86/include/uapi" "$own/arch/x86/include/generated/uapi" "$common/include/uapi" "$own/include/generated/uapi"; do
	flags+=("-I$root")
done
flags+=(-include "$common/include/linux/kconfig.h" -include "$common/include/linux/compiler_types.h")

while read -r header; do
	case $header in '' | '#'*) continue ;; esac
	[ ! -e "$common/include/$header" ] || echo "#include <$header>"
done <"$HERE/constant-headers" >"$work/headers.h"

# Object-like macros with a body that can be an expression.
candidates() {
	gcc "${flags[@]}" -E -dM -x c "$work/headers.h" | sed -nE 's/^#define ([A-Za-z_][A-Za-z0-9_]*) (.+)$/\1 \2/p' |
		grep -vE '[{};"#]|__attribute__|\b(asm|do|goto|if|extern|static|struct|union|volatile|const|void)\b' | cut -d' ' -f1 | LC_ALL=C sort
}
# Names that scripts use. Not: the build's configuration, the compiler's own, x86's registers and features, include guards.
keep() {
	grep -E '^(_?_?_?GFP_|__TASK|[A-Z][A-Z0-9_]*[A-Za-z0-9_]*$)' |
		grep -vE '^(CONFIG_|CC_|GCC_|X86_|MSR_|APIC_|BUG_|ASM_|UNWIND_|ORC_|RSEQ_SIG|LINUX_VERSION|.*_H$|.*_H_$|AUDIT_|KVM_|SND_|XEN_|FIXADDR|EFI_|CPER_|ACPI_|CR[0-9]_|PARAVIRT|__?NR_syscalls)'
}
candidates | keep >"$work/names"

gcc "${flags[@]}" -E -dM -x c /dev/null | sed -nE 's/^#define ([A-Za-z_0-9]+).*/\1/p' | LC_ALL=C sort >"$work/predefined"
LC_ALL=C comm -23 "$work/names" "$work/predefined" >"$work/left"
# gcc names the line of each macro that is no integer constant; without those it has to pass.
for _ in 1 2 3 4 5; do
	awk '{ print "enum { probe_" NR " = (" $1 ") };" }' "$work/left" | cat "$work/headers.h" - >"$work/probe.c"
	first=$(wc -l <"$work/headers.h")
	# Preprocessed apart, so that an error is at the line that uses a macro and not inside its definition.
	gcc "${flags[@]}" -E -o "$work/probe.i" "$work/probe.c"
	gcc "${flags[@]}" -fsyntax-only -fmax-errors=0 "$work/probe.i" 2>"$work/errors" && break
	sed -nE "s,^$work/probe\.c:([0-9]+):.* error: .*,\1,p" "$work/errors" | awk -v first="$first" '{ print $1 - first }' | sort -un >"$work/bad"
	[ -s "$work/bad" ] || {
		head -n 5 "$work/errors" >&2
		exit 1
	}
	awk 'NR == FNR { bad[$1]; next } !(FNR in bad)' "$work/bad" "$work/left" >"$work/good"
	mv "$work/good" "$work/left"
done

{
	cat "$work/headers.h"
	echo 'static const struct { unsigned long long value; unsigned long long negative; } constants[]'
	echo '	__attribute__((used, section("tracelet_constants"))) = {'
	awk '{ print "{ (unsigned long long)(" $1 "), (" $1 ") < 0 }," }' "$work/left"
	echo '};'
} >"$work/values.c"
gcc "${flags[@]}" -c -o "$work/values.o" "$work/values.c"
objcopy -O binary -j tracelet_constants "$work/values.o" "$work/values"
od -An -v -t u8 -w16 "$work/values" | paste -d' ' "$work/left" - |
	awk '{ print $1, $2, $3 }' | while read -r name value negative; do
	# The shell's 64-bit arithmetic turns the unsigned spelling into the negative number.
	[ "$negative" = 1 ] && printf '%s %d\n' "$name" "$((value))" || echo "$name $value"
done
