/* Which calls are of interest: by their result, their arguments and the files that they are about. */
#ifndef NODE_AGENT_FILTERS_H
#define NODE_AGENT_FILTERS_H

#include "bursts.h"
#include "paths.h"

#define TS_COMPAT 2
#define X32 0x40000000

#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define S_IFREG 0100000
#define S_IFBLK 0060000
#define S_IFDIR 0040000
#define S_IFCHR 0020000
#define S_IFIFO 0010000

#define PROC_MAGIC 0x9fa0
#define SYSFS_MAGIC 0x62656572
#define CGROUP_MAGIC 0x27e0eb
#define CGROUP2_MAGIC 0x63677270

#define FMODE_CREATED 0x100000
#define OP_OPEN 1
#define OP_CREATE 2

#define NAMESPACES 0x7e020080ull
#define ARMED_NS 2000000000ull

/* What FILTER_MMAP wants, as bits of the rule's value. */
#define MAPS_SHARED 1
#define MAPS_PRIVATE 2
#define MAPS_CODE 4

#define SINGLES_NS 1000000000ull
#define MOST_SINGLES 64

#define NR_READ 0
#define NR_WRITE 1
#define NR_PWRITE64 18
#define NR_PWRITEV 296
#define NR_PWRITEV2 328

#define EPERM 1
#define ENOENT 2
#define ESRCH 3
#define EACCES 13
#define ETXTBSY 26
#define EROFS 30
#define ENOSYS 38

static __always_inline u64 argument(const struct call *call, u32 index)
{
	switch (index) {
	case 0: return call->args[0];
	case 1: return call->args[1];
	case 2: return call->args[2];
	case 3: return call->args[3];
	case 4: return call->args[4];
	case 5: return call->args[5];
	}
	return 0;
}

static __always_inline int denied(s64 result)
{
	return result == -EPERM || result == -EACCES || result == -EROFS || result == -ETXTBSY;
}

static __always_inline int absent(s64 result)
{
	return result == -ENOENT || result == -ESRCH;
}

static __always_inline int is_wanted(u8 results, s64 result)
{
	switch (results) {
	case RESULT_SUCCESS: return result >= 0;
	case RESULT_DENIED: return result >= 0 || denied(result);
	case RESULT_DENIED_OR_ABSENT: return result >= 0 || denied(result) || absent(result);
	}
	return 1;
}

/* What is not there is of interest below /proc only: processes and descriptors tried one after the other. */
static __always_inline int names_proc(const struct call *call, u32 arg)
{
	u64 start = 0;
	bpf_probe_read_user(&start, 6, (void *)argument(call, arg));
	return start == 0x2f636f72702full;    /* "/proc/" */
}

/* Opened for more than reading, or a file that is not the image's: host mounts, proc, sys, devices. */
static __always_inline int is_opened_of_interest(u64 descriptor)
{
	u64 file = file_of(descriptor);
	if (!file) return 0;
	u64 inode = POINTER(struct file, file, f_inode);
	u32 type = READ(struct inode, inode, i_mode) & S_IFMT;
	if (type == S_IFIFO || type == S_IFSOCK) return 0;
	if (type == S_IFCHR) {
		/* Memory and ports; not null, zero, random, terminals. */
		u32 rdev = READ(struct inode, inode, i_rdev);
		return (rdev >> 20) == 1 && ((rdev & 0xfffff) == 1 || (rdev & 0xfffff) == 2 || (rdev & 0xfffff) == 4);
	}
	u32 flags = READ(struct file, file, f_flags);
	/* O_ACCMODE, O_TRUNC; O_PATH says nothing of them. */
	if (!(flags & 010000000) && (flags & (3 | 01000))) return 1;
	if (READ(struct file, file, f_mode) & FMODE_CREATED) return 1;
	u32 magic = magic_of(file);
	if (magic == OVERLAY_MAGIC) return 0;
	int listing = type == S_IFDIR && (magic == PROC_MAGIC || magic == SYSFS_MAGIC || magic == CGROUP_MAGIC || magic == CGROUP2_MAGIC);
	return !listing;
}

static __always_inline struct task_state *own_state(void)
{
	return bpf_task_storage_get(&tasks, bpf_get_current_task_btf(), 0, 0);
}

/* Pipes of this thread are reported for a while. */
static __always_inline void arm(void)
{
	struct task_state *state = own_state();
	if (!state) return;
	state->armed_at = bpf_ktime_get_boot_ns();
	armed_until = state->armed_at + ARMED_NS;
}

/* Whether any thread's pipes are: hardly ever, and all threads read and write. */
static __always_inline int is_any_armed(void)
{
	u64 until = armed_until;
	if (!until) return 0;
	if (bpf_ktime_get_boot_ns() < until) return 1;
	__sync_val_compare_and_swap(&armed_until, until, 0);
	return 0;
}

static __always_inline int is_armed(void)
{
	struct task_state *state = own_state();
	return state && state->armed_at && bpf_ktime_get_boot_ns() - state->armed_at < ARMED_NS;
}

static __always_inline u32 type_of(u64 descriptor)
{
	return mode_of(file_of(descriptor)) & S_IFMT;
}

/* /proc/PID/mem. */
static __always_inline int is_memory_file(u64 file)
{
	u32 name = 0;
	if (!file || magic_of(file) != PROC_MAGIC) return 0;
	u64 dentry = POINTER(struct file, file, f_path.dentry);
	bpf_probe_read_kernel(&name, sizeof(name), (void *)POINTER(struct dentry, dentry, d_name.name));
	return name == 0x6d656d;       /* "mem" */
}

static __always_inline int is_splice_of_interest(const struct call *call)
{
	if (call->result < 0 || type_of(call->args[0]) != S_IFREG) return 0;
	/* Whether a pipe was read or written before or after the splice is the difference. */
	settle(NR_READ, NR_WRITE);
	arm();
	return 1;
}

static __always_inline int is_clone3_of_interest(const struct call *call)
{
	u64 flags = 0;
	/* libc tries it and falls back: no attempt at anything. */
	if (call->result == -ENOSYS) return 0;
	bpf_probe_read_user(&flags, sizeof(flags), (void *)call->args[0]);
	return (flags & NAMESPACES) != 0;
}

static __always_inline int is_fcntl_of_interest(const struct call *call)
{
	/* F_GETPIPE_SZ, F_SETPIPE_SZ: who asks for the size of a pipe may be about to fill it. */
	if (call->args[1] == 1031 || call->args[1] == 1032) {
		arm();
		return 1;
	}
	/* F_DUPFD, F_DUPFD_CLOEXEC onto a standard stream. */
	return (call->args[1] == 0 || call->args[1] == 1030) && call->result >= 0 && call->result <= 2 && type_of(call->result) == S_IFSOCK;
}

static __always_inline int is_ptrace_of_interest(u64 request)
{
	return request == 0 || request == 4 || request == 5 || request == 6 || request == 13 || request == 16
		|| request == 0x4205 || request == 0x4206;
}

/* Whether an mmap maps a file so that writes to the memory are writes to the file. */
static __always_inline int is_shared_writable(const struct call *call)
{
	/* MAP_SHARED or MAP_SHARED_VALIDATE, PROT_WRITE, not MAP_ANONYMOUS. */
	return (call->args[3] & 1) && (call->args[2] & 2) && !(call->args[3] & 0x20);
}

static __always_inline int is_map_of_interest(const struct call *call, u64 wanted)
{
	if ((wanted & MAPS_SHARED) && is_shared_writable(call)) return type_of(call->args[4]) == S_IFREG;
	/* PROT_WRITE and PROT_EXEC. */
	if ((wanted & MAPS_CODE) && (call->args[2] & 6) == 6) return 1;
	/* A file, private, not to be written. */
	return (wanted & MAPS_PRIVATE) && (call->args[3] & 0x23) == 2 && !(call->args[2] & 2);
}

/* Whether a call may be of interest, by its arguments and files alone and before anything is known of the thread: nearly all calls of the
 * machine end here. */
static __always_inline int may_pass(const struct rule *rule, const struct call *call)
{
	u32 arg = rule->filter_arg;
	switch (rule->filter) {
	case FILTER_READ: return is_any_armed();
	case FILTER_WRITE: {
		u32 type = type_of(argument(call, arg));
		return type == S_IFREG || type == S_IFBLK || (type == S_IFIFO && is_any_armed());
	}
	case FILTER_OPEN: return call->result < 0 || is_opened_of_interest(call->result);
	case FILTER_MASK: return (argument(call, arg) & rule->value) != 0;
	case FILTER_BITS: return (argument(call, arg) & rule->value) == rule->value;
	case FILTER_EQUAL: return (argument(call, arg) & 0xffffffff) == rule->value;
	case FILTER_MMAP: return is_map_of_interest(call, rule->value);
	case FILTER_PTRACE: return is_ptrace_of_interest(call->args[0]);
	case FILTER_SOCKET: return call->args[0] == 38 || call->args[0] == 40;
	case FILTER_MEMORY: return is_memory_file(file_of(argument(call, arg)));
	}
	return 1;
}

/* The rest of it, for a container's thread; the call is in the scratch. */
__attribute__((noinline)) u32 passes(u32 filter)
{
	struct scratch *s = scratch_of_cpu();
	if (!s) return 0;
	const struct call *call = &s->call;
	u32 arg = s->rule.filter_arg;
	switch (filter) {
	case FILTER_OPEN: return call->result >= 0 || denied(call->result) || names_proc(call, s->rule.path_arg);
	case FILTER_WRITE: return type_of(argument(call, arg)) != S_IFIFO || is_armed();
	case FILTER_READ: return is_armed() && type_of(call->args[0]) == S_IFIFO;
	case FILTER_SPLICE: return is_splice_of_interest(call);
	case FILTER_DUP: {
		u64 onto = arg == NO_ARGUMENT ? (u64)call->result : argument(call, arg);
		return onto <= 2 && type_of(onto) == S_IFSOCK;
	}
	case FILTER_MMAP:
		/* What is no change of a file is an event of the call. */
		if (!is_shared_writable(call)) s->rule.kind = KIND_SYSCALL;
		return 1;
	case FILTER_CLONE3: return is_clone3_of_interest(call);
	case FILTER_FCNTL: return is_fcntl_of_interest(call);
	}
	return 1;
}

#endif
