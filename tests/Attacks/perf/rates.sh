#!/usr/bin/env bash
set -euo pipefail
usage="What the agent needs while events come at a steady rate: memory, CPU at 5,000 published events a second, and whether anything is lost out of the ring at 200,000.
  rates.sh [--seconds N]     (default 6)
Needs root, gcc, the native agent (PERF_AGENT=jit: the other) and infra/DevBroker in Release."
# shellcheck source=tests/Attacks/perf/surroundings.sh
. "$(dirname "${BASH_SOURCE[0]}")/surroundings.sh"
help_asked "$@"
seconds=6
[ "${1:-}" != --seconds ] || seconds=$2

prepare
start_broker
start_agent
agent_watches
agent_idle
echo "memory, idle:            $(memory)"

# at RATE PROCESSES
at() {
  local before taken lost opened cpu began=$EPOCHREALTIME
  before=$(ticks "$agent") taken=$(number eventsTaken) lost=$(number eventsLost)
  opened=$(in_container "$work/pace" "$1" "$seconds" "$2" | awk '{ n += $1 } END { print n }')
  cpu=$(($(ticks "$agent") - before))
  began=$(awk -v from="$began" -v to="$EPOCHREALTIME" 'BEGIN { print to - from }')
  # The status file is written once a second.
  sleep 2.5
  awk -v opened="$opened" -v seconds="$began" -v cpu="$cpu" -v taken="$(($(number eventsTaken) - taken))" -v lost="$(($(number eventsLost) - lost))" \
    'BEGIN { printf "%d opens in %.1f s (%d a second): %.1f %% of a core, %d events taken, %d lost", opened, seconds, opened / seconds, cpu / seconds, taken, lost }'
  echo "; kernel: $(grep -o '"kernel":{[^}]*}' "$work/status" | sed 's/.*"detail":"\([^"]*\)".*/\1/')"
}

echo "at 5,000 events/s:       $(at 5000 1)"
echo "memory, after that:      $(memory)"
echo "at 200,000 events/s:     $(at 200000 2)"
echo "memory, after that:      $(memory)"
