#include "bench.h"

/* Counts words, numbers and quoted texts of a packet. */
enum kind { BLANK, WORD, NUMBER, QUOTED, ESCAPED };

__u64 counts[4];
__u64 result;

static __always_inline int is_digit(__u8 c) { return c >= '0' && c <= '9'; }
static __always_inline int is_letter(__u8 c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; }

PROGRAM
{
	__u8 *at = PACKET(ctx), *end = PACKET_END(ctx);
	__u64 hash = result, number = 0;
	enum kind kind = BLANK;

	for (int i = 0; i < 1000 && at + 1 <= end; i++, at++) {
		__u8 c = *at;

		switch (kind) {
		case BLANK:
			if (is_digit(c)) {
				kind = NUMBER;
				number = c - '0';
			} else if (is_letter(c)) {
				kind = WORD;
				hash = hash * 31 + c;
			} else if (c == '"') {
				kind = QUOTED;
			} else if (c != ' ') {
				counts[3]++;
			}
			break;
		case WORD:
			if (is_letter(c) || is_digit(c)) {
				hash = hash * 31 + c;
			} else {
				kind = BLANK;
				counts[0]++;
			}
			break;
		case NUMBER:
			if (is_digit(c)) {
				number = number * 10 + (c - '0');
			} else {
				kind = BLANK;
				hash += number;
				counts[1]++;
			}
			break;
		case QUOTED:
			if (c == '\\') {
				kind = ESCAPED;
			} else if (c == '"') {
				kind = BLANK;
				counts[2]++;
			} else {
				hash = (hash << 5) + c;
			}
			break;
		case ESCAPED:
			kind = QUOTED;
			break;
		}
	}
	result = hash;
	return (int)hash;
}

LICENSE;
