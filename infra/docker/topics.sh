#!/bin/sh
# One-shot step of docker-compose.yml: makes the topics that are missing, and changes none that are there.
set -eu
topics=/opt/kafka/bin/kafka-topics.sh
make_topic() {
  name=$1
  partitions=$2
  shift 2
  "$topics" --bootstrap-server "$KAFKA_BOOTSTRAP_SERVERS" --create --if-not-exists --topic "$name" --partitions "$partitions" --replication-factor 1 "$@"
}
# Raw events: the record. Seven days here; the archive is for longer.
make_topic node-events 8 --config retention.ms=604800000 --config compression.type=producer
make_topic alarms 8 --config retention.ms=2592000000
make_topic dead-letters 1 --config retention.ms=2592000000 --config max.message.bytes=2097152
