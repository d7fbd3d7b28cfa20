/* The head of every record: who did it. */
#ifndef NODE_AGENT_SNAPSHOT_H
#define NODE_AGENT_SNAPSHOT_H

#include "state.h"

#define PF_KTHREAD 0x00200000
#define PFA_NO_NEW_PRIVS 1

enum task_flags { TASK_NO_NEW_PRIVILEGES = 1, TASK_STARTED = 2, TASK_EXEC_SESSION = 4, TASK_RUNTIME = 8 };

/* What follows reads through the typed pointer of the task: plain loads, which the verifier guards. A helper's call for each would be
 * most of an event's cost. */
static __always_inline u64 capabilities(const kernel_cap_t *set)
{
	return *(const u64 *)set;
}

/* The process's number in its own pid namespace, and that namespace. */
static __always_inline void fill_pid(struct record *r, struct task_struct *task)
{
	/* PIDTYPE_TGID */
	struct pid *pid = task->signal->pids[1];
	if (!pid) return;
	u64 at = (u64)pid + bpf_core_field_offset(struct pid, numbers) + (u64)pid->level * bpf_core_type_size(struct upid);
	r->ns_tgid = READ(struct upid, at, nr);
	r->pid_ns = READ(struct pid_namespace, POINTER(struct upid, at, ns), ns.inum);
}

static __always_inline void fill_namespaces(struct record *r, struct task_struct *task)
{
	struct nsproxy *ns = task->nsproxy;
	r->user_ns = task->cred->user_ns->ns.inum;
	/* Gone when a thread is past its end. */
	if (!ns) return;
	r->mnt_ns = ns->mnt_ns->ns.inum;
	r->net_ns = ns->net_ns->ns.inum;
	r->ipc_ns = ns->ipc_ns->ns.inum;
	r->uts_ns = ns->uts_ns->ns.inum;
	r->cgroup_ns = ns->cgroup_ns->ns.inum;
}

static __always_inline void fill_task(struct record *r, struct task_struct *task, struct task_state *state)
{
	r->at = bpf_ktime_get_boot_ns();
	r->cpu = bpf_get_smp_processor_id();
	r->start = task->group_leader->start_boottime;
	r->tgid = task->tgid;
	r->tid = task->pid;
	struct task_struct *parent = task->real_parent;
	r->parent_tgid = parent->tgid;
	r->parent_start = parent->group_leader->start_boottime;
	if (parent->flags & PF_KTHREAD) r->flags |= PARENT_IS_KERNEL;
	fill_pid(r, task);
	const struct cred *cred = task->cred;
	r->uid = cred->uid.val;
	r->gid = cred->gid.val;
	r->euid = cred->euid.val;
	r->egid = cred->egid.val;
	r->cap_effective = capabilities(&cred->cap_effective);
	r->cap_permitted = capabilities(&cred->cap_permitted);
	fill_namespaces(r, task);
	r->cgroup = task->cgroups->dfl_cgrp->kn->id;
	r->seccomp = task->seccomp.mode;
	bpf_core_read(&r->comm, sizeof(r->comm), &task->comm);
	if (task->atomic_flags & PFA_NO_NEW_PRIVS) r->task_flags |= TASK_NO_NEW_PRIVILEGES;
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
	fill_task(&s->record, GUARDED(struct task_struct, task), state);
	s->record.first_at = s->record.at;
	return s;
}

#endif
