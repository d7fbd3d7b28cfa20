#!/usr/bin/env bash
# A private PostgreSQL cluster in one directory, from the system's binaries.
#
#   cluster.sh start DIR    makes the cluster if need be, and starts it; fine when it runs already
#   cluster.sh stop DIR     stops it; fine when it does not run
#   cluster.sh status DIR   says whether it runs; exit code 3 when it does not
#   cluster.sh url DIR      prints the connection string for Npgsql, with the generated password
#
# The server never runs as root: started by root, it runs as user postgres (or nobody). It listens on 127.0.0.1, on a free port that is chosen once and
# kept in DIR/port, with a generated password kept in DIR/password; and on a socket in DIR/socket, which only its own user and root can reach.
# PG_BIN names the directory of initdb and postgres where they are not in the usual place.
set -euo pipefail
umask 077
export LC_ALL=C
unset PGDATA PGHOST PGPORT PGUSER PGDATABASE PGPASSWORD PGOPTIONS PGSERVICE

readonly role=pipeline
readonly database=pipeline

fail() {
  echo "cluster.sh: $*" >&2
  exit 1
}

usage() {
  sed -n 's/^#   //p' "$0" >&2
  exit 64
}

# The version that made the data, else the newest.
find_binaries() {
  local version candidate
  if [[ -n ${PG_BIN:-} ]]; then
    [[ -x $PG_BIN/postgres && -x $PG_BIN/initdb ]] || fail "PG_BIN is $PG_BIN, but there is no initdb and postgres in it"
    echo "$PG_BIN"
    return
  fi
  if [[ -r $dir/data/PG_VERSION ]]; then
    version=$(<"$dir/data/PG_VERSION")
    candidate=/usr/lib/postgresql/$version/bin
    if [[ -x $candidate/postgres ]]; then
      echo "$candidate"
      return
    fi
  fi
  while read -r candidate; do
    if [[ -x $candidate/postgres && -x $candidate/initdb ]]; then
      echo "$candidate"
      return
    fi
  done < <(
    printf '%s\n' /usr/lib/postgresql/*/bin | sort -t/ -k5,5 -Vr
    if command -v pg_config >/dev/null; then pg_config --bindir; fi
    if command -v postgres >/dev/null; then dirname "$(command -v postgres)"; fi
  )
  fail "no PostgreSQL server here; on Debian: apt-get install postgresql (or set PG_BIN to the directory that has initdb)"
}

# Root gives its place to a user of no rights. Descriptor 9 is the lock, which a server must not keep.
as_owner() {
  if [[ $(id -u) -ne 0 ]]; then
    "$@" 9>&-
  elif command -v runuser >/dev/null; then
    runuser -u "$owner" -- "$@" 9>&-
  else
    setpriv --reuid="$owner" --regid="$(id -g "$owner")" --clear-groups -- "$@" 9>&-
  fi
}

prepare_directory() {
  mkdir -p "$dir"
  if [[ $(id -u) -eq 0 ]]; then
    if [[ $(stat -c %U "$dir") != "$owner" ]]; then chown -R "$owner:$(id -gn "$owner")" "$dir"; fi
    as_owner test -x "$dir" ||
      fail "user $owner, as whom PostgreSQL runs when root starts it, cannot enter $dir: a directory above it is closed to others; choose another place, such as /var/lib/alarm-pipeline"
  elif [[ ! -O $dir ]]; then
    fail "$dir belongs to user $(stat -c %U "$dir"); run this as that user or as root"
  fi
  chmod 700 "$dir"
  cd "$dir"
}

take_turn() {
  exec 9>"$dir/lock"
  if command -v flock >/dev/null; then flock 9; fi
}

# Outside of the range that the system gives to outgoing connections.
free_port() {
  local port
  for _ in {1..100}; do
    port=$((20000 + RANDOM % 12000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      return
    fi
  done
  fail "no free port found between 20000 and 32000"
}

settings() {
  # The server's limit for the path of a socket is 107 bytes, its file name takes up to 15.
  local sockets=$dir/socket
  if ((${#sockets} > 91)); then sockets=; fi
  cat <<SETTINGS
# A small machine that does other things too.
listen_addresses = '127.0.0.1'
unix_socket_directories = '$sockets'
unix_socket_permissions = 0700
password_encryption = 'scram-sha-256'
max_connections = 100
shared_buffers = 256MB
work_mem = 8MB
maintenance_work_mem = 64MB
max_wal_size = 2GB
wal_compression = on
checkpoint_completion_target = 0.9
random_page_cost = 1.1
# A week of logs, no more.
logging_collector = on
log_directory = '$dir/log'
log_filename = 'postgresql-%a.log'
log_rotation_age = 1d
log_rotation_size = 0
log_truncate_on_rotation = on
log_line_prefix = '%m [%p] %q%a '
log_min_duration_statement = 1000
SETTINGS
}

make_cluster() {
  [[ -e $dir/data/PG_VERSION ]] && return
  [[ $dir != *"'"* ]] || fail "a directory with a quote in its name is not supported: $dir"
  echo "making a PostgreSQL cluster in $dir" >&2
  as_owner rm -rf "$dir/data.new"
  as_owner mkdir -p "$dir/socket" "$dir/log"
  as_owner chmod 700 "$dir/socket" "$dir/log"
  head -c 24 /dev/urandom | base64 | tr '+/' '-_' | as_owner tee "$dir/password" >/dev/null
  as_owner "$bin/initdb" --pgdata="$dir/data.new" --username="$role" --pwfile="$dir/password" --auth-local=trust --auth-host=scram-sha-256 \
    --encoding=UTF8 --locale=C --data-checksums >"$dir/initdb.log" 2>&1 || {
    cat "$dir/initdb.log" >&2
    fail "initdb failed"
  }
  settings | as_owner tee -a "$dir/data.new/postgresql.conf" >/dev/null
  echo "create database $database" | as_owner "$bin/postgres" --single -D "$dir/data.new" postgres >>"$dir/initdb.log" 2>&1 ||
    fail "the database could not be made, see $dir/initdb.log"
  # Only a cluster that is whole gets the name under which it is found again.
  as_owner mv "$dir/data.new" "$dir/data"
}

is_running() {
  [[ -e $dir/data/PG_VERSION ]] && as_owner "$bin/pg_ctl" status --pgdata="$dir/data" >/dev/null 2>&1
}

start() {
  make_cluster
  if is_running; then return; fi
  local kept=no
  [[ -s $dir/port ]] && kept=yes
  for _ in {1..5}; do
    if [[ $kept == no ]]; then free_port | as_owner tee "$dir/port" >/dev/null; fi
    : | as_owner tee "$dir/start.log" >/dev/null
    if as_owner "$bin/pg_ctl" start --wait --timeout=120 --silent --pgdata="$dir/data" --log="$dir/start.log" --options="-p $(<"$dir/port")" </dev/null >/dev/null; then
      return
    fi
    if [[ $kept == yes ]] || ! grep -qs 'Address already in use' "$dir"/start.log "$dir"/log/*; then break; fi
  done
  cat "$dir/start.log" >&2
  fail "PostgreSQL did not start, see $dir/log; when another program has port $(<"$dir/port"), remove $dir/port to have another one chosen"
}

stop() {
  if is_running; then as_owner "$bin/pg_ctl" stop --wait --timeout=120 --silent --mode=fast --pgdata="$dir/data"; fi
}

status() {
  if ! is_running; then
    echo "not running: $dir"
    exit 3
  fi
  echo "running on 127.0.0.1:$(<"$dir/port"): $dir"
}

url() {
  [[ -s $dir/port && -s $dir/password ]] || fail "there is no cluster in $dir; make one with: $0 start $dir"
  echo "Host=127.0.0.1;Port=$(<"$dir/port");Database=$database;Username=$role;Password=$(<"$dir/password")"
}

[[ $# -eq 2 ]] || usage
case $1 in start | stop | status | url) ;; *) usage ;; esac
dir=$(realpath -m -- "$2")
owner=$(id -un)
if [[ $(id -u) -eq 0 ]]; then
  owner=nobody
  if id postgres >/dev/null 2>&1; then owner=postgres; fi
fi
if [[ $1 == url ]]; then
  url
  exit
fi
bin=$(find_binaries)
if [[ $1 == start ]]; then prepare_directory; fi
[[ -d $dir ]] || { [[ $1 == stop ]] && exit 0; status; }
cd "$dir"
if [[ $1 != status ]]; then take_turn; fi
"$1"
