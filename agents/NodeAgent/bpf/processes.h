/* Processes: fork, exec, exit. */
#ifndef NODE_AGENT_PROCESSES_H
#define NODE_AGENT_PROCESSES_H

#include "bursts.h"
#include "containers.h"
#include "paths.h"
#include "snapshot.h"

#define SIGNAL_GROUP_EXIT 4
#define NR_REBOOT 169

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	struct task_state *own = contained(parent);
	if (!own) return 0;
	struct task_state *state = bpf_task_storage_get(&tasks, child, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!state) return 0;
	state->container = own->container;
	state->phase = own->phase;
	state->session = own->session;
	if (child->pid != child->tgid) {
		state->exec_generation = own->exec_generation;
		return 0;
	}
	if (!settings.report_forks) return 0;
	struct scratch *s = begin(KIND_FORK, child, state);
	if (s) submit_scratch(s, 0);
	return 0;
}

/* A thread gets a new name from itself, and from exec after the point of no return, when it still has its old credentials. */
SEC("tp_btf/task_rename")
int BPF_PROG(on_rename, struct task_struct *task)
{
	if (task != bpf_get_current_task_btf()) return 0;
	struct task_state *state = contained(task);
	if (!state) return 0;
	const struct cred *cred = task->cred;
	state->euid_before = cred->euid.val;
	state->cap_permitted_before = capabilities(&cred->cap_permitted);
	return 0;
}

/* 0 none, 1 file, 2 pipe, 3 socket, 4 terminal. */
static __always_inline u32 stream_type(u32 descriptor)
{
	struct file *file = (void *)file_of(descriptor);
	if (!file) return 0;
	u32 mode = mode_of((u64)file) & 0170000;
	if (mode == 0010000) return 2;
	if (mode == 0140000) return 3;
	if (mode != 0020000) return 1;
	u32 major = BPF_CORE_READ(file, f_inode, i_rdev) >> 20;
	return (major >= 136 && major <= 143) || major == 4 || major == 5 ? 4 : 1;
}

/* Kernel strings of the exec itself. */
static __always_inline u32 add_kernel_text(struct scratch *s, int text, const char *from, u32 at)
{
	if (at > TEXT_START_MASK) return at;
	barrier_var(at);
	at &= TEXT_START_MASK;
	int length = bpf_probe_read_kernel_str(&s->text[at], 1024, from);
	u32 used = length > 1 && length <= 1024 ? length - 1 : 0;
	s->record.lengths[text] = used;
	return at + used;
}

static __always_inline void report_exec(struct task_struct *task, struct task_state *state, struct linux_binprm *bprm)
{
	struct scratch *s = begin(KIND_EXEC, task, state);
	if (!s) return;
	struct record *r = &s->record;
	if (state) {
		r->euid_before = state->euid_before;
		r->cap_permitted_before = state->cap_permitted_before;
	}
	r->streams = stream_type(0) | stream_type(1) << 4 | stream_type(2) << 8;
	const char *name = BPF_CORE_READ(bprm, filename);
	if (BPF_CORE_READ(bprm, interp) != name) r->flags |= IS_SCRIPT;

	u64 executable = (u64)BPF_CORE_READ(task, mm, exe_file);
	fill_file(executable);
	r->flags |= PATH_IS_WALKED | OTHER_IS_WALKED;
	u32 at = walk_file(executable, 0);
	if (at & CUT) r->flags |= PATH_CUT;
	at &= ~CUT;
	r->lengths[TEXT_PATH] = at;
	at = add_kernel_text(s, TEXT_RAW, name, at);
	u32 directory = walk_directory(0, at);
	if (directory & CUT) r->flags |= PATH_CUT;
	directory &= ~CUT;
	r->lengths[TEXT_OTHER] = directory;
	at += directory;
	u64 start = BPF_CORE_READ(task, mm, arg_start);
	u64 length = BPF_CORE_READ(task, mm, arg_end) - start;
	if (length > 4095) r->flags |= ARGUMENTS_CUT;
	u32 arguments = copy_user_bytes(start, length > 4095 ? 4095 : length, at);
	r->lengths[TEXT_ARGUMENTS] = arguments;
	submit_scratch(s, at + arguments);
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	struct task_state *state = contained(task);
	if (!state) {
		/* A program that the kernel itself starts: core_pattern, modprobe, release_agent. */
		if (task->real_parent->flags & PF_KTHREAD) report_exec(task, NULL, bprm);
		return 0;
	}
	state->exec_generation++;
	state->armed_at = 0;
	if (state->phase == PHASE_RUNTIME && task->nsproxy->mnt_ns->ns.inum != settings.host_mnt_ns) {
		state->phase = PHASE_WORKLOAD;
		/* The container may have been told by its cgroup in another hierarchy before it was in this one, whose path events have. */
		container_of_cgroup((u64)BPF_CORE_READ(task, cgroups, dfl_cgrp, kn));
	}
	report_exec(task, state, bprm);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task)
{
	struct task_state *state = contained(task);
	if (!state) return 0;
	flush_thread(task, 1);
	struct pt_regs *regs = (void *)bpf_task_pt_regs(task);
	if (rules[NR_REBOOT].on && BPF_CORE_READ(regs, orig_ax) == NR_REBOOT) {
		/* In a container a reboot that succeeds ends the caller inside the call: there is no exit of it to see. */
		struct scratch *s = begin(KIND_SYSCALL, task, state);
		if (s) {
			s->record.nr = NR_REBOOT;
			s->record.args[0] = BPF_CORE_READ(regs, di);
			s->record.args[1] = BPF_CORE_READ(regs, si);
			s->record.args[2] = BPF_CORE_READ(regs, dx);
			submit_scratch(s, 0);
		}
	}
	if (BPF_CORE_READ(task, signal, live.counter) != 0) return 0;
	struct scratch *s = begin(KIND_EXIT, task, state);
	if (!s) return 0;
	int code = BPF_CORE_READ(task, exit_code);
	if (BPF_CORE_READ(task, signal, flags) & SIGNAL_GROUP_EXIT) code = BPF_CORE_READ(task, signal, group_exit_code);
	s->record.result = code;
	submit_scratch(s, 0);
	return 0;
}

#endif
