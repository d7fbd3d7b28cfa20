/* Reads the file in the directory of argument 1 by every name that it has. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char path[512];
	snprintf(path, sizeof(path), "%s/secret", argv[1]);
	open(path, O_RDONLY);
	snprintf(path, sizeof(path), "%s/../%s/./secret", argv[1], argv[1]);
	open(path, O_RDONLY);
	snprintf(path, sizeof(path), "%s/secret", argv[1]);
	symlink(path, "/tmp/pointer");
	open("/tmp/pointer", O_RDONLY);
	int directory = open(argv[1], O_RDONLY | O_DIRECTORY);
	openat(directory, "secret", O_RDONLY);
	snprintf(path, sizeof(path), "/proc/self/root%s/secret", argv[1]);
	open(path, O_RDONLY);
	chdir(argv[1]);
	open("secret", O_RDONLY);
	return 0;
}
