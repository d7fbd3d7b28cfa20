using System.Collections.Immutable;
using Confluent.Kafka;
using Pipeline.Archive;
using Pipeline.Ingest.Reading;
using Pipeline.Replay.Sources;

namespace Pipeline.Host.Commands.Replaying;

/// <summary>The live log for a replay. Each reading has a consumer of its own, so that partitions are read side by side.</summary>
internal sealed class KafkaReplayLog(LogAddress address) : IReplayLog
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    public ImmutableArray<LogExtent> Extents()
    {
        using var reader = new LogReader(address);
        return [.. reader.Extents().Select(e => new LogExtent(e.Partition, e.Oldest, e.End))];
    }

    public IReadOnlyDictionary<int, long> OffsetsAt(DateTimeOffset time)
    {
        using var reader = new LogReader(address);
        return reader.OffsetsAt(time, reader.Extents().Select(e => e.Partition));
    }

    public IEnumerable<ReplayRecord> Read(int partition, long from, long end, CancellationToken cancellation)
    {
        using var reader = new LogReader(address);
        reader.Assign([(partition, from)]);
        while (reader.Read(Silence) is { } read)
        {
            cancellation.ThrowIfCancellationRequested();
            if (read.Offset.Value >= end) yield break;
            yield return Record(read);
            if (read.Offset.Value + 1 >= end) yield break;
        }

        // Nothing more up to the end: what stands there is a transaction's mark, or was compacted away.
    }

    private static ReplayRecord Record(ConsumeResult<byte[]?, byte[]?> read) => new(
        read.Offset.Value, read.Message.Key, read.Message.Value is null ? ArchivedForm.None : ArchivedForm.Raw, read.Message.Value);
}
