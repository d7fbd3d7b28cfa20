using System.Collections.Immutable;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.Explaining;

/// <summary>
/// Runs a log once more as the pipeline runs it, and writes down what the detectors say to the events that are asked about. Pure: the same
/// log and policy give the same explanation. Not thread-safe: batches in the order of the log.
/// </summary>
public sealed class Explanation
{
    private readonly Question _question;
    private readonly int _most;
    private readonly Enrichment _enrichment = new();
    private readonly ImmutableArray<DetectorRun> _runs;
    private readonly Dictionary<int, Draft> _drafts = [];
    private readonly ImmutableArray<ExplainedEvent>.Builder _explained = ImmutableArray.CreateBuilder<ExplainedEvent>();

    /// <param name="most">Events that are explained at most; later ones are only counted.</param>
    public Explanation(IEnumerable<DetectorFactory> detectors, Question question, int most)
    {
        ArgumentNullException.ThrowIfNull(detectors);
        ArgumentNullException.ThrowIfNull(question);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        _question = question;
        _most = most;
        _runs = [.. detectors.Select(detector => new DetectorRun(detector))];
        for (int i = 0; i < _runs.Length; i++)
        {
            int number = i;
            _runs[i].Reasons = (batch, position) => ReasonsFor(batch, position, number);
        }
    }

    /// <summary>In the order of the log.</summary>
    public ImmutableArray<ExplainedEvent> Events => _explained.ToImmutable();

    /// <summary>Events that were asked about; more than <see cref="Events"/> has when they were too many.</summary>
    public long Asked { get; private set; }

    /// <summary>Events that were read, without redeliveries.</summary>
    public long Read => _enrichment.Counts.Events;

    /// <exception cref="DetectorFaultException">A detector threw; this explanation is of no more use.</exception>
    public void Feed(EventBatch batch)
    {
        EnrichedBatch enriched = _enrichment.Enrich(batch);
        _drafts.Clear();
        for (int position = enriched.First; position < batch.Count; position++)
        {
            if (!_question.Asks(new Observation(enriched, position))) continue;
            Asked++;
            if (_explained.Count + _drafts.Count < _most) _drafts.Add(position, new Draft(_runs.Length));
        }

        ImmutableArray<PlacedAlarm>[] placed = [.. _runs.Select(run => run.Feed(enriched))];
        foreach ((int position, Draft draft) in _drafts.OrderBy(pair => pair.Key))
            _explained.Add(Told(new Observation(enriched, position), draft, placed));
    }

    internal static string ContainerOf(in Observation observation)
    {
        if (observation.Event.Kind == EventKind.Container) return observation.ContainerEvent.ContainerId;
        return observation.Event.Task == EventRecord.NoTask ? "" : observation.Batch.String(observation.Task.ContainerId);
    }

    private Notes? ReasonsFor(EnrichedBatch batch, int position, int detector) =>
        _drafts.Count > 0 && _drafts.TryGetValue(position, out Draft? draft) ? draft.ByDetector[detector] : null;

    private ExplainedEvent Told(in Observation observation, Draft draft, ImmutableArray<PlacedAlarm>[] placed)
    {
        int position = observation.Position;
        var kind = (EventKinds)(1 << (int)observation.Event.Kind);
        var detectors = ImmutableArray.CreateBuilder<DetectorReasons>(_runs.Length);
        for (int i = 0; i < _runs.Length; i++)
        {
            ImmutableArray<AlarmEvent> alarms = [.. placed[i].Where(p => p.Position == position).Select(p => p.Event)];
            detectors.Add(new DetectorReasons(_runs[i].Spec.Name, (_runs[i].Spec.Kinds & kind) != 0, draft.ByDetector[i].Rules, alarms));
        }

        return new ExplainedEvent(
            observation.Id, observation.Time, observation.Event.Kind, ContainerOf(observation), observation.Process?.Self.ExePath ?? "",
            detectors.ToImmutable());
    }

    /// <summary>What is being written down of one event.</summary>
    private sealed class Draft(int detectors)
    {
        public ImmutableArray<Notes> ByDetector { get; } = [.. Enumerable.Range(0, detectors).Select(_ => new Notes())];
    }

    private sealed class Notes : IReasons
    {
        private readonly List<(string RuleId, Condition Condition)> _weighed = [];

        public ImmutableArray<RuleReasons> Rules =>
            [.. _weighed.GroupBy(w => w.RuleId).Select(rule => new RuleReasons(rule.Key, [.. rule.Select(w => w.Condition)]))];

        public void Weigh(string ruleId, string condition, string value, bool holds) =>
            _weighed.Add((ruleId, new Condition(condition, value, holds)));
    }
}
