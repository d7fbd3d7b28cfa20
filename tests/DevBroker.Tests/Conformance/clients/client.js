// Does one thing with kafkajs, told as JSON in the first argument or on standard input, and answers in JSON.
'use strict';
const fs = require('fs');
const { createRequire } = require('module');

const load = createRequire(process.env.KAFKA_CLIENTS + '/');
const { CompressionCodecs, CompressionTypes, ConfigResourceTypes, Kafka, logLevel } = load('kafkajs');
const lz4 = load('lz4-napi');

CompressionCodecs[CompressionTypes.Snappy] = load('kafkajs-snappy');
CompressionCodecs[CompressionTypes.LZ4] = () => ({
  compress: (encoder) => lz4.compressFrame(encoder.buffer),
  decompress: (buffer) => lz4.decompressFrame(buffer),
});
const zstd = () => new Promise((resolve) => load('zstd-codec').ZstdCodec.run((codec) => resolve(new codec.Streaming())));
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: async (encoder) => Buffer.from((await zstd()).compress(encoder.buffer)),
  decompress: async (buffer) => Buffer.from((await zstd()).decompress(buffer)),
});

const ask = JSON.parse(process.argv[2] || fs.readFileSync(0, 'utf8'));
const kafka = new Kafka({ clientId: 'conformance', brokers: [ask.bootstrap], logLevel: logLevel.ERROR });
const codecs = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 };
const text = (raw) => (raw === null || raw === undefined ? null : raw.toString());

const shown = (partition, message) => ({
  partition,
  offset: Number(message.offset),
  key: text(message.key),
  value: text(message.value),
  timestamp: Number(message.timestamp),
  headers: Object.fromEntries(Object.entries(message.headers || {}).map(([name, value]) => [name, text(value)])),
});

async function produce() {
  const producer = kafka.producer({ idempotent: ask.idempotent, maxInFlightRequests: 1 });
  await producer.connect();
  const messages = ask.messages.map((message) => ({ ...message, timestamp: message.timestamp ? String(message.timestamp) : undefined }));
  await producer.send({ topic: ask.topic, compression: codecs[ask.compression], messages });
  await producer.disconnect();
  return { failures: [] };
}

async function take(group, count, commit) {
  const consumer = kafka.consumer({ groupId: group, sessionTimeout: 6000, heartbeatInterval: 200, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic: ask.topic, fromBeginning: true });
  const messages = [];
  await new Promise((resolve, reject) => {
    consumer.on(consumer.events.CRASH, (event) => reject(event.payload.error));
    consumer
      .run({
        autoCommit: false,
        eachMessage: async ({ partition, message }) => {
          if (messages.length === count) return;
          messages.push(shown(partition, message));
          if (messages.length < count) return;
          if (commit) await consumer.commitOffsets([{ topic: ask.topic, partition, offset: String(Number(message.offset) + 1) }]);
          resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return { messages };
}

async function member() {
  const consumer = kafka.consumer({ groupId: ask.group, sessionTimeout: 6000, heartbeatInterval: 200, maxWaitTimeInMs: 100 });
  consumer.on(consumer.events.GROUP_JOIN, (event) => console.log('ASSIGNED ' + (event.payload.memberAssignment[ask.topic] || []).join(',')));
  await consumer.connect();
  await consumer.subscribe({ topic: ask.topic, fromBeginning: true });
  await consumer.run({ eachMessage: async () => {} });
  await new Promise((resolve) => process.on('SIGTERM', resolve));
  await consumer.disconnect();
  return {};
}

async function times() {
  const admin = kafka.admin();
  await admin.connect();
  const found = await admin.fetchTopicOffsetsByTimestamp(ask.topic, ask.timestamp);
  await admin.disconnect();
  return { offset: Number(found[0].offset) };
}

async function admin() {
  const client = kafka.admin();
  await client.connect();
  const config = Object.entries(ask.config || {}).map(([name, value]) => ({ name, value }));
  const resource = { type: ConfigResourceTypes.TOPIC, name: ask.topic };
  const calls = {
    create: () => client.createTopics({ topics: [{ topic: ask.topic, numPartitions: ask.partitions, configEntries: config }] }),
    grow: () => client.createPartitions({ topicPartitions: [{ topic: ask.topic, count: ask.partitions }] }),
    delete: () => client.deleteTopics({ topics: [ask.topic] }),
    alter: () => client.alterConfigs({ resources: [{ ...resource, configEntries: config }] }),
    describe: async () => {
      const answer = await client.describeConfigs({ resources: [resource] });
      return { config: Object.fromEntries(answer.resources[0].configEntries.map((entry) => [entry.configName, entry.configValue])) };
    },
    partitions: async () => {
      if (!(await client.listTopics()).includes(ask.topic)) return { partitions: 0 };
      return { partitions: (await client.fetchTopicMetadata({ topics: [ask.topic] })).topics[0].partitions.length };
    },
    groups: async () => ({ groups: (await client.listGroups()).groups.map((group) => group.groupId) }),
  };
  const answer = await calls[ask.call]();
  await client.disconnect();
  return answer && typeof answer === 'object' ? answer : {};
}

const deeds = {
  produce,
  read: () => take('reader-' + process.pid, ask.count, false),
  consume: () => take(ask.group, ask.count, true),
  member,
  times,
  admin,
};
deeds[ask.do]().then(
  (answer) => console.log(JSON.stringify(answer)),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
