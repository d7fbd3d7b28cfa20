/* Which calls are reported and how: a table by call number, filled by the agent (Kernel/CallRules.cs) before the programs are attached. */
#ifndef NODE_AGENT_RULES_H
#define NODE_AGENT_RULES_H

#include "kernel_types.h"

#define CALLS 512
#define NO_ARGUMENT 0xff

enum path_from { PATH_NONE, PATH_USER, PATH_FD, PATH_RESULT, PATH_CWD, PATH_ROOT, PATH_PLAIN };
enum data_from { DATA_NONE, DATA_STRING, DATA_SOCKADDR, DATA_HANDLE, DATA_ACCEPTED };
enum filter { FILTER_NONE, FILTER_OPEN, FILTER_MASK, FILTER_EQUAL, FILTER_WRITE, FILTER_READ, FILTER_MMAP, FILTER_DUP,
	FILTER_PTRACE, FILTER_SOCKET, FILTER_SPLICE, FILTER_CLONE3, FILTER_FCNTL, FILTER_MEMORY, FILTER_BITS };
enum results { RESULT_ALL, RESULT_DENIED, RESULT_SUCCESS, RESULT_DENIED_OR_ABSENT };
enum burst { BURST_NONE, BURST_CALL, BURST_ARGUMENT, BURST_FILE, BURST_ADDRESS };

struct rule {
	u8 on;
	u8 kind;                /* KIND_SYSCALL or KIND_FILE */
	u8 op;                  /* Domain.Events.FileOperation */
	u8 results;
	u8 path, path_arg, dir_arg;
	u8 other, other_arg, other_dir;
	u8 data, data_arg, data_length_arg;
	u8 filter, filter_arg;
	u8 burst, burst_arg;
	u8 at_least;            /* repeats before the first is reported */
	u8 target_arg;
	u8 flag_arg;            /* the argument that says how: flags, mode, owner */
	u8 of_runtime;          /* reported also before the container's own program begins */
	u8 burst_page_arg;      /* an address: calls of one page are equal */
	u8 pad[2];
	u64 value;
};

_Static_assert(sizeof(struct rule) == 32, "CallRule.cs has the same layout");

#endif
