/* Maps, settings and counters shared by the programs. */
#ifndef NODE_AGENT_STATE_H
#define NODE_AGENT_STATE_H

#include "reads.h"
#include "record.h"
#include "rules.h"

#define TEXT_BYTES 12288
#define TEXT_START_MASK 0x1fff    /* a text starts below 8 KiB and is at most 4 KiB long */
#define CPUS 512

/* A system call at its exit. */
struct call {
	u32 nr;
	u32 abi;
	s64 result;
	u64 args[6];
};

/* Whether a call of a burst is reported now, and for how many it then stands. */
struct burst_answer {
	u64 count, first_at;
	s64 bytes;
	u64 memory_at;            /* where in a process's memory was written; 0 otherwise */
};

struct scratch {
	struct record record;
	u8 text[TEXT_BYTES];
	struct call call;
	struct rule rule;
	struct burst_answer burst;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);    /* the agent asks for what its options say */
} ring SEC(".maps");

/* Where a record is put together: too large for the stack. One a CPU suffices while tracepoint programs are not preempted. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

enum phase { PHASE_UNKNOWN, PHASE_RUNTIME, PHASE_WORKLOAD };

/* What is remembered of a thread: its container, which it keeps wherever it moves itself, and what it was before an exec. */
struct task_state {
	u64 container;
	u64 decided_for;          /* the css_set for which the thread was found to be the host's */
	u32 decided_with;         /* spaces_known at that time */
	u32 phase;
	u32 session;
	u32 exec_generation;
	u32 euid_before;
	u32 pad;
	u64 cap_permitted_before;
	u64 armed_at;             /* its use of pipes is reported for a while */
	u64 singles_from;         /* records of calls that are each about something else, within this second */
	u64 singles;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct task_state);
} tasks SEC(".maps");

/* The agent's own settings; written before the programs are attached. */
struct settings {
	u64 attached_at;          /* CLOCK_BOOTTIME; who started earlier is taken to be past the runtime's part */
	u64 burst_ns, write_burst_ns;
	u32 host_mnt_ns;
	u32 report_forks;
};

struct settings settings SEC(".data.settings");
struct rule rules[CALLS] SEC(".data.rules");
u16 compat_calls[CALLS] SEC(".data.compat");

/* Written by one CPU each, read by the agent: records made, and those that found the ring full. */
struct counters { u64 seen, lost; } counters[CPUS] SEC(".data.counters");
s64 open_bursts SEC(".data.bursts");

/* Until when some thread's use of pipes is reported; 0 while none's is. */
u64 armed_until SEC(".data.armed");

static __always_inline struct scratch *scratch_of_cpu(void)
{
	u32 zero = 0;
	return bpf_map_lookup_elem(&scratches, &zero);
}

static __always_inline void submit(void *record, u32 size)
{
	struct counters *own = &counters[bpf_get_smp_processor_id() & (CPUS - 1)];
	own->seen++;
	if (bpf_ringbuf_output(&ring, record, size, BPF_RB_NO_WAKEUP)) own->lost++;
}

static __always_inline void submit_scratch(struct scratch *s, u32 text)
{
	if (text > TEXT_BYTES) text = TEXT_BYTES;
	barrier_var(text);
	if (text > TEXT_BYTES) return;
	s->record.size = sizeof(struct record) + text;
	submit(s, sizeof(struct record) + text);
}

#endif
