/* Runs a program of the benchmark natively: PROGRAM_FILE REPEAT, prints nanoseconds of CPU time of one run, best of 5. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define NATIVE
#include PROGRAM_FILE

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

int main(int count, char **words)
{
	static __u8 packet[1500];
	struct context context = { packet, packet };
	long repeat = count > 1 ? atol(words[1]) : 1;
	double best = 1e18;
	volatile int sink;

	for (int c; (c = getchar()) != EOF && context.data_end < packet + sizeof(packet);)
		*context.data_end++ = c;
	for (int round = 0; round < 5; round++) {
		double start = now();

		for (long i = 0; i < repeat; i++)
			sink = run(&context);
		double each = (now() - start) / repeat;
		best = each < best ? each : best;
	}
	(void)sink;
	printf("%.1f\n", best);
	return 0;
}
