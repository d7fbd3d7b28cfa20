/* What containers do, seen from the kernel. See docs/kernel-events.md. */
#include "calls.h"
#include "processes.h"

/* Requests of io_uring, which are no system calls: the number of the call that does the same. */
static __always_inline u32 call_of_request(u8 opcode)
{
	switch (opcode) {
	case 16: return 42;    /* connect */
	case 18: return 257;   /* openat */
	case 28: return 437;   /* openat2 */
	case 30: return 275;   /* splice */
	case 35: return 264;   /* renameat */
	case 36: return 263;   /* unlinkat */
	case 37: return 258;   /* mkdirat */
	case 38: return 266;   /* symlinkat */
	case 39: return 265;   /* linkat */
	}
	return 0;
}

SEC("tp_btf/io_uring_submit_req")
int BPF_PROG(on_io_uring, struct io_kiocb *request)
{
	u32 nr = call_of_request(BPF_CORE_READ(request, opcode));
	if (!nr || !rules[nr & (CALLS - 1)].on) return 0;
	struct task_struct *task = bpf_get_current_task_btf();
	struct task_state *state = contained(task);
	if (!state) return 0;
	struct scratch *s = begin(KIND_SYSCALL, task, state);
	if (!s) return 0;
	s->record.nr = nr;
	s->record.abi = 2;
	submit_scratch(s, 0);
	return 0;
}

/* Read once after attaching: threads that ran before. Their containers have begun. */
SEC("iter/task")
int on_existing(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	if (task) contained(task);
	return 0;
}

/* Read by the agent a few times a second while anything is counted: reports what bursts that have stopped still hold. */
SEC("iter/task")
int on_sweep(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	if (task) flush_thread(task, 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
