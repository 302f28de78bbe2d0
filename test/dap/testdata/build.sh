#!/bin/sh
# Compiles the sources here to the objects beside them. CLANG names another compiler.
set -eu

cd "$(dirname "$0")"
include=/usr/include/$(uname -m)-linux-gnu
for source in *.bpf.c; do
	"${CLANG:-clang-19}" -O2 -g --target=bpf -mcpu=v3 -Wall -Werror -I"$include" \
		-fdebug-compilation-dir=. -ffile-prefix-map="$include"=/usr/include -c "$source" -o "${source%.c}.o"
done
