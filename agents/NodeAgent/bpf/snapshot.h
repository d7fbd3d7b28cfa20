/* The head of every record: who did it. */
#ifndef NODE_AGENT_SNAPSHOT_H
#define NODE_AGENT_SNAPSHOT_H

#include "state.h"

#define PF_KTHREAD 0x00200000
#define PFA_NO_NEW_PRIVS 1

enum task_flags { TASK_NO_NEW_PRIVILEGES = 1, TASK_STARTED = 2, TASK_EXEC_SESSION = 4, TASK_RUNTIME = 8 };

static __always_inline u64 capabilities(const void *set)
{
	u64 value = 0;
	bpf_probe_read_kernel(&value, sizeof(value), set);
	return value;
}

static __always_inline u32 ns_pid(struct task_struct *task)
{
	struct pid *pid = NULL;
	struct upid number = {};
	/* PIDTYPE_TGID */
	bpf_core_read(&pid, sizeof(pid), &task->signal->pids[1]);
	if (!pid) return 0;
	u32 level = BPF_CORE_READ(pid, level);
	u64 at = (u64)pid + bpf_core_field_offset(struct pid, numbers) + (u64)level * bpf_core_type_size(struct upid);
	bpf_probe_read_kernel(&number.nr, sizeof(number.nr), (void *)at + bpf_core_field_offset(struct upid, nr));
	return number.nr;
}

static __always_inline u32 pid_ns(struct task_struct *task)
{
	struct pid *pid = NULL;
	struct pid_namespace *ns = NULL;
	bpf_core_read(&pid, sizeof(pid), &task->signal->pids[1]);
	if (!pid) return 0;
	u32 level = BPF_CORE_READ(pid, level);
	u64 at = (u64)pid + bpf_core_field_offset(struct pid, numbers) + (u64)level * bpf_core_type_size(struct upid);
	bpf_probe_read_kernel(&ns, sizeof(ns), (void *)at + bpf_core_field_offset(struct upid, ns));
	return BPF_CORE_READ(ns, ns.inum);
}

static __always_inline void fill_namespaces(struct record *r, struct task_struct *task)
{
	struct nsproxy *ns = BPF_CORE_READ(task, nsproxy);
	r->pid_ns = pid_ns(task);
	r->user_ns = BPF_CORE_READ(task, cred, user_ns, ns.inum);
	/* Gone when a thread is past its end. */
	if (!ns) return;
	r->mnt_ns = BPF_CORE_READ(ns, mnt_ns, ns.inum);
	r->net_ns = BPF_CORE_READ(ns, net_ns, ns.inum);
	r->ipc_ns = BPF_CORE_READ(ns, ipc_ns, ns.inum);
	r->uts_ns = BPF_CORE_READ(ns, uts_ns, ns.inum);
	r->cgroup_ns = BPF_CORE_READ(ns, cgroup_ns, ns.inum);
}

static __always_inline void fill_task(struct record *r, struct task_struct *task, struct task_state *state)
{
	r->at = bpf_ktime_get_boot_ns();
	r->cpu = bpf_get_smp_processor_id();
	r->start = BPF_CORE_READ(task, group_leader, start_boottime);
	r->tgid = BPF_CORE_READ(task, tgid);
	r->tid = BPF_CORE_READ(task, pid);
	struct task_struct *parent = BPF_CORE_READ(task, real_parent);
	r->parent_tgid = BPF_CORE_READ(parent, tgid);
	r->parent_start = BPF_CORE_READ(parent, group_leader, start_boottime);
	if (BPF_CORE_READ(parent, flags) & PF_KTHREAD) r->flags |= PARENT_IS_KERNEL;
	r->ns_tgid = ns_pid(task);
	const struct cred *cred = BPF_CORE_READ(task, cred);
	r->uid = BPF_CORE_READ(cred, uid.val);
	r->gid = BPF_CORE_READ(cred, gid.val);
	r->euid = BPF_CORE_READ(cred, euid.val);
	r->egid = BPF_CORE_READ(cred, egid.val);
	r->cap_effective = capabilities(&cred->cap_effective);
	r->cap_permitted = capabilities(&cred->cap_permitted);
	fill_namespaces(r, task);
	r->cgroup = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
	r->seccomp = BPF_CORE_READ(task, seccomp.mode);
	bpf_core_read(&r->comm, sizeof(r->comm), &task->comm);
	if (BPF_CORE_READ(task, atomic_flags) & PFA_NO_NEW_PRIVS) r->task_flags |= TASK_NO_NEW_PRIVILEGES;
	if (!state) return;
	r->container = state->container;
	r->exec_generation = state->exec_generation;
	if (state->phase == PHASE_WORKLOAD) r->task_flags |= TASK_STARTED;
	if (state->phase == PHASE_RUNTIME) r->task_flags |= TASK_RUNTIME;
	if (state->session) r->task_flags |= TASK_EXEC_SESSION;
}

static __always_inline struct scratch *begin(u8 kind, struct task_struct *task, struct task_state *state)
{
	struct scratch *s = scratch_of_cpu();
	if (!s) return NULL;
	__builtin_memset(&s->record, 0, sizeof(s->record));
	s->record.kind = kind;
	s->record.count = 1;
	fill_task(&s->record, task, state);
	s->record.first_at = s->record.at;
	return s;
}

#endif
