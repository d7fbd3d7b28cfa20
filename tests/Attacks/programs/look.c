/* Looks for as many descriptors of its own as argument 1 says, none of which it has. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	char path[64];
	for (int i = 0; i < atoi(argv[1]); i++) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", 100 + i);
		if (open(path, O_RDONLY) >= 0) return 1;
	}
	return 0;
}
