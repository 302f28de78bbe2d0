// Compiled with: clang-19 -g -O2 --target=bpf -mcpu=v3 -fdebug-compilation-dir=. -c unset.bpf.c -o unset.bpf.o
// Section names and types as libbpf has them; no headers needed.
struct xdp_md;
struct pair {
	int first;
	int second;
};

__attribute__((section("xdp"), used)) int read_unset(struct xdp_md *ctx)
{
	volatile struct pair pair;

	pair.first = 2;
	return pair.first + pair.second; // second was never written
}

char LICENSE[] __attribute__((section("license"), used)) = "GPL";
