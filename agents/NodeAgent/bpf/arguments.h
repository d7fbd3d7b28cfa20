/* What a call was about: its paths, and the bytes behind its pointers. */
#ifndef NODE_AGENT_ARGUMENTS_H
#define NODE_AGENT_ARGUMENTS_H

#include "filters.h"

/* One path of the call in the scratch: what the kernel knows of it, and the argument. The second (target of a rename, say) when
 * `which` is 1. Gives the new end of
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
		s->record.other_inode = READ(struct inode, POINTER(struct file, file, f_inode), i_ino);
		s->record.other_magic = magic_of(file);
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

#endif
