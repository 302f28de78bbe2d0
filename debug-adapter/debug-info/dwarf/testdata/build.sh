#!/bin/sh
# Compiles the objects beside it again, with each compiler that is there. Objects are committed, since tests run where
# there are no compilers.
set -eu
cd "$(dirname "$0")"

with_clang() { # VERSION OUTPUT FLAGS...
	compiler=clang-$1 output=$2
	shift 2
	command -v "$compiler" >/dev/null || { echo "$compiler is not there, $output stays" >&2; return; }
	"$compiler" -g --target=bpf -mcpu=v3 -ffile-prefix-map="$PWD"=. "$@" -c shapes.bpf.c -o "$output"
}

with_clang 14 clang14.bpf.o -O2
with_clang 16 clang16.bpf.o -O2
with_clang 19 clang19.bpf.o -O2
with_clang 19 clang19-O0.bpf.o -O0 -fstack-size-section
with_clang 19 dwarf4.bpf.o -O2 -gdwarf-4

if command -v bpf-gcc >/dev/null; then
	bpf-gcc -g -gbtf -O2 -ffile-prefix-map="$PWD"=. -c shapes.bpf.c -o gcc.bpf.o
else
	echo "bpf-gcc is not there, gcc.bpf.o stays" >&2
fi

# The target has no core library where it is not built from source: the source brings what it needs of it.
if command -v rustc >/dev/null && command -v llvm-mc-19 >/dev/null; then
	RUSTC_BOOTSTRAP=1 rustc --target bpfel-unknown-none --crate-type lib --crate-name shapes -C opt-level=2 -g \
		-C panic=abort --remap-path-prefix "$PWD"=/shapes --emit asm -o shapes.s shapes.rs
	llvm-mc-19 --triple=bpfel -filetype=obj shapes.s -o rust.bpf.o
	rm -f shapes.s
else
	echo "rustc or llvm-mc-19 is not there, rust.bpf.o stays" >&2
fi
