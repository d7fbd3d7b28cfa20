/* Reads the file of argument 2 in the directory of argument 1 by every name that it has, or by one way of them: the number of argument 3. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char path[512], pointer[64];
	int way = argc > 3 ? atoi(argv[3]) : -1;
	snprintf(path, sizeof(path), "%s/%s", argv[1], argv[2]);
	if (way < 0 || way == 0) open(path, O_RDONLY);
	if (way < 0 || way == 2) {
		snprintf(pointer, sizeof(pointer), "/tmp/pointer");
		symlink(path, pointer);
	}
	snprintf(path, sizeof(path), "%s/../%s/./%s", argv[1], strrchr(argv[1], '/') + 1, argv[2]);
	if (way < 0 || way == 1) open(path, O_RDONLY);
	if (way < 0 || way == 2) open("/tmp/pointer", O_RDONLY);
	int directory = way < 0 || way == 3 ? open(argv[1], O_RDONLY | O_DIRECTORY) : -1;
	if (directory >= 0) openat(directory, argv[2], O_RDONLY);
	snprintf(path, sizeof(path), "/proc/self/root%s/%s", argv[1], argv[2]);
	if (way < 0 || way == 4) open(path, O_RDONLY);
	if (way < 0 || way == 5) {
		chdir(argv[1]);
		open(argv[2], O_RDONLY);
	}
	return 0;
}
