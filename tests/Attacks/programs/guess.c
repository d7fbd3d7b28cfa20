/* Opens as many handles that it makes up as argument 2 says, of one inode that argument 1's file system does not have. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
	struct { struct file_handle head; unsigned int parts[2]; } handle = { { 8, 1 }, { 0x7ffffff0, 0 } };
	int reference = open(argv[1], O_RDONLY);
	for (int i = 0; i < atoi(argv[2]); i++) {
		handle.parts[1] = i + 1;
		if (open_by_handle_at(reference, &handle.head, O_RDONLY) >= 0) return 1;
	}
	return 0;
}
