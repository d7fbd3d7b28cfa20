using System.Collections.Immutable;
using Pipeline.Archive;
using Pipeline.Archive.Files;
using Pipeline.Archive.Manifests;
using Pipeline.Archive.Stores;
using Pipeline.Replay.Sources;

namespace Pipeline.Replay.Timelines;

/// <summary>
/// Reads a container's time around an instant: from the archive only the segments whose manifests say that the container may be in them and
/// that are in the window or lie between it and the container's beginning; from the log what is newer than the archive.
/// </summary>
/// <param name="archive">Null for none.</param>
/// <param name="log">The live log; null for none.</param>
public sealed class TimelineReader(IArchiveStore? archive, IReplayLog? log)
{
    /// <summary>Segments before the window that are read for the process tree; a container that is older than these is told in
    /// part.</summary>
    private const int MostBefore = 64;

    /// <summary>How long after an event its record may be stamped, at most, for it to be found in the log.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromMinutes(10);

    /// <exception cref="ArchiveException">The archive cannot be read.</exception>
    public async Task<Timeline> ReadAsync(TimelineRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        ImmutableArray<PartitionIndex> indexes = archive is null ? [] : await ArchiveIndex.ReadAsync(archive, request.Topic, cancellation);
        var trace = new ContainerTrace(request.Container, request.Node);
        var found = new List<TracedEvent>();
        var notes = new List<string>();
        int read = 0;
        foreach (PartitionIndex index in indexes) read += await ReadAsync(request, index, trace, found, notes, cancellation);
        if (log is not null) ReadTail(request, indexes, trace, found, notes, cancellation);
        return TimelineWriter.Write(
            request, found, notes, new TimelineReading(read, indexes.Sum(i => i.Segments.Length), trace.Records, trace.Events));
    }

    /// <returns>Segments that were read.</returns>
    private async Task<int> ReadAsync(
        TimelineRequest request, PartitionIndex index, ContainerTrace trace, List<TracedEvent> found, List<string> notes,
        CancellationToken cancellation)
    {
        long from = Nanoseconds(request.At - request.Before), to = Nanoseconds(request.At + request.After);
        SegmentManifest[] mentions = [.. index.Segments.Select(s => s.Manifest).Where(m => Mentions(m, request, long.MinValue, to))];
        SegmentManifest[] window = [.. mentions.Where(m => Mentions(m, request, from, to))];
        foreach (SegmentManifest segment in window) await ReadAsync(segment, trace, found, cancellation);
        int read = window.Length;
        foreach (SegmentManifest segment in mentions.Except(window).Reverse().Take(MostBefore))
        {
            if (found.Exists(IsBeginning)) return read;
            await ReadAsync(segment, trace, found, cancellation);
            read++;
        }

        if (read > 0 && !found.Exists(IsBeginning) && (mentions.Length > read || !index.Stubs.IsEmpty))
            notes.Add("the container's beginning was not read: processes that did nothing since are not in the tree");
        return read;
    }

    private async Task ReadAsync(SegmentManifest segment, ContainerTrace trace, List<TracedEvent> found, CancellationToken cancellation)
    {
        using SegmentReader reader = await SegmentReader.OpenAsync(archive!, segment, segment.FirstOffset, cancellation);
        while (await reader.NextBlockAsync(cancellation))
        {
            while (reader.Next(out ArchivedRecord record)) trace.Add(
                new ReplayRecord(record.Offset, record.Key, record.Form, record.Value), found);
        }
    }

    private void ReadTail(
        TimelineRequest request, ImmutableArray<PartitionIndex> indexes, ContainerTrace trace, List<TracedEvent> found, List<string> notes,
        CancellationToken cancellation)
    {
        IReadOnlyDictionary<int, long> ends = log!.OffsetsAt(request.At + request.After + Late);
        foreach (LogExtent extent in log.Extents())
        {
            long archived = indexes.FirstOrDefault(i => i.Partition == extent.Partition)?.NextOffset ?? 0;
            long from = Math.Max(extent.Oldest, archived), end =
                Math.Min(extent.End, ends.GetValueOrDefault(extent.Partition, long.MaxValue));
            if (extent.Oldest > archived) notes.Add(
                $"partition {extent.Partition}: offsets {archived}-{extent.Oldest - 1} are neither archived nor in the log");
            if (from >= end) continue;
            foreach (ReplayRecord record in log.Read(extent.Partition, from, end, cancellation)) trace.Add(record, found);
        }
    }

    private static bool Mentions(SegmentManifest segment, TimelineRequest request, long from, long to) => segment.Nodes.Any(node =>
        (request.Node is null || node.Node == request.Node) && node.FromNs <= to && node.ToNs >= from
        && node.Containers.MayContain(request.Container));

    private static bool IsBeginning(TracedEvent e) =>
        e.Container is Domain.Events.ContainerAction.Created or Domain.Events.ContainerAction.Started;

    private static long Nanoseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks * 100;
}
