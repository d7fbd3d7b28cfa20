/* Makes as many files as argument 1 says, each with a long path of its own, renames and removes them, in three processes. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char part[201] = { 0 }, directory[1024], from[1280], to[1280];
	memset(part, 'p', 200);
	snprintf(directory, sizeof(directory), "/tmp/%s", part);
	mkdir(directory, 0700);
	snprintf(directory, sizeof(directory), "/tmp/%s/%s", part, part);
	mkdir(directory, 0700);
	for (int process = 0; process < 3; process++) {
		if (fork()) continue;
		for (int i = 0; i < atoi(argv[1]); i++) {
			snprintf(from, sizeof(from), "%s/%d-%d-%s", directory, process, i, part);
			snprintf(to, sizeof(to), "%s/%d-%d-renamed", directory, process, i);
			close(open(from, O_WRONLY | O_CREAT, 0600));
			rename(from, to);
			unlink(to);
		}
		_exit(0);
	}
	while (wait(0) > 0);
	return 0;
}
