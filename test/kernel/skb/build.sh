#!/bin/sh
# Compiles the programs of this folder. CLANG names another compiler.
cd "$(dirname "$0")" || exit 1
for source in *.bpf.c; do
	"${CLANG:-clang-19}" -g -O2 -Wall -target bpf -mcpu=v3 -idirafter "/usr/include/$(uname -m)-linux-gnu" \
		-fdebug-compilation-dir=. -c "$source" -o "${source%.c}.o" || exit 1
done
