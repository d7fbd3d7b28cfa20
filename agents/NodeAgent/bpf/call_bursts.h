/* What makes calls of a burst equal. */
#ifndef NODE_AGENT_CALL_BURSTS_H
#define NODE_AGENT_CALL_BURSTS_H

#include "filters.h"

/* The address in a process's memory to which a call wrote through its mem file; 0 for other files. */
static __always_inline u64 memory_address(const struct call *call, u64 descriptor)
{
	u64 file = file_of(descriptor);
	if (!is_memory_file(file)) return 0;
	if (call->nr == NR_PWRITE64 || call->nr == NR_PWRITEV || call->nr == NR_PWRITEV2) return call->args[3];
	u64 position = READ(struct file, file, f_pos);
	return call->result > 0 ? position - call->result : position;
}

static __always_inline u64 hash_of_address(u64 from, u64 length)
{
	u64 words[8] = {}, hash = 0;
	bpf_probe_read_user(words, length > sizeof(words) ? sizeof(words) : length, (void *)from);
	for (int i = 0; i < 8; i++) hash = (hash ^ words[i]) * 0x9e3779b97f4a7c15ull + (hash >> 29);
	return hash;
}

/* Of the first 63 bytes of a string. */
static __always_inline u64 hash_of_text(u64 from)
{
	u64 words[8] = {}, hash = 0;
	bpf_probe_read_user_str(words, sizeof(words), (void *)from);
	for (int i = 0; i < 8; i++) hash = (hash ^ words[i]) * 0x9e3779b97f4a7c15ull + (hash >> 29);
	return hash;
}

/* Calls that are each about something else are reported one by one for so many a second and thread, then as one kind. */
static __always_inline int may_stand_alone(u64 key)
{
	struct task_state *state = own_state();
	if (!state || is_counted(key)) return 1;
	u64 now = bpf_ktime_get_boot_ns();
	if (now - state->singles_from > SINGLES_NS) {
		state->singles_from = now;
		state->singles = 0;
	}
	return ++state->singles <= MOST_SINGLES;
}

/* What makes calls of a burst equal. Never 0, which marks a slot that is free. */
static __always_inline u64 burst_key(const struct rule *rule, const struct call *call, u64 page, u64 address)
{
	u64 part = address;
	if (rule->burst == BURST_ARGUMENT) part = argument(call, rule->burst_arg);
	if (rule->burst == BURST_FILE) {
		u64 file = file_of(argument(call, rule->burst_arg));
		if (file) part = POINTER(struct file, file, f_inode);
	}
	if (rule->burst_page_arg != NO_ARGUMENT) page = argument(call, rule->burst_page_arg) >> 12;
	part += page * 0x9e3779b97f4a7c15ull;
	u64 outcome = call->result < 0 ? (u64)-call->result : 0;
	return (part * 0xff51afd7ed558ccdull) ^ ((u64)call->nr << 12) ^ (outcome & 0xfff) ^ 0x5bd1e99500000000ull;
}

/* Counts the call in the scratch with its burst; as report_now. */
__attribute__((noinline)) u32 count_call(void)
{
	struct scratch *s = scratch_of_cpu();
	if (!s) return NO_SLOT;
	const struct rule *rule = &s->rule;
	s64 result = s->call.result;
	s64 bytes = rule->burst == BURST_FILE && result > 0 ? result : 0;
	s->burst.count = 1;
	s->burst.bytes = bytes;
	s->burst.memory_at = 0;
	/* Opens come in bursts only where one waits for a running program to become writable, and where what is not there is looked for. */
	if (rule->burst == BURST_NONE || (rule->filter == FILTER_OPEN && result != -ETXTBSY && !absent(result))) return NO_SLOT;
	if (rule->filter == FILTER_WRITE) s->burst.memory_at = memory_address(&s->call, argument(&s->call, rule->filter_arg));
	u64 address = 0;
	if (rule->burst == BURST_ADDRESS) address = hash_of_address(argument(&s->call, rule->data_arg), argument(&s->call, rule->data_length_arg));
	else if (rule->filter == FILTER_OPEN && absent(result)) address = hash_of_text(argument(&s->call, rule->path_arg));
	u64 window = rule->burst == BURST_FILE ? settings.write_burst_ns : settings.burst_ns;
	u64 key = burst_key(rule, &s->call, s->burst.memory_at >> 12, address);
	if (address && !may_stand_alone(key)) key = burst_key(rule, &s->call, 0, 0);
	return report_now(key, window, rule->at_least, bytes);
}

#endif
