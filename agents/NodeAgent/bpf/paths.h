/* Paths and files, read from the kernel's own structures. The functions are global and take numbers only, so that the verifier looks
 * at each once and not at
 * every place that calls it. */
#ifndef NODE_AGENT_PATHS_H
#define NODE_AGENT_PATHS_H

#include "state.h"

#define DEEPEST_PATH 64
#define PATH_BYTES 4096
#define PART_BYTES 256
#define CUT 0x80000000u

static __always_inline u64 mount_of(u64 mnt)
{
	return mnt - bpf_core_field_offset(struct mount, mnt);
}

/* Writes the names from `dentry` up to the root of the mount namespace into the scratch's text at `at`. Gives their length, with CUT
 * when they were too many. */
__attribute__((noinline)) u32 walk_path(u64 dentry, u64 mount, u32 at)
{
	struct scratch *s = scratch_of_cpu();
	if (!s || !dentry || !mount) return 0;
	u32 from = at, i;
	for (i = 0; i < DEEPEST_PATH; i++) {
		if (dentry == POINTER(struct mount, mount, mnt.mnt_root)) {
			u64 above = POINTER(struct mount, mount, mnt_parent);
			if (above == mount || !above) {
				/* The root of the namespace; or a file that was mounted by itself and is no more (runtimes run a copy of themselves so). */
				u64 inode = POINTER(struct dentry, dentry, d_inode);
				if (at != from || at > TEXT_START_MASK || (READ(struct inode, inode, i_mode) & 0170000) == 0040000) return at - from;
				int name = bpf_probe_read_kernel_str(&s->text[at & TEXT_START_MASK], PART_BYTES, (void *)POINTER(struct dentry, dentry, d_name.name));
				return name > 0 && name <= PART_BYTES ? name : 0;
			}
			dentry = POINTER(struct mount, mount, mnt_mountpoint);
			mount = above;
			continue;
		}
		u64 parent = POINTER(struct dentry, dentry, d_parent);
		if (at >= TEXT_START_MASK || at - from > PATH_BYTES - PART_BYTES) return (at - from) | CUT;
		u32 to = at;
		barrier_var(to);
		to &= TEXT_START_MASK;
		int length = bpf_probe_read_kernel_str(&s->text[to], PART_BYTES, (void *)POINTER(struct dentry, dentry, d_name.name));
		if (length > 0 && length <= PART_BYTES) at += length;
		if (parent == dentry) return at - from;
		dentry = parent;
	}
	return (at - from) | CUT;
}

/* Copies a string of the calling process into the scratch's text at `at`; gives its length without the NUL. */
__attribute__((noinline)) u32 copy_user_text(u64 from, u32 at)
{
	struct scratch *s = scratch_of_cpu();
	if (!s || !from || at > TEXT_START_MASK) return 0;
	u32 to = at;
	barrier_var(to);
	to &= TEXT_START_MASK;
	int length = bpf_probe_read_user_str(&s->text[to], 1024, (void *)from);
	return length > 1 ? length - 1 : 0;
}

/* Copies `length` bytes (4 KiB less one at most) of the calling process. */
__attribute__((noinline)) u32 copy_user_bytes(u64 from, u32 length, u32 at)
{
	struct scratch *s = scratch_of_cpu();
	if (!s || !from || at > TEXT_START_MASK) return 0;
	u32 to = at;
	barrier_var(to);
	to &= TEXT_START_MASK;
	if (length > 4095) length = 4095;
	barrier_var(length);
	length &= 4095;
	return bpf_probe_read_user(&s->text[to], length, (void *)from) ? 0 : length;
}

/* The open file behind a descriptor of the current process; 0 when there is none. */
static __always_inline u64 file_of(u64 descriptor)
{
	struct task_struct *task = GUARDED(struct task_struct, bpf_get_current_task_btf());
	struct fdtable *table = task->files->fdt;
	u32 fd = descriptor;
	if (!table || fd >= table->max_fds) return 0;
	return pointer_at((u64)(table->fd + fd));
}

static __always_inline u32 mode_of(u64 file)
{
	return file ? READ(struct inode, POINTER(struct file, file, f_inode), i_mode) : 0;
}

/* Of the file system that it is on. */
static __always_inline u32 magic_of(u64 file)
{
	u64 inode = POINTER(struct file, file, f_inode);
	return READ(struct super_block, POINTER(struct inode, inode, i_sb), s_magic);
}

static __always_inline void fill_change_time(struct file_reference *to, u64 at)
{
	struct inode *inode = (void *)at;
	if (bpf_core_field_exists(inode->i_ctime_sec)) {
		/* Bit 31 of the nanoseconds says that somebody asked for them: I_CTIME_QUERIED, include/linux/fs.h since 6.13. */
		to->changed_ns = READ(struct inode, at, i_ctime_sec) * 1000000000LL + (READ(struct inode, at, i_ctime_nsec) & 0x7fffffff);
	} else if (bpf_core_field_exists(((struct inode___v66 *)inode)->__i_ctime)) {
		struct inode___v66 *old = (void *)inode;
		to->changed_ns = BPF_CORE_READ(old, __i_ctime.tv_sec) * 1000000000LL + BPF_CORE_READ(old, __i_ctime.tv_nsec);
	} else {
		struct inode___old *old = (void *)inode;
		to->changed_ns = BPF_CORE_READ(old, i_ctime.tv_sec) * 1000000000LL + BPF_CORE_READ(old, i_ctime.tv_nsec);
	}
}

#define OVERLAY_MAGIC 0x794c7630

/* Describes a file in the scratch's record. */
__attribute__((noinline)) u32 fill_file(u64 file)
{
	struct scratch *s = scratch_of_cpu();
	if (!s || !file) return 0;
	struct file_reference *to = &s->record.file;
	u64 inode = POINTER(struct file, file, f_inode);
	if (!inode) return 0;
	to->inode = READ(struct inode, inode, i_ino);
	to->size = READ(struct inode, inode, i_size);
	to->links = READ(struct inode, inode, i_nlink);
	to->mode = READ(struct inode, inode, i_mode);
	to->rdev = READ(struct inode, inode, i_rdev);
	u64 super = POINTER(struct inode, inode, i_sb);
	to->device = READ(struct super_block, super, s_dev);
	to->magic = READ(struct super_block, super, s_magic);
	fill_change_time(to, inode);
	u64 mount = mount_of(POINTER(struct file, file, f_path.mnt));
	to->mount_id = READ(struct mount, mount, mnt_id);
	to->mount_ns = READ(struct mnt_namespace, POINTER(struct mount, mount, mnt_ns), ns.inum);
	if (to->magic == OVERLAY_MAGIC) {
		/* struct ovl_inode: the VFS's inode, and behind it the dentry in the upper layer if there is one; so since 4.13. */
		to->in_upper = pointer_at(inode + bpf_core_type_size(struct inode)) != 0;
	}
	return 1;
}

/* Walks the path of an open file. */
static __always_inline u32 walk_file(u64 file, u32 at)
{
	if (!file) return 0;
	return walk_path(POINTER(struct file, file, f_path.dentry), mount_of(POINTER(struct file, file, f_path.mnt)), at);
}

static __always_inline u32 walk_directory(int root, u32 at)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct path path = {};
	if (root) BPF_CORE_READ_INTO(&path, task, fs, root);
	else BPF_CORE_READ_INTO(&path, task, fs, pwd);
	return path.mnt ? walk_path((u64)path.dentry, mount_of((u64)path.mnt), at) : 0;
}

#endif
