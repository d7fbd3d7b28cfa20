/* Opens files for writing and forks, as fast as it can, as often as argument 1 says, in two processes. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int times = atoi(argv[1]);
	pid_t other = fork();
	for (int i = 0; i < times; i++) {
		close(open("/tmp/file", O_WRONLY | O_CREAT, 0600));
		if (i % 100 == 0 && fork() == 0) _exit(0);
		while (waitpid(-1, 0, WNOHANG) > 0);
	}
	if (other == 0) _exit(0);
	while (wait(0) > 0);
	return 0;
}
