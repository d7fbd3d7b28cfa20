using System.Collections.Immutable;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel.Mounts;

namespace Pipeline.Domain.Kernel;

/// <summary>How far one boot of one node has been read: its sequence numbers, its event time and what is known to be missing.</summary>
internal sealed class BootProgress(NodeBoot id)
{
    /// <summary>Newest gaps that windows are checked against; older ones than these lie before any window.</summary>
    public const int GapsKept = 64;

    private List<EvidenceGap> _gaps = [];
    private long? _highest;
    private long _lastAccountNs = long.MinValue;

    public Watermark Watermark;

    /// <summary>Of which node it is and which boot of it, in texts that all of its events share.</summary>
    public NodeBoot Id => id;

    public ProcessTable Processes { get; private init; } = new();

    public MountTables Mounts { get; private init; } = new();

    /// <summary>Number of gaps found since this object was made. Not part of the state.</summary>
    public long GapsFound { get; private set; }

    /// <summary>Takes note of the numbers of a batch.</summary>
    /// <returns>Position of its first event that is not a redelivery; its count when all are.</returns>
    public int Take(EventBatch batch)
    {
        // No reader looks further back than this (see GapsIn), so that where batches were cut does not show.
        if (_gaps.Count > GapsKept) _gaps.RemoveRange(0, _gaps.Count - GapsKept);
        if (batch.Count == 0) return 0;
        long expected = _highest is { } highest ? highest + 1 : 0;
        long first = Math.Clamp(expected - batch.FirstSequence, 0, batch.Count);
        if (first == batch.Count) return batch.Count;
        if (batch.FirstSequence > expected)
        {
            // Numbers start at 0 with each boot: what is missing before the first one seen is outside the log.
            Add(new EvidenceGap(
                batch.FirstSequence - expected, expected, batch.FirstSequence - 1,
                _highest is null ? long.MinValue : Watermark.LatestNs, batch.Events[0].BootNs, batch.FirstSequence));
        }

        _highest = batch.FirstSequence + batch.Count - 1;
        return (int)first;
    }

    /// <summary>
    /// The agent accounts for losses with heartbeats and loss reports; what it lost unnumbered, it lost since its last account.
    /// </summary>
    public void Account(EventBatch batch, int position)
    {
        ref readonly EventRecord e = ref batch.Events[position];
        if (e.Kind == EventKind.Loss)
        {
            ref readonly LossRecord loss = ref batch.Losses[e.Index];

            // Numbered ones show as a gap of the sequence anyway.
            if (loss is { FirstSequence: 0, LastSequence: 0, Count: > 0 })
                Add(new EvidenceGap(loss.Count, EvidenceGap.Unnumbered, EvidenceGap.Unnumbered,
                    _lastAccountNs, e.BootNs, batch.FirstSequence + position));
        }

        _lastAccountNs = e.BootNs;
    }

    /// <summary>Gaps that a window may contain, as known when event <paramref name="sequence"/> was read.</summary>
    public ImmutableArray<string> GapsIn(long fromNs, long toNs, long sequence)
    {
        int known = _gaps.Count;
        while (known > 0 && _gaps[known - 1].KnownAt > sequence) known--;
        ImmutableArray<string>.Builder? found = null;
        for (int i = Math.Max(0, known - GapsKept); i < known; i++)
        {
            if (_gaps[i].Overlaps(fromNs, toNs)) (found ??= ImmutableArray.CreateBuilder<string>()).Add(_gaps[i].ToString());
        }

        return found?.ToImmutable() ?? [];
    }

    public void Save(BinaryWriter state)
    {
        state.Write(_highest ?? -1);
        state.Write(_lastAccountNs);
        Watermark.Save(state);
        int from = Math.Max(0, _gaps.Count - GapsKept);
        state.Write(_gaps.Count - from);
        for (int i = from; i < _gaps.Count; i++) _gaps[i].Save(state);
        Processes.Save(state);
        Mounts.Save(state);
    }

    public static BootProgress Load(BinaryReader state, NodeBoot id, TextPool texts)
    {
        long highest = state.ReadInt64();
        long lastAccountNs = state.ReadInt64();
        var watermark = Watermark.Load(state);
        var gaps = new List<EvidenceGap>();
        for (int left = state.ReadCount(GapsKept); left > 0; left--) gaps.Add(EvidenceGap.Load(state));
        return new BootProgress(id)
        {
            _highest = highest < 0 ? null : highest,
            _lastAccountNs = lastAccountNs,
            Watermark = watermark,
            _gaps = gaps,
            Processes = ProcessTable.Load(state, texts),
            Mounts = MountTables.Load(state, texts),
        };
    }

    private void Add(EvidenceGap gap)
    {
        GapsFound++;
        _gaps.Add(gap);
    }
}
