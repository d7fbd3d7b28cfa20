/* Which container a cgroup belongs to, from the names of its kernfs nodes: <64 hex>, docker-<64 hex>.scope, cri-containerd-<64
 * hex>.scope, crio-<64 hex>, libpod-<64 hex>, ...:cri-containerd:<64 hex>; or from its place, /<namespace of containerd>/<any name>.
 * The outermost such cgroup is the container; nested ones belong to it. */
#ifndef NODE_AGENT_CONTAINERS_H
#define NODE_AGENT_CONTAINERS_H

#include "state.h"

#define ID_LENGTH 64
/* "namespace/name": containerd takes up to 76 characters for each. */
#define LONGEST_NAME 76
#define ID_BYTES 160
#define SPACE_BYTES 80
#define NAME_BYTES 256
#define CGROUP_PATH_BYTES 1024
#define DEEPEST_CGROUP 12

struct container {
	u8 id[ID_BYTES];          /* what is behind it is 0 */
	u64 told_at;              /* of one known by its place: since when that place is known */
};

struct space {
	u8 name[SPACE_BYTES];
};

/* The namespaces of containerd, whose containers have cgroups of any name below one of the namespace's; with the CLOCK_BOOTTIME at which
 * the agent told of it. The agent counts spaces_known up afterwards, and what was taken for the host's is looked at again. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, struct space);
	__type(value, u64);
} spaces SEC(".maps");

u32 spaces_known SEC(".data.spaces");

/* LRU: only those long gone are displaced. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, u64);
	__type(value, struct container);
} containers SEC(".maps");

/* Nobody saw the first process of a container that ran before the programs were attached. */
#define OWNER_UNSEEN 1

/* By the container's id: the start of the process that came first into one of its cgroups. Of those it has one in every hierarchy, and
 * a runtime goes through them in
 * any order. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct container);
	__type(value, u64);
} owners SEC(".maps");

struct cgroup_facts {
	u64 container;
	u32 path_length;
	u32 known_with;           /* of the host's: spaces_known when that was found */
	u8 path[CGROUP_PATH_BYTES];   /* names from the leaf up, each ended by NUL */
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, u64);
	__type(value, struct cgroup_facts);
} cgroups SEC(".maps");

struct cgroup_scratch {
	struct cgroup_facts facts;
	struct container found;
	struct space space;
	u8 name[NAME_BYTES];
	u8 parent[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct cgroup_scratch);
} cgroup_scratches SEC(".maps");

/* 0 for hexadecimal digits. A table, so that the check of 64 characters has no branches for the verifier to follow. */
static const u8 not_hex[256] = {
	[0 ... 47] = 1, [58 ... 96] = 1, [103 ... 255] = 1,
};

static __always_inline u64 parent_of(u64 node)
{
	struct kernfs_node *kn = (void *)node;
	if (bpf_core_field_exists(kn->__parent)) return (u64)BPF_CORE_READ(kn, __parent);
	return (u64)BPF_CORE_READ((struct kernfs_node___old *)kn, parent);
}

static __always_inline int has_text(const u8 *at, const char *text, int length)
{
	int same = 1;
	for (int i = 0; i < length; i++) same &= at[i] == (u8)text[i];
	return same;
}

/* Position of the id in s->name of the given length, or -1. */
static __always_inline int id_position(struct cgroup_scratch *s, u32 length, u64 node)
{
	u32 end = length;
	if (end > 6 && end < 200 && has_text(&s->name[end - 6], ".scope", 6)) end -= 6;
	if (end < ID_LENGTH || end > 190) return -1;
	u32 start = end - ID_LENGTH;
	barrier_var(start);
	start &= 0x7f;
	u32 wrong = 0;
	for (int i = 0; i < ID_LENGTH; i++) wrong |= not_hex[s->name[start + i]];
	if (wrong) return -1;
	if (start == 0) {
		/* podman's pods: the pod's own helpers live directly below libpod_parent. */
		u64 parent = parent_of(node);
		if (parent && bpf_probe_read_kernel_str(s->parent, sizeof(s->parent), BPF_CORE_READ((struct kernfs_node *)parent, name)) == 14 &&
			has_text(s->parent, "libpod_parent", 13)) return -1;
		return 0;
	}
	if (s->name[start - 1] != '-' && s->name[start - 1] != ':') return -1;
	if (start >= 7 && has_text(&s->name[start - 7], "conmon", 6)) return -1;
	return start;
}

/* Makes s->found the container of which s->name is the cgroup's name, if `parent` is the cgroup of a namespace of containerd. */
static __always_inline int is_in_space(struct cgroup_scratch *s, u64 parent)
{
	u64 root = parent_of(parent);
	if (!root || parent_of(root)) return 0;
	__builtin_memset(&s->space, 0, sizeof(s->space));
	u32 length = bpf_probe_read_kernel_str(s->space.name, SPACE_BYTES, BPF_CORE_READ((struct kernfs_node *)parent, name));
	u64 *told_at = bpf_map_lookup_elem(&spaces, &s->space);
	if (!told_at) return 0;
	u32 slash = length - 1;
	barrier_var(slash);
	slash &= 0x7f;
	if (slash > LONGEST_NAME) return 0;
	__builtin_memset(&s->found, 0, sizeof(s->found));
	bpf_probe_read_kernel(s->found.id, SPACE_BYTES, s->space.name);
	s->found.id[slash] = '/';
	bpf_probe_read_kernel_str(&s->found.id[slash + 1], SPACE_BYTES, s->name);
	s->found.told_at = *told_at;
	return 1;
}

/* The container of the cgroup at kernfs node `node`, 0 for the host; remembered by the cgroup's id. */
__attribute__((noinline)) u64 container_of_cgroup(u64 node)
{
	u32 zero = 0;
	struct cgroup_scratch *s = bpf_map_lookup_elem(&cgroup_scratches, &zero);
	if (!s || !node) return 0;
	u64 id = BPF_CORE_READ((struct kernfs_node *)node, id);
	struct cgroup_facts *known = bpf_map_lookup_elem(&cgroups, &id);
	u32 spaces_now = spaces_known;
	if (known && (known->container || known->known_with == spaces_now)) return known->container;

	u64 container = 0, at = node;
	u32 used = 0;
	for (int i = 0; i < DEEPEST_CGROUP && at; i++) {
		u64 parent = parent_of(at);
		if (!parent) break;
		int length = bpf_probe_read_kernel_str(s->name, NAME_BYTES, BPF_CORE_READ((struct kernfs_node *)at, name));
		if (length <= 1 || length > NAME_BYTES) break;
		if (used < CGROUP_PATH_BYTES - NAME_BYTES) {
			u32 to = used;
			barrier_var(to);
			to &= 0x3ff;
			if (to < CGROUP_PATH_BYTES - NAME_BYTES) bpf_probe_read_kernel_str(&s->facts.path[to], NAME_BYTES, s->name);
			used += length;
		}
		int position = id_position(s, length - 1, at);
		if (position >= 0) {
			container = BPF_CORE_READ((struct kernfs_node *)at, id);
			__builtin_memset(&s->found, 0, sizeof(s->found));
			bpf_probe_read_kernel(s->found.id, ID_LENGTH, &s->name[position & 0x7f]);
		} else if (is_in_space(s, parent)) {
			container = BPF_CORE_READ((struct kernfs_node *)at, id);
		}
		at = parent;
	}

	s->facts.container = container;
	s->facts.path_length = used;
	s->facts.known_with = spaces_now;
	bpf_map_update_elem(&cgroups, &id, &s->facts, BPF_ANY);
	if (container) bpf_map_update_elem(&containers, &container, &s->found, BPF_NOEXIST);
	return container;
}

/* First sight of a thread, or of one that was the host's and has moved: where it is decides for good once that is a container. */
static __noinline void decide(struct task_struct *task, struct task_state *state, u64 css)
{
	u64 container = container_of_cgroup((u64)BPF_CORE_READ(task, cgroups, dfl_cgrp, kn));
	if (!container && bpf_core_enum_value_exists(enum cgroup_subsys_id, pids_cgrp_id)) {
		/* Version 1 and hybrid: the runtime may have left the unified hierarchy alone. */
		u64 slot = (u64)BPF_CORE_READ(task, cgroups) + bpf_core_field_offset(struct css_set, subsys)
			+ sizeof(void *) * bpf_core_enum_value(enum cgroup_subsys_id, pids_cgrp_id);
		struct cgroup_subsys_state *pids = NULL;
		bpf_probe_read_kernel(&pids, sizeof(pids), (void *)slot);
		if (pids) container = container_of_cgroup((u64)BPF_CORE_READ(pids, cgroup, kn));
	}

	state->decided_for = css;
	state->decided_with = spaces_known;
	state->container = container;
	if (!container) return;
	struct container *found = bpf_map_lookup_elem(&containers, &container);
	u64 process = BPF_CORE_READ(task, group_leader, start_boottime);
	state->phase = PHASE_RUNTIME;
	state->session = 0;
	if (task->start_boottime < settings.attached_at || (found && task->start_boottime < found->told_at)) {
		/* It ran before us; of what it did then nothing is known but that the container had begun. */
		state->phase = PHASE_WORKLOAD;
		process = OWNER_UNSEEN;
	}
	if (!found) return;
	/* A runtime puts the container's first process into the cgroup when it makes it, and those of sessions only later; whether the
	 * container's own program has begun
	 * by then says nothing. Children inherit the answer. */
	bpf_map_update_elem(&owners, found, &process, BPF_NOEXIST);
	u64 *owner = bpf_map_lookup_elem(&owners, found);
	state->session = owner && *owner != process && process != OWNER_UNSEEN;
}

/* The state of a container's thread; NULL for the host's. */
static __always_inline struct task_state *contained(struct task_struct *task)
{
	struct task_state *state = bpf_task_storage_get(&tasks, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!state) return NULL;
	if (state->container) return state;
	u64 css = (u64)task->cgroups;
	if (state->decided_for == css && state->decided_with == spaces_known) return NULL;
	decide(task, state, css);
	return state->container ? state : NULL;
}

#endif
