/* Calls that come by the hundred thousand: the first is reported at once, the others are counted and reported once a window. Each
 * thread has a few slots, which it
 * alone assigns; the sweep over all threads only takes counts (by atomic exchange), so no call is counted twice or not at all. */
#ifndef NODE_AGENT_BURSTS_H
#define NODE_AGENT_BURSTS_H

#include "state.h"

#define SLOTS 8
#define TEMPLATE_BYTES 1024

struct slot {
	u64 key;
	u64 window_start, first_at, last_at;
	u64 count;
	s64 bytes;
	u32 size;                  /* of the record below; 0 while it is not reported */
	u32 nr;
	u64 window;
	u8 record[TEMPLATE_BYTES]; /* the record reported first, for its repetition with a count */
};

struct slots { struct slot slot[SLOTS]; };

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct slots);
} bursts SEC(".maps");

static __always_inline u64 take_count(struct slot *slot)
{
	u64 count = __sync_lock_test_and_set(&slot->count, 0);
	if (count) __sync_fetch_and_add(&open_bursts, -1);
	return count;
}

/* Reports what was counted since the last report, if anything. */
static __always_inline void flush(struct slot *slot)
{
	u64 count = take_count(slot);
	u32 size = slot->size;
	if (!count || size < sizeof(struct record)) return;
	struct record *r = (void *)slot->record;
	r->count = count;
	r->first_at = slot->first_at;
	r->at = slot->last_at;
	r->bytes = slot->bytes;
	slot->bytes = 0;
	if (size > TEMPLATE_BYTES) size = TEMPLATE_BYTES;
	barrier_var(size);
	if (size > TEMPLATE_BYTES) return;
	submit(slot->record, size);
}

static __always_inline void add(struct slot *slot, u64 now, s64 bytes)
{
	slot->last_at = now;
	slot->bytes += bytes;
	if (__sync_fetch_and_add(&slot->count, 1) == 0) {
		slot->first_at = now;
		__sync_fetch_and_add(&open_bursts, 1);
	}
}

#define SWALLOW 0xff
#define NO_SLOT 0xfe

static __always_inline u32 slot_of(u64 key)
{
	return ((key * 0x9e3779b97f4a7c15ull) >> 61) & (SLOTS - 1);
}

/* Whether calls of this key are being counted. */
static __always_inline int is_counted(u64 key)
{
	struct slots *slots = bpf_task_storage_get(&bursts, bpf_get_current_task_btf(), 0, 0);
	return slots && slots->slot[slot_of(key)].key == key;
}

/* Whether the call at hand is to be reported now, and for how many it then stands (in the scratch): the number of the slot that is to
 * keep its record, NO_SLOT when
 * it stands for itself, SWALLOW when it is counted and not reported. */
__attribute__((noinline)) u32 report_now(u64 key, u64 window, u32 at_least, s64 bytes)
{
	struct scratch *s = scratch_of_cpu();
	if (!s) return NO_SLOT;
	struct slots *slots = bpf_task_storage_get(&bursts, bpf_get_current_task_btf(), 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!slots) return NO_SLOT;
	u64 now = bpf_ktime_get_boot_ns();
	u32 index = slot_of(key);
	struct slot *slot = &slots->slot[index];
	if (slot->key != key) {
		flush(slot);
		slot->key = key;
		slot->nr = s->call.nr;
		slot->size = 0;
		slot->bytes = 0;
		slot->window = window;
		slot->window_start = now;
		if (at_least <= 1) return index;
		add(slot, now, bytes);
		return SWALLOW;
	}
	int over = now - slot->window_start > window;
	int due = over;
	if (slot->size == 0 && at_least > 1) {
		/* Not enough of them yet for a first report. */
		if (over) {
			take_count(slot);
			slot->bytes = 0;
			slot->window_start = now;
		}
		due = slot->count + 1 >= at_least;
	}
	add(slot, now, bytes);
	if (!due) return SWALLOW;
	slot->window_start = now;
	s->burst.count = take_count(slot);
	s->burst.first_at = slot->first_at;
	s->burst.bytes = slot->bytes;
	slot->bytes = 0;
	return s->burst.count ? index : SWALLOW;
}

/* Keeps the record that was just reported. */
__attribute__((noinline)) u32 keep(u32 index, u32 size)
{
	struct scratch *s = scratch_of_cpu();
	struct slots *slots = bpf_task_storage_get(&bursts, bpf_get_current_task_btf(), 0, 0);
	if (!s || !slots || index >= SLOTS) return 0;
	struct slot *slot = &slots->slot[index];
	if (size > TEMPLATE_BYTES) size = TEMPLATE_BYTES;
	barrier_var(size);
	if (size > TEMPLATE_BYTES) return 0;
	bpf_probe_read_kernel(slot->record, size, s);
	slot->size = size;
	return size;
}

/* Reports what the current thread has counted of two calls, and their next ones at once: for what has to be seen in order. */
__attribute__((noinline)) u32 settle(u32 one, u32 other)
{
	struct slots *slots = bpf_task_storage_get(&bursts, bpf_get_current_task_btf(), 0, 0);
	if (!slots) return 0;
	for (int i = 0; i < SLOTS; i++) {
		struct slot *slot = &slots->slot[i];
		if (!slot->key || (slot->nr != one && slot->nr != other)) continue;
		flush(slot);
		slot->key = 0;
	}
	return 1;
}

/* Reports what a thread has counted: all of it, or what is older than its window. */
static __always_inline void flush_thread(struct task_struct *task, int all)
{
	struct slots *slots = bpf_task_storage_get(&bursts, task, 0, 0);
	if (!slots) return;
	u64 now = bpf_ktime_get_boot_ns();
	for (int i = 0; i < SLOTS; i++) {
		struct slot *slot = &slots->slot[i];
		if (slot->count && (all || now - slot->window_start > slot->window)) flush(slot);
	}
}

#endif
