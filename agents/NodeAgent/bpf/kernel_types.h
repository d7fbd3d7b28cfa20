/* The few members of the kernel's own structures that the programs read. Names and types are the kernel's (include/linux); where they
 * lie is
 * filled in when the object is loaded, from the running kernel's BTF (CO-RE), so neither order nor completeness matters here. */
#ifndef NODE_AGENT_KERNEL_TYPES_H
#define NODE_AGENT_KERNEL_TYPES_H

#include <linux/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;
typedef __s64 s64;
typedef int bool_t;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct { int counter; } atomic_t;
typedef struct { u32 val; } kuid_t;
typedef struct { u32 val; } kgid_t;

/* Since 6.3 one 64-bit number; an array of two halves before. */
typedef struct { u64 val; } kernel_cap_t;
struct kernel_cap_struct___old { u32 cap[2]; };

struct ns_common { unsigned int inum; };
struct user_namespace { struct ns_common ns; };
struct pid_namespace { struct ns_common ns; };
struct uts_namespace { struct ns_common ns; };
struct ipc_namespace { struct ns_common ns; };
struct cgroup_namespace { struct ns_common ns; };
struct net { struct ns_common ns; };
struct mount;
struct mnt_namespace { struct ns_common ns; };

struct nsproxy {
	struct uts_namespace *uts_ns;
	struct ipc_namespace *ipc_ns;
	struct mnt_namespace *mnt_ns;
	struct net *net_ns;
	struct cgroup_namespace *cgroup_ns;
};

struct cred {
	kuid_t uid, euid;
	kgid_t gid, egid;
	kernel_cap_t cap_permitted, cap_effective;
	struct user_namespace *user_ns;
};

struct qstr { u32 len; const unsigned char *name; };

struct inode;
struct super_block { u32 s_dev; unsigned long s_magic; };
struct dentry { struct dentry *d_parent; struct qstr d_name; struct inode *d_inode; };
struct vfsmount { struct dentry *mnt_root; };

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
	struct mnt_namespace *mnt_ns;
	int mnt_id;
};

struct path { struct vfsmount *mnt; struct dentry *dentry; };

struct timespec64 { s64 tv_sec; long tv_nsec; };

struct inode {
	unsigned short i_mode;
	struct super_block *i_sb;
	unsigned long i_ino;
	unsigned int i_nlink;
	u32 i_rdev;
	s64 i_size;
	s64 i_ctime_sec;
	u32 i_ctime_nsec;
};
struct inode___v66 { struct timespec64 __i_ctime; };
struct inode___old { struct timespec64 i_ctime; };

struct file { unsigned int f_mode; struct inode *f_inode; unsigned int f_flags; struct path f_path; long long f_pos; };
struct fdtable { unsigned int max_fds; struct file **fd; };
struct files_struct { struct fdtable *fdt; };
struct fs_struct { struct path root, pwd; };

struct mm_struct { unsigned long arg_start, arg_end; struct file *exe_file; };

struct upid { int nr; struct pid_namespace *ns; };
struct pid { unsigned int level; struct upid numbers[1]; };

struct signal_struct { atomic_t live; int group_exit_code; unsigned int flags; struct pid *pids[4]; };
struct seccomp { int mode; };

struct kernfs_node { struct kernfs_node *__parent; const char *name; u64 id; };
struct kernfs_node___old { struct kernfs_node___old *parent; };
struct cgroup { int level; struct kernfs_node *kn; };
struct cgroup_subsys_state { struct cgroup *cgroup; };
struct css_set { struct cgroup_subsys_state *subsys[1]; struct cgroup *dfl_cgrp; };
enum cgroup_subsys_id { pids_cgrp_id = 0x7fff };

struct thread_info { u32 status; };

struct task_struct {
	struct thread_info thread_info;
	unsigned int flags;
	struct mm_struct *mm;
	int exit_code;
	unsigned long atomic_flags;
	int pid, tgid;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	u64 start_boottime;
	const struct cred *cred;
	char comm[16];
	struct fs_struct *fs;
	struct files_struct *files;
	struct nsproxy *nsproxy;
	struct signal_struct *signal;
	struct seccomp seccomp;
	struct css_set *cgroups;
};

struct linux_binprm { const char *filename; const char *interp; };
struct io_kiocb { u8 opcode; };

struct pt_regs {
	unsigned long r10, r9, r8, dx, si, di, bp, bx, cx, ax, orig_ax, ip, sp;
};

struct bpf_iter_meta;
struct bpf_iter__task { struct bpf_iter_meta *meta; struct task_struct *task; };

#pragma clang attribute pop

#endif
