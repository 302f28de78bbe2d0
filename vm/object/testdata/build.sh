#!/bin/sh
# Compiles the objects beside it again. Objects are committed, since tests run where there is no clang.
set -eu
cd "$(dirname "$0")"
CLANG=${CLANG:-clang-19}

compile() { # OUTPUT SOURCE FLAGS...
	output=$1 source=$2
	shift 2
	"$CLANG" -g --target=bpf -mcpu=v3 -idirafter "/usr/include/$(uname -m)-linux-gnu" \
		-ffile-prefix-map="$PWD"=. "$@" -c "$source" -o "$output"
}

compile foreach.bpf.o foreach.bpf.c -O2
compile foreach-O0.bpf.o foreach.bpf.c -O0
compile references.bpf.o references.bpf.c -O2
compile kconfig.bpf.o kconfig.bpf.c -O2
compile core.bpf.o core.bpf.c -O2
compile core-flavour.bpf.o core.bpf.c -O2 -DFLAVOUR
compile bitfield.bpf.o bitfield.bpf.c -O2
compile struct_ops.bpf.o struct_ops.bpf.c -O2
