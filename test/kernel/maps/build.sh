#!/bin/sh
# Compiles the sources of this folder to the objects beside them, refused.bpf.c once for each definition that the kernel
# refuses. CLANG names another compiler.
set -eu

cd "$(dirname "$0")"
clang=${CLANG:-clang-19}
include=/usr/include/$(uname -m)-linux-gnu

compile() {
	source=$1
	object=$2
	shift 2
	"$clang" -O2 -g --target=bpf -mcpu=v3 -Wall -Werror -I"$include" "$@" \
		-fdebug-compilation-dir=. -ffile-prefix-map="$include"=/usr/include \
		-c "$source" -o "$object"
	llvm-objcopy-19 --strip-debug "$object"
}

for source in *.bpf.c; do
	[ "$source" = refused.bpf.c ] || compile "$source" "${source%.c}.o"
done
while read -r name flags; do
	# shellcheck disable=SC2086
	compile refused.bpf.c "refused_$name.bpf.o" $flags
done <refused.txt
