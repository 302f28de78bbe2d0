/* Numbers from text, comparisons, formats: what comes in and goes out lies in global variables. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char text[80];
__u32 length = 1;
__u64 flags;
__s64 number = -1;
__u64 plain = -1;
long result = -12345;

SEC("tc")
int parse_long(struct __sk_buff *skb)
{
	long value = 77;

	if (length == 0 || length > sizeof(text))
		return 1;
	result = bpf_strtol(text, length, flags, &value);
	number = value;
	return 0;
}

SEC("tc")
int parse_unsigned(struct __sk_buff *skb)
{
	unsigned long value = 77;

	if (length == 0 || length > sizeof(text))
		return 1;
	result = bpf_strtoul(text, length, flags, &value);
	plain = value;
	return 0;
}

const char pattern[8] = "kernel";

SEC("tc")
int compare(struct __sk_buff *skb)
{
	if (length == 0 || length > sizeof(text))
		return 1;
	result = bpf_strncmp(text, length, pattern);
	return 0;
}

char out[64] = "................................................";
__u32 out_size = sizeof(out);
__u64 values[12];
__u32 values_size = sizeof(values);
char word[16] = "a word";
__u8 address[16] = { 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 };

#define FORMAT(NAME, COUNT, TEXT)                                                                                             \
	SEC("tc")                                                                                                      \
	int NAME(struct __sk_buff *skb)                                                                                \
	{                                                                                                              \
		static const char format[] = TEXT;                                                                     \
		__u32 size = out_size;                                                                                 \
                                                                                                                       \
		if (size > sizeof(out))                                                      \
			return 1;                                                                                      \
		result = bpf_snprintf(out, size, format, values, COUNT * 8);                                               \
		return 0;                                                                                              \
	}

FORMAT(numbers, 11, "%d|%u|%x|%X|%i|%ld|%lu|%lx|%lld|%llu|%llx")
FORMAT(widths, 8, "%5d|%-5d|%05d|%+d|% d|%08x|%20lx|%-4u|")
FORMAT(letters, 3, "%c%c%3c|%%")
FORMAT(plain_text, 0, "no values here\n")
FORMAT(raw_pointer, 2, "%px %px")

#define POINTED(NAME, TEXT, WHAT)                                                                                      \
	SEC("tc")                                                                                                      \
	int NAME(struct __sk_buff *skb)                                                                                \
	{                                                                                                              \
		static const char format[] = TEXT;                                                                     \
		__u64 data[1] = { (__u64)(WHAT) };                                                                     \
		__u32 size = out_size;                                                                                 \
                                                                                                                       \
		if (size > sizeof(out))                                                                                \
			return 1;                                                                                      \
		result = bpf_snprintf(out, size, format, data, sizeof(data));                                          \
		return 0;                                                                                              \
	}

POINTED(string, "<%s>", word)
POINTED(padded_string, "<%10s>", word)
POINTED(left_string, "<%-10s>", word)
POINTED(kernel_string, "<%pks>", word)
POINTED(user_string, "<%pus>", 0)
POINTED(null_string, "<%s>", 0)
POINTED(ipv4, "<%pI4>", address)
POINTED(ipv4_padded, "<%pi4>", address)
POINTED(ipv6, "<%pI6>", address)
POINTED(ipv6_plain, "<%pi6>", address)
POINTED(ipv4_nowhere, "<%pI4>", 0)

/* The format is in memory that can be written: what is wrong with it shows when it runs. */
char format[32];
__u32 format_size = 1;

SEC("tc")
int printed(struct __sk_buff *skb)
{
	if (format_size == 0 || format_size > sizeof(format))
		return 1;
	result = bpf_trace_printk(format, format_size, 1, 2, 3);
	return 0;
}

SEC("tc")
int printed_list(struct __sk_buff *skb)
{
	__u32 given = values_size;

	if (format_size == 0 || format_size > sizeof(format) || given > sizeof(values))
		return 1;
	result = bpf_trace_vprintk(format, format_size, values, given);
	return 0;
}

char _license[] SEC("license") = "GPL";
