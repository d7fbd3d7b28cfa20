/* Connects to port argument 1 of as many loopback addresses as argument 2 says, as often each as argument 3 says; nobody listens. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	for (int i = 0; i < atoi(argv[2]) * atoi(argv[3]); i++) {
		struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[1])) };
		to.sin_addr.s_addr = htonl(INADDR_LOOPBACK + i % atoi(argv[2]));
		int own = socket(AF_INET, SOCK_STREAM, 0);
		connect(own, (void *)&to, sizeof(to));
		close(own);
	}
	return 0;
}
