/* Calls that a container has no business with, each in a way that does nothing should it be let. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
	char handle[136] = { 0 };
	handle[0] = 128 - 8;
	int id;
	syscall(SYS_reboot, 0, 0, 0, 0);
	syscall(SYS_init_module, 0, 0, "");
	syscall(SYS_finit_module, -1, "", 0);
	syscall(SYS_delete_module, "no_such_module", 0);
	syscall(SYS_kexec_load, 0, 0, 0, ~0UL);
	syscall(SYS_bpf, 0, 0, 0);
	syscall(SYS_perf_event_open, 0, 0, -1, -1, 0);
	syscall(SYS_userfaultfd, ~0);
	syscall(SYS_keyctl, 0, 0, 0);
	syscall(SYS_add_key, "user", 0, 0, 0, 0);
	syscall(SYS_swapon, "/nowhere", 0);
	syscall(SYS_iopl, 4);
	syscall(SYS_acct, "/nowhere");
	syscall(SYS_unshare, CLONE_NEWUSER | CLONE_NEWNS | 1);
	syscall(SYS_setns, -1, 0);
	mount("none", "/nowhere", "cgroup", 0, "memory");
	syscall(SYS_fsopen, "ext4", ~0);
	syscall(SYS_pivot_root, "/nowhere", "/nowhere");
	name_to_handle_at(AT_FDCWD, "/tools", (void *)handle, &id, 0);
	syscall(SYS_process_vm_readv, 1, 0, 0, 0, 0, ~0);
	syscall(SYS_socket, 38, 5, 0);
	syscall(SYS_personality, 0x0040000);
	return 0;
}
