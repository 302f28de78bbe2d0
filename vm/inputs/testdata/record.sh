#!/usr/bin/env bash
# Compiles values.bpf.c and records what bpftool prints of its maps, one line a map: name, then JSON.
# Needs clang 19, bpftool, root, a kernel with BPF and 2 CPUs.
set -euo pipefail
cd "$(dirname "$0")"
clang-19 -O2 -g -mcpu=v3 -target bpf -I/usr/include/x86_64-linux-gnu \
	-ffile-prefix-map="$PWD"=. -c values.bpf.c -o values.bpf.o

fs=$(mktemp -d /tmp/record-XXXXXX) # libbpf turns dots in pin paths into underscores
mount -t bpf bpf "$fs"
trap 'umount "$fs"; rmdir "$fs"' EXIT
mkdir "$fs/maps"
bpftool prog load values.bpf.o "$fs/program" pinmaps "$fs/maps"

update() { bpftool map update pinned "$fs/maps/$1" "${@:2}" > /dev/null; }
size=$(bpftool map show pinned "$fs/maps/structs" | sed -n 's/.*value \([0-9]*\)B.*/\1/p')
update structs key 1 0 0 0 2 3 4 5 value $(for ((i = 0; i < size; i++)); do echo $(((i * 37 + 129) % 256)); done)
update structs key 2 0 0 0 2 3 4 5 value $(for ((i = 0; i < size; i++)); do echo $(((i % 5) == 4 ? 0 : 65 + i % 26)); done)
update structs key 3 0 0 0 0 0 0 0 value $(for ((i = 0; i < size; i++)); do echo 0; done)
update structs key 4 0 0 0 0 0 0 0 value $(for ((i = 0; i < size; i++)); do echo $((i % 4 == 0 ? 5 : 0)); done)
update percpu key 0 0 0 0 value 1 2 3 4
update percpu_untyped key 9 0 0 0 value 1 2 3
update texts key 0x41 0x42 0 0x43 value 0x44
update texts key 0x41 0x42 0x22 0x5c value 0
update texts key 0x20 0x7e 0 0 value 0x80
update texts key 0x41 0x09 0 0 value 0xff
update flags key 1 0 0 0 value 2

for map in structs percpu untyped percpu_untyped texts flags; do
	echo "$map $(bpftool map dump pinned "$fs/maps/$map" -j)"
done > values.bpftool.txt
for map in data bss rodata; do
	echo ".$map $(bpftool map dump pinned "$fs/maps/values_$map" -j)"
done >> values.bpftool.txt
