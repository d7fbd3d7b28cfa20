/* The shape of a reverse shell, on loopback: a connection, onto the standard streams, and a shell on it. */
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(4444), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(listener, (void *)&at, sizeof(at)) || listen(listener, 1)) return 1;
	if (fork() == 0) {
		int own = socket(AF_INET, SOCK_STREAM, 0);
		connect(own, (void *)&at, sizeof(at));
		for (int stream = 0; stream < 3; stream++) dup2(own, stream);
		execl("/bin/sh", "sh", "-i", "-c", "exit", (char *)0);
	}
	struct sockaddr_in peer;
	socklen_t size = sizeof(peer);
	int accepted = accept(listener, (void *)&peer, &size);
	wait(0);
	close(accepted);
	return 0;
}
