#!/usr/bin/env bash
# All figures of docs/perf/node-agent.md in one go, in less than five minutes. See --help.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/perf"
case ${1:-} in
  --help | -h)
    cat <<'TEXT'
What the node agent costs: overhead of its workloads in pairs (pinned and unpinned), memory, CPU, loss, delays, and what other tools cost on the same workloads.

  tests/Attacks/measure-overhead.sh [ROUNDS]     paired rounds with the agent (default 7; 3 with the other tools)

Needs root, gcc, and:  dotnet publish agents/NodeAgent -c Release -r linux-x64 && dotnet build infra/DevBroker -c Release
Of use (Debian): redis-server redis-tools kcat strace auditd bpftrace. Each part is a script of its own in tests/Attacks/perf with --help.
TEXT
    exit 0
    ;;
esac
rounds=${1:-7}
echo "$(nproc) CPUs, Linux $(uname -r), load average $(cut -d ' ' -f 1-3 /proc/loadavg)"
echo "== workload and agent share the CPUs"
./overhead.sh --rounds "$rounds"
echo "== workload on the first CPU, agent and broker on the last"
./overhead.sh --rounds "$rounds" --pinned
echo "== at steady rates"
./rates.sh
echo "== delays"
./latency.sh
for other in bpftrace auditd strace; do
  echo "== $other"
  ./overhead.sh --rounds 3 --with "$other"
done
echo "load average at the end: $(cut -d ' ' -f 1-3 /proc/loadavg)"
