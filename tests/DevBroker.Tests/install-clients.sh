#!/usr/bin/env bash
# Installs the Kafka clients that the conformance tests drive: kcat and python3-confluent-kafka from Debian (as root only), kafkajs and
# the codecs it lacks from npm into the git-ignored .work/kafka-clients. What cannot be installed is skipped by the tests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

missing=()
command -v kcat >/dev/null || missing+=(kcat)
/usr/bin/python3 -c 'import confluent_kafka' 2>/dev/null || missing+=(python3-confluent-kafka)
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    apt-get install -y -q "${missing[@]}" || { apt-get update -q && apt-get install -y -q "${missing[@]}"; }
  else
    echo "Not installed, and this is not root on Debian: ${missing[*]}"
  fi
fi

clients=.work/kafka-clients
if [ ! -d "$clients/node_modules/kafkajs" ]; then
  command -v npm >/dev/null || { echo "There is no npm."; exit 1; }
  mkdir -p "$clients"
  [ -f "$clients/package.json" ] || echo '{"private": true}' >"$clients/package.json"
  npm install --prefix "$clients" --no-audit --no-fund --loglevel error \
    kafkajs@2.2.4 kafkajs-snappy@1.1.0 lz4-napi@2.10.0 zstd-codec@0.1.5
fi
