#!/usr/bin/env bash
# Builds everything and runs all tests. See ./test.sh --help.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=infra/setup.sh
. infra/setup.sh

usage() {
  cat <<'TEXT'
Builds everything and runs all tests; the last line says how many passed, failed and were skipped.

  ./test.sh                 all test projects
  ./test.sh NAME...         only the projects whose name contains one of the words (Domain, EndToEnd, ...)
  --no-install              install nothing; tests that need what is missing are skipped and say so
  --help                    this text

Tests that need a container engine, Kafka clients or the third-party fixtures beside the repository skip where these cannot be had.
Environment: KAFKA_BOOTSTRAP_SERVERS, PIPELINE_POSTGRES and DOCKER_HOST name servers to use instead of starting our own;
PIPELINE_TEST_LOG=container runs the tests over the log on Apache Kafka in a container (image: PIPELINE_TEST_KAFKA_IMAGE, apache/kafka:4.1.0),
PIPELINE_TEST_LOG=mock on the Kafka client's own mock broker; PIPELINE_FIXTURES names the folder of fixtures.
TEXT
}

set_up=1 words=()
while [ $# -gt 0 ]; do
  case $1 in
    --no-install) set_up='' ;;
    --help | -h) usage; exit 0 ;;
    -*) say "unknown option: $1"; usage >&2; exit 2 ;;
    *) words+=("$1") ;;
  esac
  shift
done

need_dotnet
if [ -n "$set_up" ]; then
  [ -n "${PIPELINE_POSTGRES:-}" ] || has_postgres || need_packages postgresql
  [ -n "${DOCKER_HOST:-}" ] || command -v dockerd >/dev/null 2>&1 || optional_packages docker.io
  optional_packages "${ebpf_packages[@]}" "${native_packages[@]}" gcc sudo
  # Engines that the node agent's sources are tested on; none of them is started as a service of the machine's.
  optional_packages containerd runc podman
  optional_packages jq busybox-static docker-compose kcat python3-confluent-kafka python3-avro python3-zstandard shellcheck
  # The ground truth for captures; without its driver, which Debian only recommends.
  optional_packages sysdig
  tests/DevBroker.Tests/install-clients.sh >&2 || say "Going on without the JavaScript Kafka client."
fi

say "Building."
dotnet build Pipeline.sln -c Release -v q --nologo
# The tests of the real agent run it natively too, as nodes do; without it they skip that and say so.
if command -v clang >/dev/null 2>&1 && [ -e /usr/include/zlib.h ]; then
  say "Building the native node agent."
  dotnet publish agents/NodeAgent -c Release -r linux-x64 -v q --nologo
else
  rm -rf agents/NodeAgent/bin/Release/net10.0/linux-x64
  say "Going on without the native node agent: clang or zlib1g-dev is missing."
fi
say "Checking the formatting."
dotnet format whitespace Pipeline.sln --verify-no-changes --no-restore
if command -v shellcheck >/dev/null 2>&1; then
  git ls-files -z '*.sh' alarmctl .ci/run | xargs -0 shellcheck -x
fi

wanted() {
  [ ${#words[@]} -gt 0 ] || return 0
  local word
  for word in "${words[@]}"; do [[ $1 == *"$word"* ]] && return 0; done
  return 1
}

passed=0 failed=0 skipped=0 broken=() failures=()
output=$(mktemp)
trap 'rm -f "$output"' EXIT
# count WORD: the number behind it in the test runner's closing summary.
count() { awk -v key="$1:" '$1 == key { n = $2 } END { print n + 0 }' "$output"; }
for project in tests/*.Tests tests/Simulation tests/Attacks tests/EndToEnd; do
  name=$(basename "$project")
  dll=$project/bin/Release/net10.0/$name.dll
  if ! [ -d "$project" ] || ! wanted "$name"; then continue; fi
  say "== $name"
  # Exit code 8: no test ran, which is an error of ours, not a success.
  dotnet "$dll" --no-ansi --no-progress --timeout 20m </dev/null 2>&1 | tee "$output" || broken+=("$name")
  passed=$((passed + $(count succeeded)))
  failed=$((failed + $(count failed)))
  skipped=$((skipped + $(count skipped)))
  mapfile -t -O "${#failures[@]}" failures < <(sed -n 's/^failed \(.*\) (.*)$/\1/p' "$output")
done

# A project that ended badly without counting a failure (a crash, a time-out) is a failure all the same.
if [ ${#broken[@]} -gt 0 ]; then
  say "Failed: ${broken[*]}"
  [ ${#failures[@]} -eq 0 ] || printf '  %s\n' "${failures[@]}" >&2
  [ "$failed" -gt 0 ] || failed=${#broken[@]}
fi
[ $((passed + failed)) -gt 0 ] || { say "no test ran"; failed=1; }
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
