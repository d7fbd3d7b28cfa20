#!/usr/bin/python3
"""Rebuilds how every alarm stands from the alarms topic, with Debian's python3-confluent-kafka and python3-avro.

    alarms_consumer.py BOOTSTRAP TOPIC SCHEMAS

SCHEMAS is the folder schemas/versions of this repository. Reads the topic from its beginning to its end at that time and prints one JSON
object for each alarm. Standard error says how many events there were and how many of them had come before.
"""

import io
import json
import re
import sys

from avro.io import BinaryDecoder, DatumReader
from avro.schema import parse
from confluent_kafka import Consumer, TopicPartition

FRAMING = 10  # C3 01 and the schema's fingerprint


class Alarm:
    """The fold: what the events of one alarm, in their order, say of it."""

    def __init__(self, raised):
        self.facts = {"id": raised["alarmId"], "state": "open", "occurrences": 1, "firstSeen": raised["at"], "lastSeen": raised["at"],
                      "type": kebab(raised["type"]), "ruleId": raised["ruleId"], "title": raised["title"], "subject": raised["subject"],
                      "content": [item["content"] for item in raised["content"]], "confirmedAt": None, "acknowledgedAt": None,
                      "assignee": "", "resolvedAt": None, "verdict": None}
        self.judge(raised)
        self.locate(raised)

    def apply(self, event):
        kind, facts = event["event"], self.facts
        if kind in ("confirmed", "recurred", "escalated"):
            facts["lastSeen"] = max(facts["lastSeen"], event["at"])
        if kind == "confirmed":
            facts["confirmedAt"] = facts["confirmedAt"] or event["at"]
        elif kind == "recurred":
            facts["occurrences"] = max(facts["occurrences"], event["occurrences"])
        elif kind == "amended":
            self.locate(event)
        elif kind == "escalated":
            self.judge(event)
            # What was judged was less: it is open again.
            if facts["state"] in ("handled", "closed"):
                facts.update(state="open", acknowledgedAt=None, resolvedAt=None, verdict=None)
        elif kind == "action":
            self.handle(event)
        # Other kinds may be added; an alarm stands where it stood.

    def judge(self, event):
        self.facts.update(severity=kebab(event["severity"]), outcome=kebab(event["outcome"]))

    def locate(self, event):
        for name in ("node", "containerId", "containerName", "image", "namespace", "pod", "workload"):
            self.facts[name] = event[name]

    def handle(self, event):
        facts = self.facts
        facts["state"] = kebab(event["state"])
        if not event["acknowledged"]:
            facts["acknowledgedAt"] = None
        elif event["action"] == "Acknowledge":
            facts["acknowledgedAt"] = event["at"]
        if event["action"] in ("Assign", "Unassign"):
            facts["assignee"] = event["assignee"]
        if event["action"] in ("Handle", "Ignore", "Close", "Whitelist"):
            facts["resolvedAt"] = event["at"]
            facts["verdict"] = kebab(event["verdict"]) or None
        elif facts["state"] in ("open", "acknowledged"):
            facts["resolvedAt"] = facts["verdict"] = None


def kebab(word):
    return re.sub(r"(?<!^)([A-Z])", r"-\1", word).lower()


def schema_of(headers, folder, known={}):
    """The schema that the message says it was written with: urn:avro:alarms:2 is alarms/v2.avsc."""
    name = headers["ce_dataschema"]
    if name not in known:
        subject, version = name.split(":")[2:]
        with open(f"{folder}/{subject}/v{version}.avsc", encoding="utf-8") as file:
            known[name] = parse(file.read())
    return known[name]


def messages(bootstrap, topic):
    """Everything that is in the topic now."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "alarms-consumer", "enable.auto.commit": False})
    partitions = consumer.list_topics(topic, timeout=30).topics[topic].partitions
    starts, ends = [], {}
    for partition in partitions:
        first, end = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=30)
        if end > first:
            starts.append(TopicPartition(topic, partition, first))
            ends[partition] = end
    consumer.assign(starts)
    while ends:
        message = consumer.poll(30)
        if message is None:
            raise SystemExit("no message within 30 s")
        if message.error():
            raise SystemExit(str(message.error()))
        yield message
        if message.offset() + 1 >= ends.get(message.partition(), 0):
            ends.pop(message.partition(), None)
    consumer.close()


def main(bootstrap, topic, folder):
    alarms, seen, again = {}, set(), 0
    for message in messages(bootstrap, topic):
        headers = {name: value.decode() for name, value in message.headers()}
        if headers["ce_id"] in seen:
            again += 1
            continue
        seen.add(headers["ce_id"])
        event = DatumReader(schema_of(headers, folder)).read(BinaryDecoder(io.BytesIO(message.value()[FRAMING:])))
        if event["event"] == "raised":
            alarms[event["alarmId"]] = Alarm(event)
        else:
            alarms[event["alarmId"]].apply(event)
    for alarm in alarms.values():
        print(json.dumps(alarm.facts, default=lambda time: time.isoformat()))
    print(f"{len(seen)} events, {again} of them more than once", file=sys.stderr)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
