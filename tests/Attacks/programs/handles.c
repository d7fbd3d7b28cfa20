/* Opens a file by a handle that it makes up: the root of the file system that its argument lies on. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	struct { struct file_handle head; unsigned char bytes[8]; } handle = { { 8, 1 }, { 2, 0, 0, 0, 0, 0, 0, 0 } };
	int reference = open(argv[1], O_RDONLY);
	int opened = open_by_handle_at(reference, &handle.head, O_RDONLY);
	printf("%d %d\n", opened, opened < 0 ? errno : 0);
	return 0;
}
