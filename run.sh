#!/usr/bin/env bash
# Starts the whole system on this machine, or shows it at work. See ./run.sh --help.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=infra/setup.sh
. infra/setup.sh

usage() {
  cat <<'TEXT'
Runtime alarms for containers, on this machine.

  ./run.sh           set up what is missing, build, start everything, stop on Ctrl-C
  ./run.sh --demo    show it at work without a container engine: recorded containers in, alarms out
  ./run.sh --help    this text

Options
  --data DIR         where the log, the database and the agent's state live (default: .data, or
                     /var/lib/container-alarms where the database's user cannot enter it)
  --port N           port of the API on 127.0.0.1 (default: 8080)

Environment
  KAFKA_BOOTSTRAP_SERVERS   use this Kafka as the log instead of starting infra/DevBroker
  PIPELINE_POSTGRES         use this PostgreSQL (an Npgsql connection string) instead of starting a private one
  DOCKER_SOCKET             socket of the container engine to watch (default: /var/run/docker.sock)
TEXT
}

data='' demo='' api_port=8080
while [ $# -gt 0 ]; do
  case $1 in
    --demo) demo=1 ;;
    --data) data=${2:?--data needs a directory}; shift ;;
    --port) api_port=${2:?--port needs a number}; shift ;;
    --help | -h) usage; exit 0 ;;
    *) say "unknown option: $1"; usage >&2; exit 2 ;;
  esac
  shift
done
pids=() names=() own_postgres=''

# stop_all: in the order opposite to the start, so that everything can hand over what it holds. Ends only what we started, by pid.
stop_all() {
  local status=$? i
  trap - EXIT INT TERM
  [ ${#pids[@]} -eq 0 ] || say "Stopping."
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
    kill -TERM "${pids[i]}" 2>/dev/null || continue
    for _ in $(seq 300); do
      kill -0 "${pids[i]}" 2>/dev/null || break
      sleep 0.1
    done
    if kill -KILL "${pids[i]}" 2>/dev/null; then say "${names[i]} did not stop within 30 s and was ended."; fi
  done
  [ -z "$own_postgres" ] || infra/postgres/cluster.sh stop "$data/postgres" >/dev/null || true
  [ -z "$demo" ] || rm -rf "$data"
  exit "$status"
}
trap stop_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# start NAME COMMAND...: in the background, in a process group of its own (so that Ctrl-C reaches us first), its output in a log file.
start() {
  local name=$1
  shift
  setsid "$@" >>"$data/logs/$name.log" 2>&1 &
  pids+=($!)
  names+=("$name")
}

# ready NAME PATH PORT: waits until the newest process answers there.
ready() {
  local pid=${pids[-1]}
  for _ in $(seq 600); do
    http_ok "$2" "$3" 2>/dev/null && return 0
    kill -0 "$pid" 2>/dev/null || { tail -n 20 "$data/logs/$1.log" >&2; die "$1 stopped while starting; its log is $data/logs/$1.log"; }
    sleep 0.1
  done
  tail -n 20 "$data/logs/$1.log" >&2
  die "$1 is not ready after 60 s; its log is $data/logs/$1.log"
}

need_dotnet
[ -n "${PIPELINE_POSTGRES:-}" ] || has_postgres || need_packages postgresql
[ -n "$demo" ] || optional_packages "${ebpf_packages[@]}"
if [ -n "$demo" ]; then
  data=$(mktemp -d "${TMPDIR:-/tmp}/pipeline-demo.XXXXXX")
  # The database does not run as root, and must be able to enter its directory.
  chmod 755 "$data"
  api_port=$(free_port)
elif [ -z "$data" ]; then
  data=.data
  # Started by root, the database runs as user postgres, which may not be able to get here (/root is closed to it).
  if [ "$(id -u)" = 0 ] && id postgres >/dev/null 2>&1 && ! runuser -u postgres -- test -x "$PWD"; then
    data=/var/lib/container-alarms
    say "PostgreSQL's user cannot enter $PWD; the data goes to $data instead (--data chooses another place)."
  fi
fi
mkdir -p "$data"
data=$(cd "$data" && pwd)
[ -n "$demo" ] || ! port_taken "$api_port" || die "port $api_port on 127.0.0.1 is taken; choose another with --port N, or stop what runs there"
mkdir -p "$data/logs"

say "Building (the first time takes about a minute)."
projects=(pipeline/Host agents/NodeAgent)
[ -n "${KAFKA_BOOTSTRAP_SERVERS:-}" ] || projects+=(infra/DevBroker)
for project in "${projects[@]}"; do
  dotnet build "$project" -c Release -v q --nologo >"$data/logs/build.log" 2>&1 || { cat "$data/logs/build.log" >&2; die "the build of $project failed"; }
done

if [ -z "${PIPELINE_POSTGRES:-}" ]; then
  say "Starting a private PostgreSQL in $data/postgres."
  infra/postgres/cluster.sh start "$data/postgres" >>"$data/logs/postgres-start.log" 2>&1 ||
    { cat "$data/logs/postgres-start.log" >&2; die "PostgreSQL did not start"; }
  own_postgres=1
  PIPELINE_POSTGRES=$(infra/postgres/cluster.sh url "$data/postgres")
fi
export PIPELINE_POSTGRES

if [ -z "${KAFKA_BOOTSTRAP_SERVERS:-}" ]; then
  # Agents and pipeline find the broker again after a restart, so its port is chosen once.
  [ -s "$data/broker.port" ] || free_port >"$data/broker.port"
  broker_port=$(<"$data/broker.port")
  ! port_taken "$broker_port" || die "port $broker_port, chosen for the log at an earlier start, is taken; remove $data/broker.port to choose another"
  health_port=$(free_port)
  say "Starting the log (infra/DevBroker: one node, no replication; use Apache Kafka in production) on 127.0.0.1:$broker_port."
  start broker dotnet infra/DevBroker/bin/Release/net10.0/devbroker.dll --data "$data/broker" --port "$broker_port" --health-port "$health_port"
  ready broker /health "$health_port"
  KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:$broker_port
fi
export KAFKA_BOOTSTRAP_SERVERS

say "Starting the pipeline."
start pipeline dotnet pipeline/Host/bin/Release/net10.0/alarmctl.dll serve --create-topics --listen "http://127.0.0.1:$api_port"
ready pipeline /readyz "$api_port"
export ALARMCTL_URL=http://127.0.0.1:$api_port
alarmctl() { dotnet pipeline/Host/bin/Release/net10.0/alarmctl.dll "$@"; }
agent() { echo agents/NodeAgent/bin/Release/net10.0/node-agent.dll; }

if [ -n "$demo" ]; then
  say "Feeding recorded containers through the node agent's file source:"
  say "$(printf '  %s\n' infra/demo/containers/*.json)"
  dotnet "$(agent)" run --once --node demo --state "$data/agent" --file infra/demo/containers >>"$data/logs/agent.log" 2>&1 ||
    { tail -n 20 "$data/logs/agent.log" >&2; die "the node agent failed"; }
  expected=$(grep -v '^#' infra/demo/expected.csv)
  # Agent and pipeline are decoupled by the log: what the agent has handed over is an alarm a moment later.
  deadline=$((SECONDS + 30))
  while
    found=$(alarmctl alarms list --limit 500 --format csv --columns container,rule,severity,content | tail -n +2 | LC_ALL=C sort)
    [ "$found" != "$expected" ] && [ "$SECONDS" -lt "$deadline" ]
  do sleep 0.2; done
  alarmctl alarms list --limit 500 --columns severity,rule,container,content
  if [ "$found" != "$expected" ]; then
    diff <(printf '%s\n' "$expected") <(printf '%s\n' "$found") >&2 || true
    die "these are not the expected alarms (above: < expected, > found)"
  fi
  say "These are the expected alarms. Start the real thing with ./run.sh"
  exit 0
fi

say "Starting the node agent."
start agent dotnet "$(agent)" run --state "$data/agent" --docker-socket "${DOCKER_SOCKET:-/var/run/docker.sock}"
cat <<TEXT

The system is up.
  API            http://127.0.0.1:$api_port/api/alarms
  API document   http://127.0.0.1:$api_port/api/openapi.json
  Metrics        http://127.0.0.1:$api_port/metrics
  Log (Kafka)    $KAFKA_BOOTSTRAP_SERVERS
  Logs           $data/logs

Try next
  docker run --rm --privileged busybox true
  ALARMCTL_URL=$ALARMCTL_URL ./alarmctl alarms list
  docker inspect CONTAINER | ./alarmctl check -

Ctrl-C stops everything; the next ./run.sh finds its data.
TEXT

# wait -n: the first that ends by itself ends the whole, with its log.
wait -n "${pids[@]}" || true
for i in "${!pids[@]}"; do
  kill -0 "${pids[i]}" 2>/dev/null || { tail -n 20 "$data/logs/${names[i]}.log" >&2; die "${names[i]} stopped by itself; its log is $data/logs/${names[i]}.log"; }
done
