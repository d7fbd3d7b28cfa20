using System.Collections.Immutable;
using Confluent.Kafka;
using Pipeline.Archive;
using Pipeline.Archive.Stores;
using Pipeline.Ingest.Reading;

namespace Pipeline.Host.Commands.Archiving;

/// <summary>Carries the log into an archive, each partition from where its archive ends.</summary>
internal sealed class LogArchiver(IArchiveStore store, LogAddress address, ArchiveOptions options, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <param name="toEnd">Whether to seal everything and end at what is the end of the log when it begins; else it follows the
    /// log.</param>
    /// <returns>Records that were archived.</returns>
    /// <exception cref="ArchiveException">The archive is at work elsewhere, or broken.</exception>
    /// <exception cref="NodeLogException">The log cannot be read.</exception>
    public async Task<long> RunAsync(bool toEnd, CancellationToken cancellation)
    {
        using IDisposable held = store.TryLock() ?? throw new ArchiveException($"{store.Location} is being written by another process");
        using var reader = new LogReader(address);
        ImmutableArray<PartitionExtent> extents = reader.Extents();
        var writers = new Dictionary<int, PartitionWriter>();
        try
        {
            foreach (PartitionExtent extent in extents) writers.Add(extent.Partition, await OpenAsync(extent, cancellation));
            reader.Assign(extents.Select(e => (e.Partition, StartOf(e, writers[e.Partition]))));
            long taken = toEnd ? await ReadToEndAsync(reader, extents, writers, cancellation)
                : await FollowAsync(reader, writers, cancellation);

            // What came before the signal is sealed, so that a stop is not a reason to read it again.
            foreach (PartitionWriter writer in writers.Values) await writer.SealAsync(CancellationToken.None);
            return taken;
        }
        finally
        {
            foreach (PartitionWriter writer in writers.Values) writer.Dispose();
        }
    }

    private static long StartOf(PartitionExtent extent, PartitionWriter writer) => Math.Max(extent.Oldest, writer.NextOffset ?? 0);

    private async Task<PartitionWriter> OpenAsync(PartitionExtent extent, CancellationToken cancellation)
    {
        PartitionWriter writer = await PartitionWriter.OpenAsync(store, address.Topic, extent.Partition, options, time, cancellation);
        if (writer.NextOffset > extent.End)
        {
            throw new ArchiveException(
                $"the archive of partition {extent.Partition} ends at offset {writer.NextOffset}, the log already at {extent.End}: "
                + "it was cut or replaced. Archive it to another place");
        }

        writer.NoteBeginning(extent.Oldest);
        return writer;
    }

    private static async Task<long> ReadToEndAsync(
        LogReader reader, ImmutableArray<PartitionExtent> extents, Dictionary<int, PartitionWriter> writers, CancellationToken cancellation)
    {
        Dictionary<int, long> open = extents.Where(e => StartOf(e, writers[e.Partition]) < e.End)
            .ToDictionary(e => e.Partition, e => e.End);
        long taken = 0;
        int silences = 0;
        while (open.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            if (reader.Read(Patience) is not { } read)
            {
                // The end of a log may be a transaction's mark, which nobody is given.
                if (++silences > 20) break;
                continue;
            }

            silences = 0;
            int partition = read.Partition.Value;
            if (!open.TryGetValue(partition, out long end)) continue;
            if (read.Offset.Value < end)
            {
                await writers[partition].AddAsync(Record(read), cancellation);
                taken++;
            }

            if (read.Offset.Value + 1 < end) continue;
            open.Remove(partition);
            reader.Close(partition);
        }

        return taken;
    }

    private static async Task<long> FollowAsync(LogReader reader, Dictionary<int, PartitionWriter> writers, CancellationToken cancellation)
    {
        long taken = 0;
        while (!cancellation.IsCancellationRequested)
        {
            if (reader.Read(Patience) is { } read)
            {
                await writers[read.Partition.Value].AddAsync(Record(read), CancellationToken.None);
                taken++;
            }

            foreach (PartitionWriter writer in writers.Values) await writer.SealIfOldAsync(CancellationToken.None);
        }

        return taken;
    }

    private static RawRecord Record(ConsumeResult<byte[]?, byte[]?> read) => new(
        read.Partition.Value, read.Offset.Value, read.Message.Timestamp.UnixTimestampMs, read.Message.Key,
        read.Message.Headers is { } headers ? [.. headers.Select(h => new RecordHeader(h.Key, h.GetValueBytes()))] : [],
        read.Message.Value);
}
