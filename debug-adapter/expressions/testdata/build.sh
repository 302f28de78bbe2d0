#!/bin/sh
# Writes and compiles the program that conversions.test.ts compares with. CLANG names another compiler.
set -eu

cd "$(dirname "$0")"
node make-conversions.mjs
"${CLANG:-clang-19}" -O1 -g --target=bpf -mcpu=v4 -fwrapv -Wno-everything -I"/usr/include/$(uname -m)-linux-gnu" \
	-fdebug-compilation-dir=. -c conversions.bpf.c -o conversions.bpf.o
"${STRIP:-llvm-strip-19}" -g conversions.bpf.o
