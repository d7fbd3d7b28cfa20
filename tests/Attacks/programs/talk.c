/* Connects to the Unix socket of argument 1, whose "@" stands for an abstract name, says nothing and goes. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

int main(int argc, char **argv)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	snprintf(to.sun_path, sizeof(to.sun_path), "%s", argv[1]);
	socklen_t length = offsetof(struct sockaddr_un, sun_path) + strlen(to.sun_path);
	if (to.sun_path[0] == '@') to.sun_path[0] = 0;
	connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&to, length);
	return 0;
}
