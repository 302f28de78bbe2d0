#!/bin/sh
# Compiles the sources beside it, and makes of the objects what has lost its DWARF: linked and stripped ones.
set -eu
cd "$(dirname "$0")"
include=/usr/include/$(uname -m)-linux-gnu

for name in first second; do
	clang-19 -O2 -g --target=bpf -mcpu=v3 -Wall -I"$include" \
		-ffile-prefix-map="$PWD"=. -ffile-prefix-map="$include"=/usr/include -c $name.bpf.c -o $name.bpf.o
done
clang-19 -O2 -g --target=bpf -mcpu=v3 -I"$include" -ffile-prefix-map="$PWD"=. -ffile-prefix-map="$include"=/usr/include \
	-D__noinline=__always_inline -c first.bpf.c -o other-first.bpf.o
bpftool gen object linked.bpf.o first.bpf.o second.bpf.o
llvm-strip-19 -g -o stripped.bpf.o ../../../../examples/count.bpf.o
