#!/bin/sh
# Compiles mutations.bpf.c once for each line of variants.txt. CLANG names another compiler.
set -eu

cd "$(dirname "$0")"
clang=${CLANG:-clang-19}
include=/usr/include/$(uname -m)-linux-gnu
while read -r name type flags more; do
	"$clang" -O2 -g --target=bpf -mcpu=v3 -Wall -Werror -I"$include" \
		-fdebug-compilation-dir=. -ffile-prefix-map="$include"=/usr/include \
		-DMAP_TYPE="$type" -DMAP_FLAGS="$flags" -DENTRIES=8 ${more:+"-D$more"} \
		-c mutations.bpf.c -o "$name.bpf.o"
done <variants.txt
