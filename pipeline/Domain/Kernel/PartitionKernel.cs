using System.Collections.Immutable;
using System.Security.Cryptography;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;

namespace Pipeline.Domain.Kernel;

/// <summary>
/// A whole partition without actors: enrichment and detectors, one batch after the other on the caller's thread. Replay, tests and
/// benchmarks use it; the runtime runs the same parts in actors. Not thread-safe.
/// </summary>
public sealed class PartitionKernel
{
    private readonly ImmutableArray<DetectorRun> _runs;
    private readonly ImmutableArray<PlacedAlarm>[] _found;
    private Enrichment _enrichment = new();

    public PartitionKernel(IEnumerable<DetectorFactory> detectors)
    {
        ArgumentNullException.ThrowIfNull(detectors);
        _runs = [.. detectors.Select(d => new DetectorRun(d))];
        _found = new ImmutableArray<PlacedAlarm>[_runs.Length];
    }

    public EnrichmentCounts Counts => _enrichment.Counts;

    public ImmutableArray<DetectorRun> Detectors => _runs;

    /// <summary>Runs one batch.</summary>
    /// <returns>Alarm events in the order of the log.</returns>
    /// <exception cref="DetectorFaultException">A detector threw; this kernel is of no more use.</exception>
    public ImmutableArray<AlarmEvent> Feed(EventBatch batch)
    {
        EnrichedBatch enriched = _enrichment.Enrich(batch);
        for (int i = 0; i < _runs.Length; i++) _found[i] = _runs[i].Feed(enriched);
        return PlacedAlarm.Merge(_found);
    }

    /// <summary>Goes on between two batches under another policy; see <see cref="DetectorRun.Change"/>.</summary>
    /// <param name="detectors">The same detectors in the same order.</param>
    /// <returns>What the detectors no longer remember.</returns>
    public ImmutableArray<DiscardedState> Change(IEnumerable<DetectorFactory> detectors) =>
        [.. _runs.Zip(detectors, (run, detector) => run.Change(detector)).OfType<DiscardedState>()];

    /// <summary>State between two batches; see <see cref="PartitionState"/>.</summary>
    public byte[] Save() => PartitionState.Write([_enrichment.Save(), .. _runs.Select(r => r.Save())]);

    /// <summary>Takes over saved state, before the first batch.</summary>
    /// <returns>What could not be used.</returns>
    public ImmutableArray<DiscardedState> Restore(ReadOnlyMemory<byte> state)
    {
        if (!PartitionState.TryRead(state, out ImmutableDictionary<string, StateSection> sections))
            return [new DiscardedState("partition", "it is not a partition's state")];
        var discarded = ImmutableArray.CreateBuilder<DiscardedState>();
        if (sections.TryGetValue(Enrichment.StateName, out StateSection? section))
        {
            (_enrichment, DiscardedState? reason) = Enrichment.From(section);
            if (reason is not null) discarded.Add(reason);
        }

        foreach (DetectorRun run in _runs)
        {
            if (sections.TryGetValue(run.Spec.Name, out StateSection? saved) && run.Restore(saved) is { } reason) discarded.Add(reason);
        }

        return discarded.ToImmutable();
    }

    /// <summary>SHA-256 of the saved state: equal for equal futures.</summary>
    public string StateDigest() => Convert.ToHexStringLower(SHA256.HashData(Save()));
}
