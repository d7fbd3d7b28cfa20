using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using Pipeline.Archive;
using Pipeline.Archive.Stores;
using Pipeline.Detection;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;
using Pipeline.Replay;
using Pipeline.Replay.Sources;
using Pipeline.Schemas;
using Testing.Scripts;

namespace Replay.Tests;

/// <summary>A log in memory: records by partition, nodes spread over them as their names fall.</summary>
internal sealed class SomeLog
{
    public const string Topic = "node-events";

    private readonly List<RawRecord>[] _partitions;

    private SomeLog(int partitions) => _partitions = [.. Enumerable.Range(0, partitions).Select(_ => new List<RawRecord>())];

    public IReadOnlyList<RawRecord>[] Partitions => _partitions;

    /// <param name="size">Asked for each batch.</param>
    public static SomeLog Of(IEnumerable<ScriptedEvent> events, int partitions, Func<int> size)
    {
        var log = new SomeLog(partitions);
        foreach (IGrouping<string, ScriptedEvent> node in events.GroupBy(e => e.Node.Node.Value))
        {
            foreach (EventBatch batch in Batches.Of(node, size)) log.Add(node.Key, Encode(batch));
        }

        return log;
    }

    public static SomeLog Of(IEnumerable<(string Node, byte[] Value)> records, int partitions)
    {
        var log = new SomeLog(partitions);
        foreach ((string node, byte[] value) in records) log.Add(node, value);
        return log;
    }

    /// <summary>What the pipeline would say: every partition on a kernel of its own.</summary>
    public ImmutableArray<DetectedEvent> Live(ImmutableArray<DetectorFactory> detectors) =>
        [.. _partitions.SelectMany(partition => Live(partition, new PartitionKernel(detectors)))];

    public async Task ArchiveAsync(IArchiveStore store, long rollBytes = 20_000)
    {
        var options = new ArchiveOptions { RollBytes = rollBytes, BlockBytes = 4000 };
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        for (int i = 0; i < _partitions.Length; i++)
        {
            using PartitionWriter writer = await PartitionWriter.OpenAsync(store, Topic, i, options, TimeProvider.System, cancellation);
            foreach (RawRecord record in _partitions[i]) await writer.AddAsync(record, cancellation);
            await writer.SealAsync(cancellation);
        }
    }

    /// <summary>The same log as a broker serves it.</summary>
    public IReplayLog AsLive(long oldest = 0) => new LiveLog(_partitions, oldest);

    public static byte[] Encode(EventBatch batch)
    {
        var bytes = new ArrayBufferWriter<byte>();
        NodeEventsCodec.Encode(batch, bytes);
        return bytes.WrittenSpan.ToArray();
    }

    private static IEnumerable<DetectedEvent> Live(List<RawRecord> partition, PartitionKernel kernel)
    {
        var batch = new EventBatch();
        foreach (RawRecord record in partition)
        {
            NodeEventsCodec.Decode(record.Value, batch, DecodeLimits.Default).IsOk.ShouldBeTrue();
            foreach (AlarmEvent e in kernel.Feed(batch)) yield return (DetectedEvent)e;
        }
    }

    private void Add(string node, byte[] value)
    {
        int partition = (int)((uint)node.Aggregate(17, (hash, c) => unchecked(hash * 31 + c)) % (uint)_partitions.Length);
        List<RawRecord> records = _partitions[partition];
        records.Add(new RawRecord(partition, records.Count, 1_772_359_200_000, Encoding.UTF8.GetBytes(node), [], value));
    }

    private sealed class LiveLog(IReadOnlyList<RawRecord>[] partitions, long oldest) : IReplayLog
    {
        public ImmutableArray<LogExtent> Extents() =>
            [.. partitions.Select((p, i) => new LogExtent(i, Math.Min(oldest, p.Count), p.Count))];

        public IReadOnlyDictionary<int, long> OffsetsAt(DateTimeOffset time) => ImmutableDictionary<int, long>.Empty;

        public IEnumerable<ReplayRecord> Read(int partition, long from, long end, CancellationToken cancellation) => partitions[partition]
            .Where(r => r.Offset >= from && r.Offset < end).Select(r => new ReplayRecord(r.Offset, r.Key, ArchivedForm.Raw, r.Value));
    }
}

/// <summary>Replays in tests.</summary>
internal static class Replayed
{
    public static IReplayPolicy BuiltIn { get; } = new FixedPolicy(Catalog.Detectors, "built-in", joinsNodes: false);

    public static ReplayRequest All { get; } = new(SomeLog.Topic, DateTimeOffset.MinValue, DateTimeOffset.MaxValue);

    public static Task<ReplayResult> RunAsync(IArchiveStore? store, ReplayRequest request, IReplayLog? log = null,
        IReplayPolicy? policy = null) =>
        new ReplayRun(store, log, policy ?? BuiltIn, TimeProvider.System)
            .RunAsync(request, new ReplayProgress(TimeProvider.System), TestContext.Current.CancellationToken);
}
