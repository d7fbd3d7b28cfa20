using System.Collections.Immutable;
using System.Globalization;
using Pipeline.Archive;
using Pipeline.Archive.Manifests;
using Pipeline.Archive.Stores;
using Pipeline.Schemas;

namespace Pipeline.Replay.Sources;

/// <summary>
/// Decides from manifests what has to be read: from the nearest saved state, or else from the beginning, to some time after the end. What
/// is left out cannot change what is told: other nodes where none joins, and what comes after the last mention of the container.
/// </summary>
/// <param name="archive">Null for none.</param>
/// <param name="log">The live log behind the archive; null for none.</param>
public sealed class ReplayPlanner(IArchiveStore? archive, IReplayLog? log, IReplayPolicy policy)
{
    /// <summary>
    /// Event time that is read beyond the end: detectors wait for descriptions and close windows, and say then what was before.
    /// </summary>
    public static readonly TimeSpan Afterwards = TimeSpan.FromMinutes(10);

    private static readonly string Known = NodeEventsCodec.Schema.Fingerprint.ToString("x16", CultureInfo.InvariantCulture);

    /// <exception cref="ReplayException">Something is missing and gaps are not allowed.</exception>
    public async Task<ImmutableArray<PartitionPlan>> PlanAsync(ReplayRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        ImmutableArray<PartitionIndex> indexes = archive is null ? [] : await ArchiveIndex.ReadAsync(archive, request.Topic, cancellation);
        IReadOnlyDictionary<int, OffsetRange> tails = Tails(request, indexes);
        if (indexes.IsEmpty && tails.Count == 0) throw new ReplayException($"nothing of topic {request.Topic} is archived or in the log");
        var plans = ImmutableArray.CreateBuilder<PartitionPlan>();
        foreach (int partition in indexes.Select(i => i.Partition).Concat(tails.Keys).Distinct().Order())
        {
            PartitionIndex index = indexes.FirstOrDefault(i => i.Partition == partition)
                ?? new PartitionIndex(request.Topic, partition, [], []);
            OffsetRange? tail = tails.TryGetValue(partition, out OffsetRange found) ? found : null;
            if (await PlanAsync(request, index, tail, cancellation) is { } plan) plans.Add(plan);
        }

        string[] missing = [.. plans.SelectMany(p => p.Missing.Select(m => $"partition {p.Partition}: {m}")),
            .. OutsideOf(request, indexes, tails)];
        if (missing.Length > 0 && !request.AllowGaps)
            throw new ReplayException($"{string.Join("; ", missing)}. --allow-gaps replays what is there");
        return plans.ToImmutable();
    }

    private async Task<PartitionPlan?> PlanAsync(ReplayRequest request, PartitionIndex index, OffsetRange? tail,
        CancellationToken cancellation)
    {
        PolicySpan span = policy.At(index.Partition, 0);
        ImmutableHashSet<string> nodes = NodesOf(request, index, span.JoinsNodes, tail is not null);
        ImmutableArray<SealedSegment> used = [.. index.Segments.Where(s => s.Manifest.FromNs < Nanoseconds(EndOf(request)))];
        used = used.Length == 0 ? used : index.Segments[..(index.Segments.IndexOf(used[^1]) + 1)];
        if (request.Container is { } container && tail is null)
        {
            int last = LastMention(used, container);
            if (last < 0) return null;
            long until = used[last].Manifest.ToNs + Afterwards.Ticks * 100;
            used = [.. used.TakeWhile((s, i) => i <= last || s.Manifest.FromNs <= until)];
        }

        if (used.IsEmpty && tail is null) return null;
        long wanted = Wanted(request, used) ?? tail?.From ?? 0;
        SavedState? state = archive is null || span.Key.Length == 0 ? null
            : await SavedState.FindAsync(archive, index, SavedState.KeyOf(span), wanted, cancellation);
        if (state is not null) used = [.. used.Where(s => s.Manifest.FirstOffset >= state.Offset)];
        StartState start = state is not null ? StartState.Saved : StartOf(index, used, tail);
        ImmutableArray<SealedSegment> read = nodes.IsEmpty ? used : [.. used.Where(s => s.Manifest.Nodes.Any(n => nodes.Contains(n.Node)))];
        return new PartitionPlan(index.Partition, start, state, nodes, read, tail, MissingIn(request, index, used, state, tail));
    }

    /// <summary>The first offset that has to be replayed for itself and not for what detectors have to know.</summary>
    private static long? Wanted(ReplayRequest request, ImmutableArray<SealedSegment> segments) =>
        segments.FirstOrDefault(s => s.Manifest.ToNs >= Nanoseconds(request.From) && Mentions(s, request.Container))?.Manifest.FirstOffset;

    private static bool Mentions(SealedSegment segment, string? container) =>
        container is null || segment.Manifest.Nodes.Any(node => node.Containers.MayContain(container));

    private static int LastMention(ImmutableArray<SealedSegment> segments, string container)
    {
        for (int i = segments.Length - 1; i >= 0; i--)
        {
            if (Mentions(segments[i], container)) return i;
        }

        return -1;
    }

    private static ImmutableHashSet<string> NodesOf(ReplayRequest request, PartitionIndex index, bool joins, bool hasTail)
    {
        if (joins) return [];
        if (request.Node is { } node) return [node];

        // What is not archived yet has no manifest that says where the container is.
        return request.Container is not { } container || hasTail ? []
            : [.. index.Segments.SelectMany(s => s.Manifest.Nodes).Where(n => n.Containers.MayContain(container)).Select(n => n.Node)];
    }

    private static StartState StartOf(PartitionIndex index, ImmutableArray<SealedSegment> used, OffsetRange? tail)
    {
        bool beginning = used.IsEmpty ? tail is { From: 0 }
            : index.Stubs.IsEmpty && used[0].Manifest is { FirstOffset: 0, GoneBefore: null };
        return beginning ? StartState.Beginning : StartState.Unknown;
    }

    private static ImmutableArray<string> MissingIn(
        ReplayRequest request, PartitionIndex index, ImmutableArray<SealedSegment> used, SavedState? state, OffsetRange? tail)
    {
        var missing = ImmutableArray.CreateBuilder<string>();
        if (ArchiveVerifier.ChainFault(index) is { } fault) missing.Add(fault);
        if (state is null && index.Stubs.LastOrDefault(s => s.ToNs >= Nanoseconds(request.From)) is { } stub)
            missing.Add($"offsets up to {stub.NextOffset - 1}, which reach into the range, were given up by retention");
        foreach (SegmentManifest segment in used.Select(s => s.Manifest))
        {
            if (segment.GoneBefore is { } gone && (segment.FirstOffset > 0 || segment.FromNs > Nanoseconds(request.From)))
                missing.Add($"offsets {segment.FirstOffset}-{gone - 1} were gone from the log before they could be archived");
            foreach (string schema in segment.Schemas.Where(s => s != Known))
                missing.Add($"segment {segment.Path} holds messages of the unknown schema {schema}");
        }

        long next = index.NextOffset ?? 0;
        if (tail is { } live && live.From > next && index.NextOffset is not null)
            missing.Add($"offsets {next}-{live.From - 1} are neither archived nor in the log any more");
        return missing.ToImmutable();
    }

    /// <summary>A range that reaches beyond what there is.</summary>
    private static IEnumerable<string> OutsideOf(
        ReplayRequest request, ImmutableArray<PartitionIndex> indexes, IReadOnlyDictionary<int, OffsetRange> tails)
    {
        SegmentManifest[] held = [.. indexes.SelectMany(i => i.Segments).Select(s => s.Manifest).Where(m => m.Events > 0)];
        if (held.Length == 0 || tails.Count > 0) yield break;
        long first = held.Min(m => m.FromNs), last = held.Max(m => m.ToNs);
        if (Nanoseconds(request.To) <= first || Nanoseconds(request.From) > last)
            yield return $"the range lies outside of the archive, which holds {Time(first)} to {Time(last)}";
    }

    private Dictionary<int, OffsetRange> Tails(ReplayRequest request, ImmutableArray<PartitionIndex> indexes)
    {
        if (log is null) return [];
        IReadOnlyDictionary<int, long> ends = request.To > DateTimeOffset.MaxValue - Afterwards
            ? ImmutableDictionary<int, long>.Empty : log.OffsetsAt(EndOf(request));
        var tails = new Dictionary<int, OffsetRange>();
        foreach (LogExtent extent in log.Extents())
        {
            long archived = indexes.FirstOrDefault(i => i.Partition == extent.Partition)?.NextOffset ?? 0;
            long from = Math.Max(extent.Oldest, archived);
            long end = Math.Min(extent.End, ends.GetValueOrDefault(extent.Partition, long.MaxValue));
            if (from < end) tails.Add(extent.Partition, new OffsetRange(from, end));
        }

        return tails;
    }

    private static DateTimeOffset EndOf(ReplayRequest request) =>
        request.To > DateTimeOffset.MaxValue - Afterwards ? DateTimeOffset.MaxValue : request.To + Afterwards;

    private static long Nanoseconds(DateTimeOffset time)
    {
        long ticks = (time - DateTimeOffset.UnixEpoch).Ticks;
        return ticks > long.MaxValue / 100 ? long.MaxValue : ticks < long.MinValue / 100 ? long.MinValue : ticks * 100;
    }

    private static string Time(long ns) =>
        new Pipeline.Domain.Identity.EventTime(0, ns).Wall.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
