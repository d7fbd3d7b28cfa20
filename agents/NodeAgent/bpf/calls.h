/* System calls at their exit, where those that seccomp refused are seen too, by the table of rules. */
#ifndef NODE_AGENT_CALLS_H
#define NODE_AGENT_CALLS_H

#include "bursts.h"
#include "containers.h"
#include "paths.h"
#include "snapshot.h"

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
static __always_inline int is_open_of_interest(const struct call *call, u32 path_arg)
{
	if (call->result < 0) return denied(call->result) || names_proc(call, path_arg);
	struct file *file = (void *)file_of(call->result);
	if (!file) return 0;
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	u32 type = BPF_CORE_READ(inode, i_mode) & S_IFMT;
	if (type == S_IFIFO || type == S_IFSOCK) return 0;
	if (type == S_IFCHR) {
		/* Memory and ports; not null, zero, random, terminals. */
		u32 rdev = BPF_CORE_READ(inode, i_rdev);
		return (rdev >> 20) == 1 && ((rdev & 0xfffff) == 1 || (rdev & 0xfffff) == 2 || (rdev & 0xfffff) == 4);
	}
	u32 flags = BPF_CORE_READ(file, f_flags);
	/* O_ACCMODE, O_TRUNC; O_PATH says nothing of them. */
	if (!(flags & 010000000) && (flags & (3 | 01000))) return 1;
	if (BPF_CORE_READ(file, f_mode) & FMODE_CREATED) return 1;
	u32 magic = BPF_CORE_READ(inode, i_sb, s_magic);
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
	if (state) state->armed_at = bpf_ktime_get_boot_ns();
}

static __always_inline int is_armed(void)
{
	struct task_state *state = own_state();
	return state && state->armed_at && bpf_ktime_get_boot_ns() - state->armed_at < ARMED_NS;
}

static __always_inline int is_write_of_interest(u64 descriptor)
{
	u32 type = mode_of(file_of(descriptor)) & S_IFMT;
	if (type == S_IFREG || type == S_IFBLK) return 1;
	return type == S_IFIFO && is_armed();
}

static __always_inline int is_splice_of_interest(const struct call *call)
{
	if (call->result < 0 || (mode_of(file_of(call->args[0])) & S_IFMT) != S_IFREG) return 0;
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
	return (call->args[1] == 0 || call->args[1] == 1030) && call->result >= 0 && call->result <= 2
		&& (mode_of(file_of(call->result)) & S_IFMT) == S_IFSOCK;
}

static __always_inline int is_ptrace_of_interest(u64 request)
{
	return request == 0 || request == 4 || request == 5 || request == 6 || request == 13 || request == 16 || request == 0x4205 || request == 0x4206;
}

/* Whether the call in the scratch is one of those that its rule wants. */
__attribute__((noinline)) u32 passes(u32 filter)
{
	struct scratch *s = scratch_of_cpu();
	if (!s) return 0;
	const struct call *call = &s->call;
	u32 arg = s->rule.filter_arg;
	switch (filter) {
	case FILTER_OPEN: return is_open_of_interest(call, s->rule.path_arg);
	case FILTER_MASK: return (argument(call, arg) & s->rule.value) != 0;
	case FILTER_EQUAL: return (argument(call, arg) & 0xffffffff) == s->rule.value;
	case FILTER_WRITE: return is_write_of_interest(argument(call, arg));
	/* Hardly a thread is armed, and all of them read. */
	case FILTER_READ: return is_armed() && (mode_of(file_of(call->args[0])) & S_IFMT) == S_IFIFO;
	case FILTER_SPLICE: return is_splice_of_interest(call);
	case FILTER_MMAP:
		/* MAP_SHARED or MAP_SHARED_VALIDATE, PROT_WRITE, not MAP_ANONYMOUS. */
		return (call->args[3] & 1) && (call->args[2] & 2) && !(call->args[3] & 0x20) && (mode_of(file_of(call->args[4])) & S_IFMT) == S_IFREG;
	case FILTER_DUP: {
		u64 onto = arg == NO_ARGUMENT ? (u64)call->result : argument(call, arg);
		return onto <= 2 && (mode_of(file_of(onto)) & S_IFMT) == S_IFSOCK;
	}
	case FILTER_PTRACE: return is_ptrace_of_interest(call->args[0]);
	case FILTER_SOCKET: return call->args[0] == 38 || call->args[0] == 40;
	case FILTER_CLONE3: return is_clone3_of_interest(call);
	case FILTER_FCNTL: return is_fcntl_of_interest(call);
	}
	return 1;
}

/* One path of the call in the scratch: what the kernel knows of it, and the argument. The second (target of a rename, say) when `which` is 1. Gives the new end of
 * the texts. */
__attribute__((noinline)) u32 add_path(u32 which, u32 at)
{
	struct scratch *s = scratch_of_cpu();
	if (!s) return at;
	const struct call *call = &s->call;
	u32 where = which ? s->rule.other : s->rule.path;
	u32 arg = which ? s->rule.other_arg : s->rule.path_arg;
	u32 directory = which ? s->rule.other_dir : s->rule.dir_arg;
	u32 walked = 0, raw = 0;
	u64 file = 0;
	if (where == PATH_NONE || (where == PATH_RESULT && arg == NO_ARGUMENT && call->result < 0)) return at;
	if (where == PATH_FD) file = file_of(argument(call, arg));
	if (where == PATH_RESULT && call->result >= 0) file = file_of(call->result);
	if (!file && where != PATH_FD && where != PATH_PLAIN) {
		u64 from = argument(call, arg);
		int resolved = call->result >= 0 && (where == PATH_CWD || where == PATH_ROOT);
		u8 first = 0;
		bpf_probe_read_user(&first, 1, (void *)from);
		if (!resolved) {
			if (first != '/' && directory != NO_ARGUMENT) file = file_of(argument(call, directory));
			s->record.flags |= which ? OTHER_IS_BASE : PATH_IS_BASE;
		}
		if (!file) walked = walk_directory(resolved ? where == PATH_ROOT : first == '/', at);
	} else if (file && !which) {
		fill_file(file);
	} else if (file) {
		s->record.other_inode = BPF_CORE_READ((struct file *)file, f_inode, i_ino);
		s->record.other_magic = BPF_CORE_READ((struct file *)file, f_inode, i_sb, s_magic);
	}
	if (file) walked = walk_file(file, at);
	if (file || where == PATH_CWD || where == PATH_ROOT) s->record.flags |= which ? OTHER_IS_WALKED : PATH_IS_WALKED;
	if (where == PATH_PLAIN) s->record.flags |= OTHER_IS_TEXT;
	if (walked & CUT) s->record.flags |= PATH_CUT;
	walked &= ~CUT;
	at += walked;
	if (arg != NO_ARGUMENT && where != PATH_FD) raw = copy_user_text(argument(call, arg), at);
	if (which) {
		s->record.lengths[TEXT_OTHER] = walked;
		s->record.lengths[TEXT_OTHER_RAW] = raw;
	} else {
		s->record.lengths[TEXT_PATH] = walked;
		s->record.lengths[TEXT_RAW] = raw;
	}
	return at + raw;
}

/* The bytes behind a pointer argument of the call in the scratch. */
__attribute__((noinline)) u32 add_data(u32 at)
{
	struct scratch *s = scratch_of_cpu();
	if (!s) return at;
	u32 kind = s->rule.data, length = 0;
	u64 from = argument(&s->call, s->rule.data_arg);
	u64 behind = argument(&s->call, s->rule.data_length_arg);
	if (kind == DATA_NONE) return at;
	if (kind == DATA_STRING) {
		length = copy_user_text(from, at);
	} else {
		u32 given = behind > 128 ? 128 : behind;
		/* accept: the length is the kernel's answer. */
		if (kind == DATA_ACCEPTED) bpf_probe_read_user(&given, sizeof(given), (void *)behind);
		/* struct file_handle: the length of the opaque part, its type, the part itself. */
		if (kind == DATA_HANDLE) bpf_probe_read_user(&given, sizeof(given), (void *)from);
		if (given > 128) given = 128;
		length = copy_user_bytes(from, kind == DATA_HANDLE ? given + 8 : given, at);
	}
	s->record.lengths[TEXT_DATA] = length;
	return at + length;
}

/* The address in a process's memory to which a call wrote through its mem file; 0 for other files. */
static __always_inline u64 memory_address(const struct call *call, u64 descriptor)
{
	struct file *file = (void *)file_of(descriptor);
	u32 name = 0;
	if (!file || BPF_CORE_READ(file, f_inode, i_sb, s_magic) != PROC_MAGIC) return 0;
	bpf_probe_read_kernel(&name, sizeof(name), BPF_CORE_READ(file, f_path.dentry, d_name.name));
	if (name != 0x6d656d) return 0;       /* "mem" */
	if (call->nr == NR_PWRITE64 || call->nr == NR_PWRITEV || call->nr == NR_PWRITEV2) return call->args[3];
	u64 position = BPF_CORE_READ(file, f_pos);
	return call->result > 0 ? position - call->result : position;
}

static __always_inline u64 hash_of_address(u64 from, u64 length)
{
	u64 words[8] = {}, hash = 0;
	bpf_probe_read_user(words, length > sizeof(words) ? sizeof(words) : length, (void *)from);
	for (int i = 0; i < 8; i++) hash = (hash ^ words[i]) * 0x9e3779b97f4a7c15ull + (hash >> 29);
	return hash;
}

/* Of the first 63 bytes of a string. */
static __always_inline u64 hash_of_text(u64 from)
{
	u64 words[8] = {}, hash = 0;
	bpf_probe_read_user_str(words, sizeof(words), (void *)from);
	for (int i = 0; i < 8; i++) hash = (hash ^ words[i]) * 0x9e3779b97f4a7c15ull + (hash >> 29);
	return hash;
}

/* Calls that are each about something else are reported one by one for so many a second and thread, then as one kind. */
static __always_inline int may_stand_alone(u64 key)
{
	struct task_state *state = own_state();
	if (!state || is_counted(key)) return 1;
	u64 now = bpf_ktime_get_boot_ns();
	if (now - state->singles_from > SINGLES_NS) {
		state->singles_from = now;
		state->singles = 0;
	}
	return ++state->singles <= MOST_SINGLES;
}

/* What makes calls of a burst equal. Never 0, which marks a slot that is free. */
static __always_inline u64 burst_key(const struct rule *rule, const struct call *call, u64 page, u64 address)
{
	u64 part = address;
	if (rule->burst == BURST_ARGUMENT) part = argument(call, rule->burst_arg);
	if (rule->burst == BURST_FILE) {
		struct file *file = (void *)file_of(argument(call, rule->burst_arg));
		if (file) part = (u64)BPF_CORE_READ(file, f_inode);
	}
	if (rule->burst_page_arg != NO_ARGUMENT) page = argument(call, rule->burst_page_arg) >> 12;
	part += page * 0x9e3779b97f4a7c15ull;
	u64 outcome = call->result < 0 ? (u64)-call->result : 0;
	return (part * 0xff51afd7ed558ccdull) ^ ((u64)call->nr << 12) ^ (outcome & 0xfff) ^ 0x5bd1e99500000000ull;
}

/* Counts the call in the scratch with its burst; as report_now. */
__attribute__((noinline)) u32 count_call(void)
{
	struct scratch *s = scratch_of_cpu();
	if (!s) return NO_SLOT;
	const struct rule *rule = &s->rule;
	s64 result = s->call.result;
	s64 bytes = rule->burst == BURST_FILE && result > 0 ? result : 0;
	s->burst.count = 1;
	s->burst.bytes = bytes;
	s->burst.memory_at = 0;
	/* Opens come in bursts only where one waits for a running program to become writable, and where what is not there is looked for. */
	if (rule->burst == BURST_NONE || (rule->filter == FILTER_OPEN && result != -ETXTBSY && !absent(result))) return NO_SLOT;
	if (rule->filter == FILTER_WRITE) s->burst.memory_at = memory_address(&s->call, argument(&s->call, rule->filter_arg));
	u64 address = 0;
	if (rule->burst == BURST_ADDRESS) address = hash_of_address(argument(&s->call, rule->data_arg), argument(&s->call, rule->data_length_arg));
	else if (rule->filter == FILTER_OPEN && absent(result)) address = hash_of_text(argument(&s->call, rule->path_arg));
	u64 window = rule->burst == BURST_FILE ? settings.write_burst_ns : settings.burst_ns;
	u64 key = burst_key(rule, &s->call, s->burst.memory_at >> 12, address);
	if (address && !may_stand_alone(key)) key = burst_key(rule, &s->call, 0, 0);
	return report_now(key, window, rule->at_least, bytes);
}

static __always_inline void fill_call(struct scratch *s)
{
	struct record *r = &s->record;
	r->nr = s->call.nr;
	r->abi = s->call.abi;
	r->op = s->rule.op | (u32)s->rule.flag_arg << 8;
	r->result = s->call.result;
	__builtin_memcpy(r->args, s->call.args, sizeof(r->args));
	if (s->burst.memory_at) {
		r->args[3] = s->burst.memory_at;
		r->op = s->rule.op | 3 << 8;
	}
	r->bytes = s->burst.bytes;
	if (s->burst.count > 1) {
		r->count = s->burst.count;
		r->first_at = s->burst.first_at;
	}
	if (s->rule.target_arg != NO_ARGUMENT) r->target = argument(&s->call, s->rule.target_arg);
	if (s->rule.filter == FILTER_OPEN && s->call.result >= 0) {
		struct file *file = (void *)file_of(s->call.result);
		if (file && (BPF_CORE_READ(file, f_mode) & FMODE_CREATED)) r->op += OP_CREATE - OP_OPEN;
	}
}

static __always_inline int report_call(struct scratch *s, struct task_struct *task, struct task_state *state)
{
	if (s->rule.filter != FILTER_NONE && !passes(s->rule.filter)) return 0;
	u32 slot = count_call();
	if (slot == SWALLOW) return 0;
	if (!begin(s->rule.kind, task, state)) return 0;
	fill_call(s);
	u32 at = add_path(0, 0);
	at = add_path(1, at);
	at = add_data(at);
	if (at > TEXT_BYTES) at = TEXT_BYTES;
	submit_scratch(s, at);
	if (slot != NO_SLOT) keep(slot, sizeof(struct record) + at);
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_sys_exit, struct pt_regs *regs, long result)
{
	struct task_struct *task = bpf_get_current_task_btf();
	u32 nr = (u32)regs->orig_ax & ~X32, compat = task->thread_info.status & TS_COMPAT;
	if (nr >= CALLS) return 0;
	if (compat) nr = compat_calls[nr & (CALLS - 1)];
	const struct rule *rule = &rules[nr & (CALLS - 1)];
	if (!rule->on) return 0;
	if (result < 0 && !is_wanted(rule->results, result)) return 0;
	struct task_state *state = contained(task);
	if (!state || (state->phase == PHASE_RUNTIME && !rule->of_runtime)) return 0;
	struct scratch *s = scratch_of_cpu();
	if (!s) return 0;

	s->rule = *rule;
	s->call.nr = nr;
	s->call.abi = compat != 0;
	s->call.result = result;
	s->call.args[0] = compat ? (u32)regs->bx : regs->di;
	s->call.args[1] = compat ? (u32)regs->cx : regs->si;
	s->call.args[2] = compat ? (u32)regs->dx : regs->dx;
	s->call.args[3] = compat ? (u32)regs->si : regs->r10;
	s->call.args[4] = compat ? (u32)regs->di : regs->r8;
	s->call.args[5] = compat ? (u32)regs->bp : regs->r9;
	return report_call(s, task, state);
}

#endif
