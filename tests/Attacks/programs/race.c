/* The calls of a copy-on-write race, on a file of its own: one thread gives a page back 5000 times, the other writes to it 5000 times. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

static char *page;

static void *give_back(void *unused)
{
	for (int i = 0; i < 5000; i++) madvise(page, 4096, MADV_DONTNEED);
	return 0;
}

static void *write_to(void *unused)
{
	int memory = open("/proc/self/mem", O_RDWR);
	for (int i = 0; i < 5000; i++) pwrite(memory, "x", 1, (uintptr_t)page);
	return 0;
}

int main(void)
{
	int file = open("/tmp/own", O_RDWR | O_CREAT, 0644);
	if (write(file, "own", 3) != 3) return 1;
	page = mmap(0, 4096, PROT_READ, MAP_PRIVATE, file, 0);
	pthread_t one, two;
	pthread_create(&one, 0, give_back, 0);
	pthread_create(&two, 0, write_to, 0);
	pthread_join(one, 0);
	pthread_join(two, 0);
	return 0;
}
