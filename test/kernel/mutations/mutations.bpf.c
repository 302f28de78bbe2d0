// Traverses a hash map whose callbacks change it, several times in one callback, as a script in the packet says.
// MAP_TYPE, MAP_FLAGS and ENTRIES are given on the command line, PERCPU_ALLOCATOR for PERCPU_HASH without preallocation.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define TRAVERSALS 16
#define VISITS 16
#define STEPS 3
#define LARGEST_KEY 15
#define TRACE 2048

struct step {
	__u8 action;
	__u8 key;
};

struct script {
	struct step steps[TRAVERSALS][VISITS][STEPS];
};

struct {
	__uint(type, MAP_TYPE);
	__uint(map_flags, MAP_FLAGS);
	__uint(max_entries, ENTRIES);
	__type(key, __u32);
	__type(value, __u64);
} m SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct script);
} scripts SEC(".maps");

__u32 trace[TRACE];
__u32 traced;
__u64 serial;

struct traversal {
	struct script *script;
	__u32 number;
	__u32 visit;
};

// Keys that were deleted since the traversal began.
static __u32 gone;

#ifdef PERCPU_ALLOCATOR
// Values of deleted elements are not looked at: when the allocator of per-CPU memory uses it again is up to its thresholds.
#define holds(key) (((gone >> ((key) & LARGEST_KEY)) & 1) == 0)
#else
#define holds(key) ((void)(key), 1)
#endif

static __always_inline void note(__u32 what)
{
	trace[traced & (TRACE - 1)] = what;
	traced++;
}

static __always_inline long delete(__u32 *key)
{
	long result = bpf_map_delete_elem(&m, key);

	if (result == 0)
		gone |= 1 << (*key & LARGEST_KEY);
	return result;
}

// What a step does; `at` points to the key of the element that is visited, which was `own` at first.
static __always_inline long perform(struct step *step, __u32 *at, __u64 *val, __u32 own)
{
	__u32 current = at ? *at : 0, other = step->key & LARGEST_KEY;
	__u64 value = ++serial, *found;

	switch (step->action) {
	case 1:
		return delete(&current);
	case 2:
		return delete(&other);
	case 3:
		return bpf_map_update_elem(&m, &current, &value, BPF_ANY);
	case 4:
		return bpf_map_update_elem(&m, &other, &value, BPF_ANY);
	case 5:
		return bpf_map_update_elem(&m, &other, &value, BPF_NOEXIST);
	case 6:
		return bpf_map_update_elem(&m, &other, &value, BPF_EXIST);
	case 7:
		found = bpf_map_lookup_elem(&m, &other);
		return found ? *found : 0;
	case 8:
		if (val && holds(own))
			*val += 1000;
		return 0;
	default:
		return 99;
	}
}

static long visit(void *map, __u32 *key, __u64 *val, struct traversal *traversal)
{
	__u32 number = traversal->number & (TRAVERSALS - 1), visit = traversal->visit++ & (VISITS - 1);
	struct step *steps = traversal->script->steps[number][visit];
	__u32 own = *key;

	note(own);
	note(holds(own) ? *val : 0);
	for (int i = 0; i < STEPS; i++)
		note(perform(&steps[i], key, val, own));
	// What the pointers show once the element may have another use.
	note(*key);
	note(holds(own) ? *val : 0);
	return traversal->visit >= VISITS - 1;
}

SEC("tc")
int mutations(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct traversal traversal = { .script = bpf_map_lookup_elem(&scripts, &zero) };

	traced = 0;
	if (!traversal.script || bpf_skb_load_bytes(skb, 14, traversal.script, sizeof(struct script)))
		return 1;
	for (int i = 0; i < TRAVERSALS; i++) {
		// The last visit's steps come before the traversal.
		struct step *before = traversal.script->steps[i][VISITS - 1];

		for (int j = 0; j < STEPS; j++)
			note(perform(&before[j], 0, 0, 0));
		traversal.number = i;
		traversal.visit = 0;
		gone = 0;
		note(bpf_for_each_map_elem(&m, visit, &traversal, 0));
	}
	return 0;
}

char _license[] SEC("license") = "GPL";
