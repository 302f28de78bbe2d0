#!/bin/sh
# Compiles examples/*.bpf.c, or the sources named, to the objects beside them. CLANG names another compiler.
set -eu

cd "$(dirname "$0")/../examples"
clang=${CLANG:-clang-19}
include=/usr/include/$(uname -m)-linux-gnu

[ $# -gt 0 ] || set -- *.bpf.c
for source; do
	source=$(basename "$source")
	"$clang" -O2 -g --target=bpf -mcpu=v3 -Wall -Werror -I"$include" \
		-fdebug-compilation-dir=. -ffile-prefix-map="$include"=/usr/include \
		-c "$source" -o "${source%.c}.o"
done
