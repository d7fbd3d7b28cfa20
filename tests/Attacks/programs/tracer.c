/* Attaches to a child of its own, changes a word of its memory and writes into it from outside. */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static long word = 1;

int main(void)
{
	pid_t child = fork();
	if (child == 0) for (;;) pause();
	ptrace(PTRACE_ATTACH, child, 0, 0);
	waitpid(child, 0, 0);
	ptrace(PTRACE_POKEDATA, child, &word, 2);
	ptrace(PTRACE_DETACH, child, 0, 0);
	long other = 3;
	struct iovec from = { &other, sizeof(other) }, to = { &word, sizeof(word) };
	process_vm_writev(child, &from, 1, &to, 1, 0);
	kill(child, SIGKILL);
	waitpid(child, 0, 0);
	return 0;
}
