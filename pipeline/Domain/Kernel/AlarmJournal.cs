using System.Collections.Immutable;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Identity;

namespace Pipeline.Domain.Kernel;

/// <summary>
/// Turns what a detector finds into alarm events. The first finding of a key on a node raises an alarm and opens its episode; while the
/// episode lasts repeats are counted and told compactly: the first at once, then at most one event for each second of the node's time, and
/// what is left over when the watermark has passed that second. The last <see cref="AlarmRecurred"/> of an episode that has gone quiet
/// therefore carries the exact total. Worse severity or outcome is told at once. All of it follows event time, so that the same log gives
/// the same events with the same ids. Not thread-safe.
/// </summary>
public sealed class AlarmJournal : IFindings
{
    /// <summary>Version of the saved state.</summary>
    public const int StateVersion = 2;

    /// <summary>Open episodes of one detector in one partition. At about 500 bytes each that is 8 MB.</summary>
    public const int DefaultCapacity = 16_384;

    /// <summary>
    /// How long after an alarm a description is taken for that of its container: engines answer within seconds, and ids are not given out
    /// again within a minute.
    /// </summary>
    public const long DescriptionNs = 60 * EventTime.NanosecondsPerSecond;

    private readonly DetectorSpec _detector;
    private readonly PolicyStamp _policy;
    private readonly RecencyMap<(NodeId Node, string Key), Episode> _episodes;
    private readonly Dictionary<NodeId, List<Episode>> _untold = [];
    private ImmutableArray<PlacedAlarm>.Builder _events = ImmutableArray.CreateBuilder<PlacedAlarm>();
    private long _begun;
    private int _undescribed;

    /// <param name="policy">What alarms say they were raised under; the built-in policy where none is given.</param>
    public AlarmJournal(DetectorSpec detector, int capacity = DefaultCapacity, PolicyStamp? policy = null)
    {
        ArgumentNullException.ThrowIfNull(detector);
        _detector = detector;
        _policy = policy ?? PolicyStamp.BuiltIn;
        _episodes = new(capacity);
    }

    /// <summary>Position in the batch of the event that is being looked at, which what is found is placed at.</summary>
    public int Position { get; set; }

    /// <inheritdoc/>
    public IReasons? Reasons { get; set; }

    public int OpenEpisodes => _episodes.Count;

    /// <summary>
    /// Episodes that ended early because of the bound: a repeat of theirs raises a new alarm. Since this object was made, not part of the
    /// state.
    /// </summary>
    public long EvictedEpisodes { get; private set; }

    public void Report(Finding finding)
    {
        ArgumentNullException.ThrowIfNull(finding);
        if (finding.Evidence.IsDefaultOrEmpty) throw new ArgumentException($"{finding.RuleId} reported without evidence", nameof(finding));
        (NodeId Node, string Key) key = (finding.Cause.Node, AlarmBounds.Key(finding.DedupKey));
        if (_episodes.TryGet(key, out Episode? episode))
        {
            if (!episode.IsOver(finding))
            {
                _episodes.Set(key, episode);
                Repeat(key.Node, episode, finding);
                return;
            }

            Tell(key.Node, episode);
        }

        Begin(key, finding);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Holds for the newest alarm of the key, also when its episode is over: a container may be started long after it was created.
    /// </remarks>
    public void Confirm(NodeBoot node, string dedupKey, EventTime at, Evidence evidence)
    {
        if (!_episodes.TryGet((node.Node, AlarmBounds.Key(dedupKey)), out Episode? episode) || episode.Confirmed) return;
        episode.Confirmed = true;
        Add(new AlarmConfirmed { AlarmId = episode.AlarmId, Ordinal = episode.NextOrdinal++, At = at.Wall, Evidence = evidence });
    }

    /// <summary>Event time of a node has moved on: repeats that waited for their second to pass are told.</summary>
    public void Advance(NodeBoot node, long watermarkNs)
    {
        if (!_untold.TryGetValue(node.Node, out List<Episode>? waiting)) return;
        long second = Watermark.SecondOf(watermarkNs);
        Episode[] due = [.. waiting.Where(e => e.LastBoot != node.Boot || e.ToldSecond < second).OrderBy(e => e.Number)];
        foreach (Episode episode in due)
        {
            Tell(node.Node, episode);

            // What is told now counts for the second that the node itself is in.
            episode.ToldSecond = Watermark.SecondOf(watermarkNs + Watermark.AllowedLatenessNs);
        }
    }

    /// <summary>
    /// A container has been described: alarms about it that were raised before anybody knew what it is say so from now on.
    /// </summary>
    public void Describe(NodeBoot node, ContainerContext container, EventTime at, EventId id)
    {
        ArgumentNullException.ThrowIfNull(container);
        if (_undescribed == 0) return;
        foreach (Episode episode in _episodes.OldestFirst.Where(e => e.Key.Node == node.Node).Select(e => e.Value))
        {
            if (episode.Undescribed is not { } source) continue;
            bool late = episode.FirstBoot != node.Boot || at.BootNs - episode.First.BootNs > DescriptionNs;
            if (!late && source.ContainerId != container.ContainerId) continue;
            episode.Undescribed = null;
            _undescribed--;
            if (late) continue;
            Add(new AlarmAmended
            {
                AlarmId = episode.AlarmId,
                Ordinal = episode.NextOrdinal++,
                At = at.Wall,
                Source = container.Describe(source),
                Evidence = container.EvidenceAt(id, at),
            });
        }
    }

    /// <summary>What became of the findings since the last call, in order.</summary>
    public ImmutableArray<PlacedAlarm> Take()
    {
        if (_events.Count == 0) return [];
        ImmutableArray<PlacedAlarm> taken = _events.ToImmutable();
        _events = ImmutableArray.CreateBuilder<PlacedAlarm>();
        return taken;
    }

    /// <summary>Only after <see cref="Take"/>: events are not part of the state.</summary>
    public void Save(BinaryWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (_events.Count > 0) throw new InvalidOperationException("Alarm events were not taken");
        state.Write(_begun);
        state.Write(_episodes.Count);
        foreach (((NodeId node, string key), Episode episode) in _episodes.OldestFirst)
        {
            state.WriteText(node.Value);
            state.WriteText(key);
            episode.Save(state);
        }
    }

    /// <summary>Replaces the state. Throws when it is damaged; this object is then of no more use.</summary>
    public void Load(BinaryReader state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _episodes.Clear();
        _untold.Clear();
        _undescribed = 0;
        _begun = state.ReadInt64();
        for (int left = state.ReadCount(_episodes.Capacity); left > 0; left--)
        {
            var node = new NodeId(state.ReadText());
            string key = state.ReadText();
            var episode = Episode.Load(state, node);
            if (episode.Undescribed is not null) _undescribed++;
            _episodes.Set((node, key), episode);
            if (episode.Untold is not null) WaitingOf(node).Add(episode);
        }
    }

    private void Begin((NodeId Node, string Key) key, Finding finding)
    {
        var episode = new Episode
        {
            AlarmId = DeterministicId.From("alarm", finding.RuleId, key.Node.Value, key.Key, finding.Cause.ToString()),
            Number = _begun++,
            FirstBoot = finding.Cause.Boot,
            First = finding.At,
            LastBoot = finding.Cause.Boot,
            Last = finding.At,
            Severity = finding.Severity,
            Outcome = finding.Outcome,
            Undescribed = finding.Source.IsUndescribed() ? finding.Source : null,
        };
        if (episode.Undescribed is not null) _undescribed++;
        if (_episodes.TryGet(key, out Episode? over) && over.Undescribed is not null) _undescribed--;
        if (_episodes.Set(key, episode, out KeyValuePair<(NodeId Node, string Key), Episode> evicted))
        {
            EvictedEpisodes++;
            if (evicted.Value.Undescribed is not null) _undescribed--;
            Tell(evicted.Key.Node, evicted.Value);
        }

        Add(AlarmBounds.Raised(episode.AlarmId, _detector, _policy, key.Key, finding));
    }

    private void Repeat(NodeId node, Episode episode, Finding finding)
    {
        bool sameBoot = episode.LastBoot == finding.Cause.Boot;
        episode.Occurrences++;
        if (!sameBoot || finding.At.BootNs > episode.Last.BootNs) episode.Last = finding.At;
        episode.LastBoot = finding.Cause.Boot;
        Evidence newest = Deciding(finding);
        bool worse = Escalate(episode, finding, newest);

        if (episode.Untold is null) WaitingOf(node).Add(episode);
        episode.Untold = newest;
        long second = Watermark.SecondOf(finding.At.BootNs);
        bool newSecond = !sameBoot || episode.ToldSecond is not { } told || second > told;
        if (!newSecond) return;

        // An escalation has just shown this occurrence; its count can wait for the others of the second.
        if (!worse) Tell(node, episode);
        episode.ToldSecond = second;
    }

    private bool Escalate(Episode episode, Finding finding, Evidence newest)
    {
        Severity severity = finding.Severity > episode.Severity ? finding.Severity : episode.Severity;
        Outcome outcome = Weight(finding.Outcome) > Weight(episode.Outcome) ? finding.Outcome : episode.Outcome;
        if (severity == episode.Severity && outcome == episode.Outcome) return false;
        episode.Severity = severity;
        episode.Outcome = outcome;
        Add(new AlarmEscalated
        {
            AlarmId = episode.AlarmId,
            Ordinal = episode.NextOrdinal++,
            At = finding.At.Wall,
            Severity = severity,
            Outcome = outcome,
            Evidence = newest,
        });
        return true;
    }

    private void Add(AlarmEvent e) => _events.Add(new PlacedAlarm(Position, e));

    private void Tell(NodeId node, Episode episode)
    {
        if (episode.Untold is not { } newest) return;
        episode.Untold = null;
        List<Episode> waiting = WaitingOf(node);
        waiting.Remove(episode);
        if (waiting.Count == 0) _untold.Remove(node);
        Add(new AlarmRecurred
        {
            AlarmId = episode.AlarmId,
            Ordinal = episode.NextOrdinal++,
            At = newest.At,
            Occurrences = episode.Occurrences,
            Evidence = newest,
        });
    }

    private List<Episode> WaitingOf(NodeId node)
    {
        if (!_untold.TryGetValue(node, out List<Episode>? waiting)) _untold.Add(node, waiting = []);
        return waiting;
    }

    /// <summary>The piece of evidence that is the cause itself, else the last.</summary>
    private static Evidence Deciding(Finding finding) =>
        AlarmBounds.Cut(finding.Evidence.LastOrDefault(e => e.Sequence == finding.Cause.Sequence && e.Boot == finding.Cause.Boot.Value)
            ?? finding.Evidence[^1]);

    /// <summary>An attempt may turn out a success, never the other way round; a weakness may turn out to be used.</summary>
    private static int Weight(Outcome outcome) => outcome switch
    {
        Outcome.AttackSuccess => 4,
        Outcome.AttackAttempt => 3,
        Outcome.AttackBlocked => 2,
        Outcome.AbnormalBehavior => 1,
        _ => 0,
    };
}
