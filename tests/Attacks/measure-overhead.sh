#!/usr/bin/env bash
# What watching costs the watched, in pairs: each workload with the agent away and with it there, in turns. Needs root, gcc, and the agent and infra/DevBroker built in
# Release. The workload runs in a cgroup and a root of its own that look like a container's (overlayfs over this machine's root), so no engine is needed.
#   tests/Attacks/measure-overhead.sh [ROUNDS]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
rounds=${1:-7}
work=$(mktemp -d /var/tmp/overhead.XXXXXX)
id=$(printf '%064x' "$$")
cgroup=/sys/fs/cgroup/unified
[ -d "$cgroup" ] || cgroup=/sys/fs/cgroup
cgroup=$cgroup/docker-$id.scope
agent='' broker='' port=$((20000 + RANDOM % 12000))

finish() {
  [ -z "$agent" ] || { kill "$agent" && wait "$agent"; } || true
  [ -z "$broker" ] || { kill "$broker" && wait "$broker"; } || true
  rmdir "$cgroup" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

mkdir "$cgroup"
mkdir -p "$work/upper" "$work/work" "$work/root"

# The workloads, as scripts that print how long they took; preparation and compilers' warnings do not count.
write_workload() { printf 'cd /tmp\nTIMEFORMAT=%%R\ntime { %s; } >/dev/null 2>/tmp/errors\n' "$2" >"$work/$1.sh"; }
names=(compile script find opens)
printf '#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <pthread.h>\nint main(void) { return puts("x") < 0; }\n' >"$work/program.c"
write_workload compile "for i in 1 2 3; do gcc -O2 -o program $work/program.c; done"
# shellcheck disable=SC2016
write_workload script 'for i in $(seq 5000); do x=$((x + i)); [ -e /etc/passwd ] && y=$x; done; for i in $(seq 100); do /bin/true; done'
write_workload find 'find /usr'
# shellcheck disable=SC2016
write_workload opens 'for i in $(seq 10000); do : > file; done'

# seconds NAME: in the cgroup, in a mount namespace and a root of its own.
seconds() {
  # shellcheck disable=SC2016
  bash -c 'echo $$ >"$1/cgroup.procs" && exec unshare -m --propagation private bash -c "
      mount -t overlay overlay -o lowerdir=/,upperdir=$2/upper,workdir=$2/work $2/root &&
      mount --bind /dev $2/root/dev && mount -t proc proc $2/root/proc && exec chroot $2/root /bin/bash $2/$3.sh"' run "$cgroup" "$work" "$1" 2>&1 | tail -n 1
}

start_agent() {
  dotnet agents/NodeAgent/bin/Release/net10.0/node-agent.dll run --kernel on --kafka "127.0.0.1:$port" --node overhead --state "$work/state" \
    --docker-socket "$work/none" --status-file "$work/status" >"$work/agent.log" 2>&1 &
  agent=$!
  for _ in $(seq 100); do grep -q 'in the kernel' "$work/agent.log" && return; sleep 0.1; done
  cat "$work/agent.log" >&2
  exit 1
}

stop_agent() {
  cpu=$(awk '{ print ($14 + $15) / 100 }' "/proc/$agent/stat")
  memory=$(awk '/^(VmRSS|RssAnon)/ { printf "%s %d MB  ", $1, $2 / 1024 }' "/proc/$agent/status")
  kill "$agent"
  wait "$agent" || true
  agent=''
  echo "agent: $cpu s of CPU, $memory$(grep -o '"events[A-Z][a-z]*":[0-9]*' "$work/status" | tr '\n' ' ')" >&2
}

dotnet infra/DevBroker/bin/Release/net10.0/devbroker.dll --data "$work/broker" --port "$port" --auto-create >"$work/broker.log" 2>&1 &
broker=$!
for name in "${names[@]}"; do seconds "$name" >/dev/null; done
for round in $(seq "$rounds"); do
  for state in $([ $((round % 2)) = 1 ] && echo off on || echo on off); do
    [ "$state" = off ] || start_agent
    for name in "${names[@]}"; do echo "$name $state $(seconds "$name")"; done >>"$work/times"
    [ "$state" = off ] || stop_agent
  done
done
awk '
  function median(list, n,   i, j, t) {
    for (i = 1; i <= n; i++) for (j = i + 1; j <= n; j++) if (list[j] < list[i]) { t = list[i]; list[i] = list[j]; list[j] = t }
    return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
  }
  { n = ++count[$1, $2]; value[$1, $2, n] = $3; names[$1] }
  END {
    print "workload  off, median s  on / off: median of pairs  ratio of minima"
    for (name in names) {
      n = count[name, "on"]
      for (i = 1; i <= n; i++) {
        off[i] = value[name, "off", i]; ratio[i] = value[name, "on", i] / value[name, "off", i]
        if (i == 1 || value[name, "off", i] < least["off"]) least["off"] = value[name, "off", i]
        if (i == 1 || value[name, "on", i] < least["on"]) least["on"] = value[name, "on", i]
      }
      printf "%-9s %13.3f %26.3f %16.3f\n", name, median(off, n), median(ratio, n), least["on"] / least["off"]
    }
  }' "$work/times"
