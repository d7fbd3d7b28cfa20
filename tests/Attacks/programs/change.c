/* Changes files of its own in /work, in every way there is. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

int main(void)
{
	mkdir("/work", 0755);
	chdir("/work");
	int file = open("file", O_RDWR | O_CREAT | O_EXCL, 0644);
	if (write(file, "12345", 5) != 5) return 1;
	ftruncate(file, 4096);
	mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	fchmod(file, 0600);
	close(file);
	open("./file", O_WRONLY | O_TRUNC);
	truncate("/work/../work/file", 3);
	chmod("/work/file", 04755);
	chown("/work/file", 1, 2);
	utimensat(AT_FDCWD, "file", 0, 0);
	setxattr("file", "user.mark", "1", 1, 0);
	removexattr("file", "user.mark");
	link("file", "second");
	symlink("/etc/passwd", "pointer");
	rename("second", "third");
	int directory = open("/work", O_RDONLY | O_DIRECTORY);
	renameat2(directory, "third", directory, "fourth", RENAME_NOREPLACE);
	unlinkat(directory, "fourth", 0);
	unlink("pointer");
	mknod("pipe", S_IFIFO | 0600, 0);
	mkdirat(directory, "below", 0700);
	unlinkat(directory, "below", AT_REMOVEDIR);
	return 0;
}
