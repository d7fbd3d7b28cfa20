#!/usr/bin/env bash
set -euo pipefail
usage="What watching costs the watched, in pairs: each workload with the watcher away and with it there, in turns, the order reversed each round.
  overhead.sh [--rounds N] [--pinned] [--with agent|strace|auditd|bpftrace]     (defaults: 7 rounds, agent)
--pinned: the workload on the first CPU, agent and broker on the last; else all share all CPUs. The agent's start is not part of it: it is waited for.
auditd and bpftrace watch about what the agent's table of calls does; strace follows the workload's processes and throws away what it prints.
Measure auditd last: the kernel keeps some of its cost for processes that were there. The rules of before are put back, and 'task,never' beside them where audit was off.
Needs root, gcc, the native agent (PERF_AGENT=jit: the other) and infra/DevBroker in Release; redis-server and redis-tools for the workload redis."
# shellcheck source=tests/Attacks/perf/surroundings.sh
. "$(dirname "${BASH_SOURCE[0]}")/surroundings.sh"
help_asked "$@"
rounds=7 with=agent
while [ $# -gt 0 ]; do
  case $1 in
    --rounds) rounds=$2; shift ;;
    --pinned) pinned=1 ;;
    --with) with=$2; shift ;;
    *) die "unknown option: $1" ;;
  esac
  shift
done

# audit_has NAME: one of the values of audit's state.
audit_has() { auditctl -s 2>/dev/null | awk -v name="$1" '$1 == name { print $2 }'; }
absent() { echo "$with: $1"; exit 0; }
case $with in
  agent) ;;
  bpftrace) has bpftrace || absent "not installed here" ;;
  strace)
    has strace || absent "not installed here"
    strace -o /dev/null true 2>/dev/null || absent "this kernel does not let processes be traced here"
    ;;
  auditd)
    if ! has auditd || ! has auditctl; then absent "not installed here"; fi
    auditctl -s >/dev/null 2>&1 || absent "this kernel does not offer audit's netlink socket here"
    [ "$(audit_has pid)" = 0 ] || absent "another audit daemon runs here; it is left alone"
    [ "$(audit_has enabled)" != 2 ] || absent "the rules of this machine are locked until it starts anew"
    ;;
  *) die "unknown watcher: $with" ;;
esac
prepare
prefix=()

# The workloads, as scripts that print how long they took; preparation and compilers' warnings do not count.
write_workload() { printf 'cd /tmp\nTIMEFORMAT=%%R\n%s\ntime { %s; } >/dev/null 2>/tmp/errors\n%s\n' "${3:-}" "$2" "${4:-}" >"$work/$1.sh"; }
names=(compile script find opens)
printf '#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <pthread.h>\nint main(void) { return puts("x") < 0; }\n' >"$work/program.c"
write_workload compile "for i in 1 2 3 4; do gcc -O2 -o program $work/program.c; done"
# shellcheck disable=SC2016
write_workload script 'for i in $(seq 10000); do x=$((x + i)); [ -e /etc/passwd ] && y=$x; done; for i in $(seq 100); do /bin/true; done'
write_workload find 'find /usr'
# The worst there is: nothing but what is reported.
# shellcheck disable=SC2016
write_workload opens 'for i in $(seq 10000); do : > file; done'
if has redis-server && has redis-benchmark; then
  names+=(redis)
  # shellcheck disable=SC2016
  write_workload redis 'redis-benchmark -s /tmp/redis -c 20 -n 30000 -q -t set' \
    'redis-server --port 0 --unixsocket /tmp/redis --save "" --appendonly no >/dev/null & while ! [ -S /tmp/redis ]; do sleep 0.05; done' \
    'redis-cli -s /tmp/redis shutdown nosave >/dev/null 2>&1; wait'
else
  echo "redis: not installed here"
fi

seconds() { in_container "${prefix[@]}" bash "$work/$1.sh" 2>"$work/seconds" >/dev/null; tail -n 1 "$work/seconds"; }

watcher_on() {
  case $with in
    agent)
      start_agent
      agent_watches
      agent_idle
      began=$(ticks "$agent") taken=$(number eventsTaken)
      ;;
    strace) prefix=(strace -f -o /dev/null) ;;
    auditd)
      mkdir -p "$work/audit"
      printf 'log_file = %s/audit.log\nlog_format = RAW\nflush = INCREMENTAL_ASYNC\nfreq = 50\nmax_log_file_action = IGNORE\nspace_left_action = IGNORE\nadmin_space_left_action = IGNORE\ndisk_full_action = IGNORE\ndisk_error_action = IGNORE\nmax_log_file = 100\nspace_left = 75\nadmin_space_left = 50\n' "$work/audit" >"$work/audit/auditd.conf"
      auditd -n -c "$work/audit" >/dev/null 2>&1 &
      watcher=$!
      for _ in $(seq 50); do [ "$(audit_has pid)" = 0 ] || break; sleep 0.1; done
      [ "$(audit_has pid)" = "$watcher" ] || absent "auditd did not start"
      {
        auditctl -D && auditctl -b 8192 -e 1 && auditctl -a always,exit -F arch=b64 -S openat -F 'a2&0x243' &&
          auditctl -a always,exit -F arch=b64 -S unlink,unlinkat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,mkdir,truncate,chmod,fchmodat,chown,fchownat &&
          auditctl -a always,exit -F arch=b64 -S execve,execveat,connect,bind,ptrace,mount,umount2,setns,unshare,chdir,memfd_create,init_module,bpf
      } >"$work/auditctl.out" 2>&1 || absent "the rules were refused: $(tail -n 1 "$work/auditctl.out")"
      ;;
    bpftrace)
      # It reads tracefs, which is not mounted everywhere; a mount namespace of its own leaves the machine as it is.
      # shellcheck disable=SC2016
      unshare -m --propagation private bash -c '[ -d /sys/kernel/tracing/events ] || mount -t tracefs tracefs /sys/kernel/tracing; exec bpftrace "$1"' \
        run "$root/tests/Attacks/perf/calls.bt" >"$work/bpftrace.out" 2>"$work/bpftrace.err" &
      watcher=$!
      for _ in $(seq 300); do grep -q Attaching "$work/bpftrace.out" && break; kill -0 "$watcher" 2>/dev/null || break; sleep 0.1; done
      kill -0 "$watcher" 2>/dev/null || { watcher=''; absent "ended by itself here: $(grep -m 1 'ERROR.*:[0-9]' "$work/bpftrace.err" || tail -n 1 "$work/bpftrace.err")"; }
      # It says so before it has done it.
      sleep 2
      ;;
  esac
}

watcher_off() {
  prefix=()
  if [ -n "$agent" ]; then
    sleep 1.2
    say "agent: $(awk -v from="$began" -v to="$(ticks "$agent")" 'BEGIN { print (to - from) / 100 }') s of CPU for $(($(number eventsTaken) - taken)) events, $(number eventsLost) lost, $(memory)"
    stop_agent
  fi
  [ -z "$watcher" ] || { kill "$watcher" && wait "$watcher"; } || true
  watcher=''
  case $with in
    auditd)
      say "auditd: $(grep -c '^type=SYSCALL' "$work/audit/audit.log" || true) calls recorded, $(audit_has lost) records lost by the kernel"
      audit_off
      ;;
    bpftrace) say "bpftrace: $(wc -l <"$work/bpftrace.out") lines" ;;
  esac
}

# What was there before is there afterwards.
audit_kept() {
  auditctl -l | grep -v '^No rules' >"$work/audit.rules" || true
  audit_enabled=$(audit_has enabled) audit_backlog=$(audit_has backlog_limit)
  finishers+=(audit_off)
}

audit_off() {
  auditctl -D >/dev/null 2>&1 || true
  [ ! -s "$work/audit.rules" ] || auditctl -R "$work/audit.rules" >/dev/null 2>&1 || say "The audit rules of before are not there again: $(cat "$work/audit.rules")"
  auditctl -b "$audit_backlog" -e "$audit_enabled" >/dev/null 2>&1 || true
  # A kernel that had audit on once prepares it for every process until it starts anew, and all their system calls are slower; unless told not to.
  [ "$audit_enabled" != 0 ] || auditctl -a task,never >/dev/null 2>&1 || true
}
[ "$with" != auditd ] || audit_kept

[ "$with" != agent ] || start_broker
for name in "${names[@]}"; do seconds "$name" >/dev/null; done
for round in $(seq "$rounds"); do
  for state in $([ $((round % 2)) = 1 ] && echo off on || echo on off); do
    [ "$state" = off ] || watcher_on
    for name in "${names[@]}"; do echo "$name $state $(seconds "$name")"; done >>"$work/times"
    [ "$state" = off ] || watcher_off
  done
done
awk -v with="$with" '
  function median(list, n,   i, j, t) {
    for (i = 1; i <= n; i++) for (j = i + 1; j <= n; j++) if (list[j] < list[i]) { t = list[i]; list[i] = list[j]; list[j] = t }
    return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
  }
  { n = ++count[$1, $2]; value[$1, $2, n] = $3; if (!($1 in names)) order[++kinds] = $1; names[$1] }
  END {
    printf "%-9s off, median s  %s on / off: median of pairs  ratio of minima\n", "workload", with
    for (k = 1; k <= kinds; k++) {
      name = order[k]
      n = count[name, "on"]
      for (i = 1; i <= n; i++) {
        off[i] = value[name, "off", i]; ratio[i] = value[name, "on", i] / value[name, "off", i]
        if (i == 1 || off[i] < least["off"]) least["off"] = off[i]
        if (i == 1 || value[name, "on", i] < least["on"]) least["on"] = value[name, "on", i]
      }
      printf "%-9s %13.3f %32.3f %16.3f\n", name, median(off, n), median(ratio, n), least["on"] / least["off"]
    }
  }' "$work/times"
