using System.Collections.Immutable;
using Pipeline.Archive;
using Pipeline.Archive.Files;
using Pipeline.Archive.Manifests;
using Pipeline.Archive.Stores;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Replay.Sources;

namespace Pipeline.Replay.Cases;

/// <summary>A message that a case rests on, as it was sent.</summary>
public sealed record CaseRecord(int Partition, long Offset, byte[] Key, byte[] Value);

/// <summary>A manifest of the archive, byte for byte.</summary>
public sealed record CaseManifest(int Partition, long FirstOffset, byte[] Json);

/// <summary>What was found of a window.</summary>
/// <param name="Records">In the order of the log.</param>
/// <param name="Sequences">Numbers in them.</param>
/// <param name="Manifests">Of every segment that one of them is from.</param>
public sealed record CaseRecords(ImmutableArray<CaseRecord> Records, SequenceLedger Sequences, ImmutableArray<CaseManifest> Manifests);

/// <summary>Finds the messages of one boot of a node that hold any of a range of sequence numbers: by manifests, and behind these in the
/// log.</summary>
/// <param name="archive">Null for none.</param>
/// <param name="log">Null for none.</param>
public sealed class CaseRecordReader(IArchiveStore? archive, IReplayLog? log)
{
    /// <summary>More than this is no case any more but a part of the log: copy the segments.</summary>
    private const long MostBytes = 256L * 1024 * 1024;

    /// <exception cref="ReplayException">It is too much.</exception>
    /// <exception cref="ArchiveException">The archive cannot be read.</exception>
    public async Task<CaseRecords> ReadAsync(string topic, NodeBoot node, SequenceRange window, CancellationToken cancellation)
    {
        var found = new Found(node, window);
        ImmutableArray<PartitionIndex> indexes = archive is null ? [] : await ArchiveIndex.ReadAsync(archive, topic, cancellation);
        foreach (SealedSegment segment in indexes.SelectMany(i => i.Segments).Where(s => Holds(s.Manifest, node, window)))
            await ReadAsync(segment, found, cancellation);
        foreach (LogExtent extent in log?.Extents() ?? [])
        {
            long archived = indexes.FirstOrDefault(i => i.Partition == extent.Partition)?.NextOffset ?? 0;
            long from = Math.Max(extent.Oldest, archived);
            if (from >= extent.End || found.Covers) continue;
            foreach (ReplayRecord record in log!.Read(extent.Partition, from, extent.End, cancellation))
            {
                found.Add(extent.Partition, record, record.Value);
                if (found.Covers) break;
            }
        }

        return found.Told();
    }

    private static bool Holds(SegmentManifest segment, NodeBoot node, SequenceRange window) => segment.Nodes.Any(content =>
        content.Node == node.Node.Value && content.Boot == node.Boot.Value
        && content.Ranges.Any(range => range.First <= window.Last && range.Last >= window.First));

    private async Task ReadAsync(SealedSegment segment, Found found, CancellationToken cancellation)
    {
        using SegmentReader reader = await SegmentReader.OpenAsync(archive!, segment.Manifest, segment.Manifest.FirstOffset, cancellation);
        bool taken = false;
        while (await reader.NextBlockAsync(cancellation))
        {
            while (reader.Next(out ArchivedRecord record))
            {
                var replayed = new ReplayRecord(record.Offset, record.Key, record.Form, record.Value);
                taken |= found.Add(record.Partition, replayed, record.Original());
            }
        }

        if (!taken) return;
        string name = ArchiveNames.Manifest(segment.Manifest.Topic, segment.Manifest.Partition, segment.Manifest.FirstOffset);
        byte[] json = await ArchiveIndex.ReadDocumentAsync(archive!, name, cancellation);
        found.Manifests.Add(new CaseManifest(segment.Manifest.Partition, segment.Manifest.FirstOffset, json));
    }

    /// <summary>What was found so far.</summary>
    private sealed class Found(NodeBoot node, SequenceRange window)
    {
        private readonly byte[] _key = System.Text.Encoding.UTF8.GetBytes(node.Node.Value);
        private readonly EventBatch _batch = new();
        private readonly SequenceLedger _sequences = new();
        private readonly List<CaseRecord> _records = [];
        private long _bytes;

        public List<CaseManifest> Manifests { get; } = [];

        /// <summary>Whether nothing of the window is missing any more.</summary>
        public bool Covers => _sequences.Ranges.Any(range => range.First <= window.First && range.Last >= window.Last);

        public bool Add(int partition, ReplayRecord record, ReadOnlyMemory<byte> original)
        {
            if (!record.Key.Span.SequenceEqual(_key) || !record.TryDecode(_batch) || _batch.Boot != node.Boot) return false;
            long last = _batch.FirstSequence + _batch.Count - 1;
            if (_batch.FirstSequence > window.Last || last < window.First) return false;
            _bytes += original.Length;
            if (_bytes > MostBytes) throw new ReplayException($"the alarm's window holds more than {MostBytes} bytes of messages");
            _sequences.Add(_batch.FirstSequence, last);
            _records.Add(new CaseRecord(partition, record.Offset, record.Key.ToArray(), original.ToArray()));
            return true;
        }

        public CaseRecords Told() => new([.. _records], _sequences, [.. Manifests]);
    }
}
