#!/bin/sh
# Compiles the sources of this folder to the objects beside them, refused.bpf.c once for each rule. CLANG names another compiler.
set -eu

cd "$(dirname "$0")"
include=/usr/include/$(uname -m)-linux-gnu
compile() {
	source=$1
	object=$2
	shift 2
	"${CLANG:-clang-19}" -O2 -g --target=bpf -mcpu=v3 -Wall -Wno-unused -I"$include" "$@" \
		-fdebug-compilation-dir=. -ffile-prefix-map="$include"=/usr/include -c "$source" -o "$object"
	llvm-objcopy-19 --strip-debug "$object"
}
for source in *.bpf.c; do
	[ "$source" = refused.bpf.c ] || compile "$source" "${source%.c}.o"
done
for rule in $(seq 9); do
	compile refused.bpf.c "refused_$rule.bpf.o" -DRULE="$rule"
done
