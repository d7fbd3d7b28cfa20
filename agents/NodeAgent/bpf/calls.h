/* System calls at their exit, where those that seccomp refused are seen too, by the table of rules. */
#ifndef NODE_AGENT_CALLS_H
#define NODE_AGENT_CALLS_H

#include "arguments.h"
#include "call_bursts.h"
#include "containers.h"
#include "snapshot.h"

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
		u64 file = file_of(s->call.result);
		if (file && (READ(struct file, file, f_mode) & FMODE_CREATED)) r->op += OP_CREATE - OP_OPEN;
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
	struct call call = {
		.nr = nr,
		.abi = compat != 0,
		.result = result,
		.args[0] = compat ? (u32)regs->bx : regs->di,
		.args[1] = compat ? (u32)regs->cx : regs->si,
		.args[2] = compat ? (u32)regs->dx : regs->dx,
		.args[3] = compat ? (u32)regs->si : regs->r10,
		.args[4] = compat ? (u32)regs->di : regs->r8,
		.args[5] = compat ? (u32)regs->bp : regs->r9,
	};
	if (!may_pass(rule, &call)) return 0;
	struct task_state *state = contained(task);
	if (!state || (state->phase == PHASE_RUNTIME && !rule->of_runtime)) return 0;
	struct scratch *s = scratch_of_cpu();
	if (!s) return 0;
	s->rule = *rule;
	s->call = call;
	return report_call(s, task, state);
}

#endif
