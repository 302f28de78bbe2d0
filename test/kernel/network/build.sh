#!/bin/sh
# Compiles the sources of this folder to the objects beside them. CLANG names another compiler.
set -eu

cd "$(dirname "$0")"
clang=${CLANG:-clang-19}
include=/usr/include/$(uname -m)-linux-gnu
for source in *.bpf.c; do
	"$clang" -O2 -g --target=bpf -mcpu=v3 -Wall -Werror -I"$include" \
		-fdebug-compilation-dir=. -ffile-prefix-map="$include"=/usr/include \
		-c "$source" -o "${source%.c}.o"
done
