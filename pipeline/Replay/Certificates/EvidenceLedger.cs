using System.Collections.Immutable;
using Pipeline.Archive.Manifests;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;
using Pipeline.Replay.Sources;

namespace Pipeline.Replay.Certificates;

/// <summary>Which events of a partition were there, and so what the alarms rest on. Not thread-safe.</summary>
internal sealed class EvidenceLedger(StartState start)
{
    private readonly Dictionary<NodeBoot, Boot> _boots = [];

    public static EvidenceLedger Of(StartState start, SavedState? state)
    {
        var ledger = new EvidenceLedger(start);
        if (state is null) return ledger;
        foreach ((NodeBoot node, ImmutableArray<SequenceRange> ranges) in state.Sequences)
            ledger._boots.Add(node, new Boot(SequenceLedger.Of(ranges)));
        return ledger;
    }

    public ImmutableDictionary<NodeBoot, ImmutableArray<SequenceRange>> Ranges =>
        _boots.ToImmutableDictionary(b => b.Key, b => b.Value.Sequences.Ranges);

    public IEnumerable<SequenceCertificate> Sequences => _boots.OrderBy(b => b.Key.ToString(), StringComparer.Ordinal)
        .Select(b => new SequenceCertificate(b.Key, b.Value.Sequences.Ranges, [.. b.Value.Sequences.Gaps()], b.Value.Lost));

    public void Note(EventBatch batch)
    {
        var id = new NodeBoot(batch.Node, batch.Boot);
        if (!_boots.TryGetValue(id, out Boot? boot)) _boots.Add(id, boot = new Boot(new SequenceLedger()));
        boot.Sequences.Add(batch.FirstSequence, batch.FirstSequence + batch.Count - 1);
        foreach (ref readonly LossRecord loss in batch.Losses)
        {
            if (loss is { FirstSequence: 0, LastSequence: 0 }) boot.Lost += loss.Count;
        }
    }

    /// <summary>Whether what was before the first event that was read matters to this boot.</summary>
    public bool IsUnknown(NodeBoot node) =>
        start == StartState.Unknown
            && (!_boots.TryGetValue(node, out Boot? boot) || boot.Sequences.Count == 0 || boot.Sequences.Ranges[0].First > 0);

    public bool AnyUnknown => _boots.Keys.Any(IsUnknown);

    /// <param name="events">The alarm's events that were told, in order.</param>
    public AlarmCertificate Certify(IReadOnlyList<DetectedEvent> events, ImmutableArray<DetectorFactory> detectors)
    {
        Evidence[] evidence = [.. events.SelectMany(EvidenceOf)];
        var node = new NodeBoot(new NodeId(evidence[0].Node), new BootId(evidence[0].Boot));
        long first = evidence.Min(e => e.Sequence), last = evidence.Max(e => e.Sequence);
        var raised = events[0] as AlarmRaised;
        var reasons = new List<string>(raised?.EvidenceGaps ?? []);
        if (_boots.TryGetValue(node, out Boot? boot))
        {
            reasons.AddRange(boot.Sequences.Gaps().Where(gap => gap.Last >= first && gap.First <= last)
                .Select(gap => $"events {gap.First}-{gap.Last} are missing").Except(reasons));
        }

        Completeness completeness = reasons.Count > 0 ? Completeness.Tainted
            : IsUnknown(node) ? Completeness.Unknown : Completeness.Complete;
        if (completeness == Completeness.Unknown) reasons.Add($"what happened on {node} before the first event that was read is not known");
        DetectorSpec? detector = raised is null ? null : detectors.Select(d => d.Spec).FirstOrDefault(d => d.Type == raised.Type);
        return new AlarmCertificate(
            events[0].AlarmId, completeness, [.. reasons], node, first, last,
            raised is null ? "" : $"{raised.PolicyId} {raised.PolicyVersion}",
            detector is null ? "" : $"{detector.Name} {detector.Version}");
    }

    internal static IEnumerable<Evidence> EvidenceOf(DetectedEvent e) => e switch
    {
        AlarmRaised raised => raised.Evidence,
        AlarmConfirmed confirmed => [confirmed.Evidence],
        AlarmAmended amended => [amended.Evidence],
        AlarmRecurred recurred => [recurred.Evidence],
        AlarmEscalated escalated => [escalated.Evidence],
        _ => throw new ArgumentException($"an event without evidence: {e.GetType().Name}", nameof(e)),
    };

    /// <summary>The node that an event is of; empty when it does not say.</summary>
    internal static string NodeOf(DetectedEvent e) =>
        EvidenceOf(e).FirstOrDefault()?.Node ?? (e as AlarmRaised)?.Source.Node ?? "";

    private sealed class Boot(SequenceLedger sequences)
    {
        public SequenceLedger Sequences => sequences;

        public long Lost { get; set; }
    }
}
