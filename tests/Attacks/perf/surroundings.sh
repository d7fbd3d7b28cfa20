# shellcheck shell=bash
# Functions that the measurements share: something that looks like a container to the agent, a broker, and the agent, each ended by pid.
# Meant to be sourced by a script that has set $usage.

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
cpus=$(nproc)
agent='' broker='' watcher='' pinned='' finishers=()
form=${PERF_AGENT:-native}

prepare() {
  [ "$(id -u)" = 0 ] || die "this needs root"
  has gcc || die "this needs gcc"
  work=$(mktemp -d /var/tmp/overhead.XXXXXX)
  trap finish EXIT
  local id hierarchy=/sys/fs/cgroup/unified
  [ -d "$hierarchy" ] || hierarchy=/sys/fs/cgroup
  id=$(printf '%064x' "$$")
  cgroup=$hierarchy/docker-$id.scope
  mkdir "$cgroup" "$work/upper" "$work/work" "$work/root"
  gcc -O2 -Wall -o "$work/pace" "$root/tests/Attacks/perf/pace.c"
}

finish() {
  local one
  for one in "${finishers[@]}"; do "$one" || true; done
  for one in "$watcher" "$agent" "$broker"; do
    [ -z "$one" ] || { kill "$one" && wait "$one"; } 2>/dev/null || true
  done
  # What a workload left behind in the cgroup that is ours alone.
  while read -r one; do kill -KILL "$one" 2>/dev/null || true; done <"$cgroup/cgroup.procs"
  for one in 1 2 3 4 5; do rmdir "$cgroup" 2>/dev/null && break; sleep 0.1; done
  rm -rf "$work"
}

# in_container COMMAND...: in the cgroup, in a mount namespace and a root of its own (overlayfs over this machine's). Pinned: on the first CPU.
in_container() {
  local on=()
  [ -z "$pinned" ] || on=(taskset -c 0)
  # shellcheck disable=SC2016
  "${on[@]}" bash -c 'cgroup=$1 work=$2; shift 2
    echo $$ >"$cgroup/cgroup.procs" && exec unshare -m --propagation private bash -c "
      mount -t overlay overlay -o lowerdir=/,upperdir=$work/upper,workdir=$work/work $work/root &&
      mount --bind /dev $work/root/dev && mount -t proc proc $work/root/proc && exec chroot $work/root \"\$@\"" run "$@"' run "$cgroup" "$work" "$@"
}

# aside COMMAND...: pinned, on the CPU that the workload does not use.
aside() {
  if [ -n "$pinned" ] && [ "$cpus" -gt 1 ]; then exec taskset -c "$((cpus - 1))" "$@"; else exec "$@"; fi
}

start_broker() {
  local dll=$root/infra/DevBroker/bin/Release/net10.0/devbroker.dll
  [ -e "$dll" ] || die "the broker is not built: dotnet build infra/DevBroker -c Release"
  port=$((20000 + RANDOM % 12000))
  (aside dotnet "$dll" --data "$work/broker" --port "$port" --auto-create) >"$work/broker.log" 2>&1 &
  broker=$!
  for _ in $(seq 200); do (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return; sleep 0.05; done
  cat "$work/broker.log" >&2
  die "the broker does not answer"
}

agent_command() {
  local output=$root/agents/NodeAgent/bin/Release/net10.0
  if [ "$form" = native ]; then
    [ -x "$output/linux-x64/publish/node-agent" ] || die "the native agent is not built: dotnet publish agents/NodeAgent -c Release -r linux-x64 (PERF_AGENT=jit measures the other)"
    command=("$output/linux-x64/publish/node-agent")
  else
    [ -e "$output/node-agent.dll" ] || die "the agent is not built: dotnet build agents/NodeAgent -c Release"
    command=(dotnet "$output/node-agent.dll")
  fi
}

start_agent() {
  agent_command
  rm -f "$work/status"
  (aside "${command[@]}" run --kernel on --kafka "127.0.0.1:$port" --node overhead --state "$work/state" --docker-socket "$work/none" \
    --status-file "$work/status") >"$work/agent.log" 2>&1 &
  agent=$!
}

agent_watches() {
  for _ in $(seq 600); do
    grep -q 'in the kernel' "$work/agent.log" && return
    kill -0 "$agent" 2>/dev/null || break
    sleep 0.05
  done
  cat "$work/agent.log" >&2
  die "the agent does not watch the kernel"
}

ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }

# agent_idle: until it has done what it does once at its start, the inventory and the digests of what runs.
agent_idle() {
  local before now
  before=$(ticks "$agent")
  for _ in $(seq 60); do
    sleep 0.5
    now=$(ticks "$agent")
    [ $((now - before)) -gt 3 ] || ! grep -q ' 0 waiting' "$work/status" || return 0
    before=$now
  done
  say "The agent is not idle after 30 s."
}

# number NAME: one of the status file's.
number() { grep -o "\"$1\":[0-9]*" "$work/status" | cut -d: -f2; }

stop_agent() {
  kill "$agent"
  wait "$agent" || true
  agent=''
}

memory() {
  awk '/^(VmRSS|RssAnon)/ { printf "%s %.1f MB  ", $1, $2 / 1024 } /^Pss:/ { printf "Pss: %.1f MB", $2 / 1024 } END { print "" }' "/proc/$agent/status" "/proc/$agent/smaps_rollup"
}

help_asked() {
  local word
  for word in "$@"; do case $word in --help | -h) printf '%s\n' "${usage:?}"; exit 0 ;; esac; done
}
