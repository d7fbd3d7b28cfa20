/* Executes a copy of busybox's true from memory, under the name of a kernel thread. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

int main(void)
{
	int image = open("/tools/nothing", O_RDONLY), memory = memfd_create("payload", MFD_CLOEXEC);
	while (sendfile(memory, image, 0, 1 << 20) > 0);
	char *argv[] = { "kworker/0:0", 0 }, *env[] = { 0 };
	fexecve(memory, argv, env);
	return 1;
}
