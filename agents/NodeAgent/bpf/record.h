/* What the programs hand to the agent: one record per event, in the ring. The agent's side of this layout is Kernel/RingRecord.cs;
 * both change together.
  * A record is this structure and behind it the texts, whose lengths are in `lengths`, in the order of enum text. All numbers are the
  * machine's own byte order. */
#ifndef NODE_AGENT_RECORD_H
#define NODE_AGENT_RECORD_H

#include "kernel_types.h"

enum kind { KIND_FORK = 1, KIND_EXEC = 2, KIND_EXIT = 3, KIND_SYSCALL = 4, KIND_FILE = 5 };

enum text {
	TEXT_PATH,        /* names from the leaf up, each ended by NUL */
	TEXT_RAW,         /* the argument as it was given */
	TEXT_OTHER,       /* a second path, as TEXT_PATH */
	TEXT_OTHER_RAW,
	TEXT_DATA,
	TEXT_ARGUMENTS,
	TEXTS = 6,
};

enum record_flags {
	PATH_IS_BASE = 1,       /* TEXT_PATH is the directory that TEXT_RAW starts from */
	OTHER_IS_BASE = 2,
	OTHER_IS_TEXT = 4,      /* TEXT_OTHER_RAW is no path */
	PATH_CUT = 8,
	ARGUMENTS_CUT = 16,
	IS_SCRIPT = 32,
	PARENT_IS_KERNEL = 64,  /* the parent is a kernel thread: a user-mode helper */
	PATH_IS_WALKED = 128,   /* TEXT_PATH is a path, be it the root, which has no names */
	OTHER_IS_WALKED = 256,
};

struct file_reference {
	u64 inode;
	s64 size;
	s64 changed_ns;
	u32 device;             /* as the kernel has it: major << 20 | minor */
	u32 links;
	u32 mode;
	u32 magic;
	u32 mount_id;
	u32 mount_ns;           /* 0: mounted nowhere (pipes, sockets, memfd) */
	u32 in_upper;           /* overlay: the file lies in the container's writable layer */
	u32 rdev;
};

struct record {
	u64 at;                 /* CLOCK_BOOTTIME */
	u32 size;
	u16 cpu;
	u8 kind;
	u8 abi;                 /* 0 native, 1 compat, 2 io_uring */

	u64 start, parent_start;
	u32 tgid, tid, parent_tgid, ns_tgid;
	u32 uid, gid, euid, egid;
	u64 cap_effective, cap_permitted;
	u64 cgroup;             /* kernfs id */
	u64 container;          /* kernfs id of the container's own cgroup; 0: host */
	u32 mnt_ns, pid_ns, user_ns, net_ns, ipc_ns, uts_ns, cgroup_ns;
	u32 exec_generation;
	u32 task_flags;         /* Domain.Events.TaskFlags */
	u32 seccomp;
	char comm[16];
	u32 link;               /* the agent's own use */
	u32 flags;

	s64 result;
	s64 args[6];
	u64 count, first_at;
	s64 bytes;
	u32 nr;
	u32 op;
	struct file_reference file;
	u64 cap_permitted_before;
	u32 euid_before;
	u32 streams;
	u16 lengths[TEXTS];
	u32 target;             /* a process id, as the caller's namespace has it */
	u64 target_start;       /* this and the next: the agent's own use */
	u32 target_link;
	u32 other_magic;        /* of the file of TEXT_OTHER, when it is an open one */
	u64 other_inode;
};

_Static_assert(sizeof(struct record) == 360, "RingRecord.cs has the same layout");

#endif
