/* Changes the files of /protected, each in the way that is its name; and touches some of them without changing them. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

static int fresh(const char *path)
{
	int file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
	if (write(file, "new", 3) != 3) _exit(1);
	lseek(file, 0, SEEK_SET);
	return file;
}

int main(void)
{
	struct iovec part = { "x", 1 };
	chdir("/protected");
	open("open-truncate", O_WRONLY | O_TRUNC);
	write(open("write", O_WRONLY), "x", 1);
	pwrite(open("pwrite", O_WRONLY), "x", 1, 1);
	writev(open("writev", O_WRONLY), &part, 1);
	sendfile(open("sendfile", O_WRONLY), fresh("/tmp/one"), 0, 3);
	copy_file_range(fresh("/tmp/two"), 0, open("copy-file-range", O_WRONLY), 0, 3, 0);
	truncate("truncate", 1);
	ftruncate(open("ftruncate", O_WRONLY), 1);
	fallocate(open("fallocate", O_WRONLY), 0, 0, 100);
	mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, open("mmap", O_RDWR), 0);
	rename("rename-away", "/tmp/away");
	fresh("/tmp/three");
	rename("/tmp/three", "/protected/rename-onto");
	fresh("/tmp/four");
	renameat2(AT_FDCWD, "/tmp/four", AT_FDCWD, "exchange", RENAME_EXCHANGE);
	unlink("unlink");
	link("link-write", "/tmp/other");
	write(open("/tmp/other", O_WRONLY), "x", 1);
	unlink("symlink");
	symlink("/tmp/four", "symlink");
	chmod("chmod", 0600);
	fchmod(open("fchmod", O_RDONLY), 0600);
	chown("chown", 1, 1);
	utimensat(AT_FDCWD, "utimens", 0, 0);
	setxattr("setxattr", "user.mark", "1", 1, 0);
	mkdir("directory", 0700);

	open("read", O_RDONLY);
	open("opened", O_RDWR);
	access("looked-at", W_OK);
	return 0;
}
