#!/usr/bin/env bash
set -euo pipefail
usage="How long from an exec in a container until a Kafka consumer has its event, and from the agent's start to the first event of the kernel there.
  latency.sh [--execs N]     (default 400)
Every program is given the time at which it is started as an argument; the consumer looks for these in the messages and compares with the same clock. So the figures
hold the fork and the consumer too.
Needs root, gcc, kcat, perl, the native agent (PERF_AGENT=jit: the other) and infra/DevBroker in Release."
# shellcheck source=tests/Attacks/perf/surroundings.sh
. "$(dirname "${BASH_SOURCE[0]}")/surroundings.sh"
help_asked "$@"
execs=400
[ "${1:-}" != --execs ] || execs=$2
if ! has kcat || ! has perl; then echo "exec to Kafka, start to first event: kcat or perl is not installed here"; exit 0; fi

prepare
start_broker
# The topic, made before anybody waits for it.
kcat -P -b "127.0.0.1:$port" -t node-events </dev/null
echo none | kcat -P -b "127.0.0.1:$port" -t node-events

# arrivals: the stamp of each exec and the delay of its arrival, in microseconds.
arrivals() {
  perl -MTime::HiRes=time -e '
    my (%seen, $rest); $| = 1;
    while (sysread(STDIN, my $chunk, 1 << 20)) {
      my $now = time * 1e6; $rest .= $chunk;
      while ($rest =~ /exec-stamp-(\d{16})/g) { print "$1 ", int($now - $1), "\n" unless $seen{$1}++ }
      $rest = substr($rest, -64) if length($rest) > 64;
    }'
}
mkfifo "$work/messages"
arrivals <"$work/messages" >"$work/arrivals" &
kcat -C -u -q -b "127.0.0.1:$port" -t node-events -o end -f '%s' >"$work/messages" 2>"$work/kcat.log" &
watcher=$!

# stamped SECONDS-BETWEEN COUNT: execs in the container, each with its time.
# shellcheck disable=SC2016
printf 'for i in $(seq "$2"); do /bin/true exec-stamp-${EPOCHREALTIME/./}; sleep "$1"; done\n' >"$work/stamped.sh"

# How long a start takes is asked while programs come and go.
in_container bash "$work/stamped.sh" 0.005 100000 &
coming=$!
sleep 1
began=${EPOCHREALTIME/./}
start_agent
for _ in $(seq 600); do [ -s "$work/arrivals" ] && break; sleep 0.02; done
[ -s "$work/arrivals" ] || { cat "$work/agent.log" >&2; die "no event has arrived"; }
head -n 1 "$work/arrivals" | awk -v began="$began" '{ printf "start to first event at the consumer: %.3f s", ($1 + $2 - began) / 1e6 }'
echo "; $(grep -o 'attached in [0-9]* ms' "$work/agent.log")"
while read -r one; do kill "$one" 2>/dev/null || true; done <"$cgroup/cgroup.procs"
wait "$coming" 2>/dev/null || true

agent_idle
before=$(wc -l <"$work/arrivals")
in_container bash "$work/stamped.sh" 0.01 "$execs"
sleep 1
tail -n +"$((before + 1))" "$work/arrivals" | sort -n -k 2 | awk -v asked="$execs" '
  { delay[NR] = $2 / 1000 }
  function at(share,   i) { i = int(NR * share + 0.999); return delay[i < 1 ? 1 : i] }
  END { printf "exec to Kafka consumer: %d of %d execs, p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, most %.1f ms\n", NR, asked, at(0.5), at(0.9), at(0.99), delay[NR] }'
