// Types of the kernel, as it has them for at most 256 CPUs.
struct cpumask {
	unsigned long bits[4];
};

typedef struct cpumask cpumask_t;

typedef struct {
	int counter;
} atomic_t;

typedef struct refcount_struct {
	atomic_t refs;
} refcount_t;

struct bpf_cpumask {
	cpumask_t cpumask;
	refcount_t usage;
} __attribute__((preserve_access_index));
