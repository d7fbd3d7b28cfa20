/* Makes a context for a file system in memory and gives it the same option as often as argument 1 says; nothing is mounted. */
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int context = syscall(SYS_fsopen, "tmpfs", 0);
	for (int i = 0; i < atoi(argv[1]); i++)
		if (syscall(SYS_fsconfig, context, 1, "size", "1m", 0)) return 1;
	return context < 0;
}
