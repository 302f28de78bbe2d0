#!/bin/sh
# Compiles the sources of this folder to the objects beside them. CLANG names another compiler.
set -eu

cd "$(dirname "$0")"
include=/usr/include/$(uname -m)-linux-gnu
for source in *.bpf.c; do
	object=${source%.c}.o
	"${CLANG:-clang-19}" -O2 -g --target=bpf -mcpu=v4 -Wall -Werror -I"$include" \
		-fdebug-compilation-dir=. -ffile-prefix-map="$include"=/usr/include -c "$source" -o "$object"
	llvm-objcopy-19 --strip-debug "$object"
done
