#!/bin/sh
# Compiles the objects of test/unoptimised: its own sources and some examples at -O0, by each of CLANGS.
set -eu

cd "$(dirname "$0")/../test/unoptimised"
include=/usr/include/$(uname -m)-linux-gnu

for clang in ${CLANGS:-clang-14 clang-16 clang-19}; do
	version=${clang#clang-}
	for source in tables.bpf.c ../../examples/count.bpf.c ../../examples/stop_early.bpf.c \
		../../examples/lru_percpu_hash.bpf.c; do
		name=$(basename "$source" .bpf.c)
		"$clang" -O0 -g --target=bpf -Wall -Werror -I"$include" \
			-fdebug-compilation-dir=. -ffile-prefix-map="$include"=/usr/include \
			-c "$source" -o "$name.clang$version.bpf.o"
	done
done
