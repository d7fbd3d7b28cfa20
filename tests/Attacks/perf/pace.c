/* Opens a file for writing so many times a second, one event each:  pace RATE SECONDS [PROCESSES]. Prints how many it was. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static long run(double rate, double seconds)
{
	char path[64];
	snprintf(path, sizeof(path), "/tmp/pace.%d", getpid());
	double start = now(), passed;
	long done = 0;
	while ((passed = now() - start) < seconds) {
		for (long due = passed * rate; done < due; done++) close(open(path, O_WRONLY | O_CREAT, 0600));
		if (rate < 50000) usleep(1000);
	}
	unlink(path);
	return done;
}

int main(int count, char **words)
{
	if (count < 3) return 2;
	int processes = count > 3 ? atoi(words[3]) : 1;
	double rate = atof(words[1]) / processes;
	for (int i = 1; i < processes; i++)
		if (fork() == 0) {
			printf("%ld\n", run(rate, atof(words[2])));
			return 0;
		}
	printf("%ld\n", run(rate, atof(words[2])));
	fflush(stdout);
	while (wait(NULL) > 0);
	return 0;
}
