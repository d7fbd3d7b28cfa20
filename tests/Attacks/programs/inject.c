/* Attaches to the process of argument 1 and lets it go. */
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

int main(int argc, char **argv)
{
	pid_t target = atoi(argv[1]);
	if (ptrace(PTRACE_ATTACH, target, 0, 0)) return 1;
	waitpid(target, 0, __WALL);
	return ptrace(PTRACE_DETACH, target, 0, 0) != 0;
}
