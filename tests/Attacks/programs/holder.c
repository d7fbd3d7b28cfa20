/* Holds the program of argument 1 by a descriptor and opens it for writing as often as argument 2 says, while it runs and may not be written. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int held = open(argv[1], O_RDONLY);
	char path[64];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", held);
	for (int i = 0; i < atoi(argv[2]); i++)
		if (open(path, O_WRONLY) >= 0 || errno != ETXTBSY) return 1;
	return held < 0;
}
