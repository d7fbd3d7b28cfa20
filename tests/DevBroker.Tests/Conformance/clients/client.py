"""Does one thing with confluent-kafka, told as JSON in the first argument or on standard input, and answers in JSON."""
import json
import signal
import sys

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions, NewTopic

ASK = json.loads(sys.argv[1] if len(sys.argv) > 1 else sys.stdin.read())
SERVER = {"bootstrap.servers": ASK["bootstrap"]}
PATIENCE = 30


def text(raw):
    return None if raw is None else raw.decode()


def shown(message):
    return {
        "partition": message.partition(),
        "offset": message.offset(),
        "key": text(message.key()),
        "value": text(message.value()),
        "timestamp": message.timestamp()[1],
        "headers": {name: text(value) for name, value in message.headers() or []},
    }


def consumer(group):
    return Consumer(dict(SERVER, **{
        "group.id": group,
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "session.timeout.ms": 6000,
        "heartbeat.interval.ms": 200,
        "partition.assignment.strategy": ASK.get("strategy", "range"),
    }))


def produce():
    failures = []
    producer = Producer(dict(SERVER, **{
        "compression.codec": ASK["compression"],
        "enable.idempotence": ASK["idempotent"],
        "message.max.bytes": 20000000,
        "linger.ms": 5,
    }))
    for message in ASK["messages"]:
        producer.produce(
            ASK["topic"],
            key=message["key"],
            value=message["value"],
            partition=message["partition"],
            timestamp=message["timestamp"] or 0,
            headers=list(message["headers"].items()),
            on_delivery=lambda error, _: failures.append(str(error)) if error else None,
        )
        producer.poll(0)
    left = producer.flush(PATIENCE)
    return {"failures": failures + ["not delivered"] * left}


def take(source, count):
    taken = []
    while len(taken) < count:
        message = source.poll(PATIENCE)
        if message is None:
            raise RuntimeError("nothing came")
        if message.error():
            raise KafkaException(message.error())
        taken.append(message)
    return taken


def read():
    source = consumer("reader")
    source.assign([TopicPartition(ASK["topic"], i, 0) for i in range(ASK["partitions"])])
    taken = take(source, ASK["count"])
    source.close()
    return {"messages": [shown(message) for message in taken]}


def consume():
    source = consumer(ASK["group"])
    source.subscribe([ASK["topic"]])
    taken = take(source, ASK["count"])
    source.commit(message=taken[-1], asynchronous=False)
    source.close()
    return {"messages": [shown(message) for message in taken]}


def member():
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    source = consumer(ASK["group"])

    def tell(held):
        print("ASSIGNED", ",".join(str(p.partition) for p in held), flush=True)

    source.subscribe([ASK["topic"]], on_assign=lambda _, held: tell(held), on_revoke=lambda *_: tell([]))
    while not stopped:
        source.poll(0.1)
    source.close()
    return {}


def times():
    found = consumer("times").offsets_for_times([TopicPartition(ASK["topic"], 0, ASK["timestamp"])], PATIENCE)
    return {"offset": found[0].offset}


def admin():
    client = AdminClient(SERVER)
    topic = ASK["topic"]
    resource = ConfigResource("topic", topic)
    if ASK["call"] == "create":
        new = NewTopic(topic, ASK["partitions"], 1, config=ASK["config"])
        client.create_topics([new])[topic].result()
    elif ASK["call"] == "grow":
        client.create_partitions([NewPartitions(topic, ASK["partitions"])])[topic].result()
    elif ASK["call"] == "delete":
        client.delete_topics([topic])[topic].result()
    elif ASK["call"] == "alter":
        for name, value in ASK["config"].items():
            resource.set_config(name, value)
        client.alter_configs([resource])[resource].result()
    elif ASK["call"] == "describe":
        settings = client.describe_configs([resource])[resource].result()
        return {"config": {name: entry.value for name, entry in settings.items()}}
    elif ASK["call"] == "partitions":
        topics = client.list_topics(timeout=PATIENCE).topics
        return {"partitions": len(topics[topic].partitions) if topic in topics else 0}
    elif ASK["call"] == "groups":
        return {"groups": [group.id for group in client.list_groups(timeout=PATIENCE)]}
    return {}


print(json.dumps({"produce": produce, "read": read, "consume": consume, "member": member, "times": times, "admin": admin}[ASK["do"]]()))
