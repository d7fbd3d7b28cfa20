#!/usr/bin/env bash
# Functions that run.sh, test.sh and alarmctl share: finding the SDK and installing the Debian packages that are missing.
# Meant to be sourced: . infra/setup.sh

say() { printf '%s\n' "$*" >&2; }

die() {
  say "error: $*"
  exit 1
}

# need_dotnet: the one thing that must be there before us.
need_dotnet() {
  command -v dotnet >/dev/null 2>&1 ||
    die "the .NET 10 SDK is missing (no 'dotnet' on the PATH). Install the package dotnet-sdk-10.0 and run this again."
  local version
  version=$(dotnet --version 2>/dev/null) || die "'dotnet --version' failed in $PWD; global.json asks for SDK 10.0.100 or newer."
  case $version in
    10.*) ;;
    *) die "SDK $version was found, but this needs 10.0.100 or newer of the 10.0 line." ;;
  esac
  export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo -- "$@"
  else
    die "this needs root for: $* (no sudo here). Run it once as root, or install the packages by hand."
  fi
}

# need_packages PACKAGE...: installs those Debian packages of the list that are missing; says so before it does.
need_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null 2>&1 || die "these packages are missing and there is no apt-get to install them: ${missing[*]}"
  say "Installing Debian packages: ${missing[*]}"
  # PostgreSQL's package makes and starts a cluster of its own unless told not to; ours is private to the data directory.
  if [ ! -e /etc/postgresql-common/createcluster.conf ] && [[ " ${missing[*]} " == *" postgresql "* ]]; then
    as_root mkdir -p /etc/postgresql-common
    echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
  fi
  # Waits for another apt that is at work, asks nothing, keeps settings that are there.
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold)
  local install=("${apt[@]}" --no-install-recommends install "${missing[@]}")
  as_root "${install[@]}" >/dev/null 2>&1 || {
    as_root "${apt[@]}" update >/dev/null || die "apt-get update failed"
    as_root "${install[@]}" >&2 || die "could not install: ${missing[*]}"
  }
}

# optional_packages: what is useful but not needed. Where it cannot be had that is only said; what needs it says so too.
optional_packages() { (need_packages "$@") || say "Going on without: $*"; }

# What the node agent's eBPF programs are built with, and loaded with.
# shellcheck disable=SC2034 # used by those who source this
ebpf_packages=(clang llvm libbpf-dev libbpf1)

# What the node agent is linked with when it is published as a native program.
# shellcheck disable=SC2034 # used by those who source this
native_packages=(clang zlib1g-dev libc6-dev)

# has_postgres: whether PostgreSQL's server binaries are on this machine (Debian keeps them out of the PATH).
has_postgres() {
  [ -n "${PG_BIN:-}" ] || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null 2>&1
}

# free_port: a TCP port on loopback that nobody listens on now.
free_port() {
  local port
  for _ in $(seq 50); do
    port=$((20000 + RANDOM % 12000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      return 0
    fi
  done
  die "found no free TCP port on 127.0.0.1"
}

port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# http_ok URL-PATH PORT: whether GET answers 200, with bash alone (curl is not a given).
http_ok() {
  local line
  exec 3<>"/dev/tcp/127.0.0.1/$2" 2>/dev/null || return 1
  printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$1" >&3
  IFS= read -r -t 5 line <&3 || line=''
  exec 3<&- 3>&-
  [[ $line == *' 200 '* ]]
}
