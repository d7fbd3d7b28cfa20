/* Reading the kernel's structures at addresses that are only known as numbers. */
#ifndef NODE_AGENT_READS_H
#define NODE_AGENT_READS_H

#include <linux/bpf.h>
#include <linux/version.h>
#include "kernel_types.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

extern int LINUX_KERNEL_VERSION __kconfig;
extern void *bpf_rdonly_cast(const void *address, __u32 type) __ksym __weak;

/* The same for a pointer that the verifier knows already. It would ask of every step behind it whether it may be trusted, by names,
 * and that is
 * much of the time that loading takes; plain guarded loads need no trust. */
#define GUARDED(type, pointer) (HAS_CASTS ? TYPED(type, pointer) : (pointer))

/* A member that is a number. Since 6.2 such an address can be given its type, and a member is one load, which the kernel guards.
 * Before, each is a helper's call, and
 * these would be most of what an event costs. What is not taken is removed when the programs are loaded. */
#define HAS_CASTS (LINUX_KERNEL_VERSION >= KERNEL_VERSION(6, 2, 0))
#define TYPED(type, at) ((type *)bpf_rdonly_cast((const void *)(at), bpf_core_type_id_kernel(type)))

#define READ(type, at, member) ({ \
	u64 read_at = (u64)(at); \
	typeof(((type *)0)->member) read_value; \
	if (HAS_CASTS) read_value = TYPED(type, read_at)->member; \
	else read_value = BPF_CORE_READ((type *)read_at, member); \
	read_value; })

/* A pointer that lies at an address, as a number: by a structure that begins with one of 64 bits. */
static __always_inline u64 pointer_at(u64 at)
{
	if (HAS_CASTS) return TYPED(struct timespec64, at)->tv_sec;
	u64 value = 0;
	bpf_probe_read_kernel(&value, sizeof(value), (void *)at);
	return value;
}

/* A member that is a pointer. As a number it can be counted with and handed on, which the verifier denies to pointers. */
#define POINTER(type, at, member) pointer_at((u64)(at) + bpf_core_field_offset(type, member))

#endif
