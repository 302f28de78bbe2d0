#!/bin/sh
# Compiles the programs of this folder and of examples/ at -O0 and -O2, with the sizes of their stacks. Objects are
# committed, since tests run where there is no compiler. CLANG names another one.
set -eu
cd "$(dirname "$0")"
include=/usr/include/$(uname -m)-linux-gnu
for source in *.bpf.c ../../examples/*.bpf.c; do
	name=$(basename "$source" .bpf.c)
	for level in O0 O2; do
		"${CLANG:-clang-19}" "-$level" -g --target=bpf -mcpu=v3 -fstack-size-section -I"$include" \
			-fdebug-compilation-dir=. -ffile-prefix-map="$include"=/usr/include -ffile-prefix-map=../../= \
			-c "$source" -o "$name.$level.bpf.o"
	done
done
