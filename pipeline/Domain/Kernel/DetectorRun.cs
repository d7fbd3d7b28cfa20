using System.Collections.Immutable;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;

namespace Pipeline.Domain.Kernel;

/// <summary>How to make a detector, as the catalogue lists it.</summary>
public sealed record DetectorFactory(DetectorSpec Spec, Func<IDetector> Create)
{
    /// <summary>The policy that it runs under, which its alarms name.</summary>
    public PolicyStamp Policy { get; init; } = PolicyStamp.BuiltIn;
}

/// <summary>Which policy decided. The version is its author's, counted up with each change.</summary>
public sealed record PolicyStamp(string Id, int Version)
{
    public static PolicyStamp BuiltIn { get; } = new("default", 1);
}

/// <summary>A detector threw. Its state is unknown from here on: the run must be thrown away and made again from saved state.</summary>
public sealed class DetectorFaultException(DetectorSpec detector, EventId id, Exception cause)
    : Exception($"{detector.Name} failed on {id}: {cause.Message}", cause)
{
    public DetectorSpec Detector { get; } = detector;

    /// <summary>The event it was shown.</summary>
    public EventId EventId { get; } = id;
}

/// <summary>
/// One detector at work on one partition, with its journal. What runs live, in a replay and in a test is this. Not thread-safe: one owner.
/// </summary>
public sealed class DetectorRun
{
    private DetectorFactory _factory;
    private readonly HashSet<EventId> _skipped = [];
    private IDetector _detector;
    private AlarmJournal _journal;

    public DetectorRun(DetectorFactory factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        _factory = factory;
        _detector = factory.Create();
        _journal = new AlarmJournal(factory.Spec, policy: factory.Policy);
    }

    public DetectorSpec Spec => _factory.Spec;

    public int OpenEpisodes => _journal.OpenEpisodes;

    public long EvictedEpisodes => _journal.EvictedEpisodes;

    /// <summary>
    /// Whether anything in the batch concerns a detector or its alarms, which containers' descriptions complete; feeding it another batch
    /// changes nothing.
    /// </summary>
    public static bool Wants(DetectorSpec detector, EnrichedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(detector);
        ArgumentNullException.ThrowIfNull(batch);
        return (batch.Kinds & (detector.Kinds | EventKinds.Container)) != 0 || !batch.Ticks.IsEmpty;
    }

    /// <summary>
    /// Asked before each event that the detector is shown: where it is to say why it decides as it does, null for nowhere. Not set while
    /// the pipeline runs.
    /// </summary>
    public Func<EnrichedBatch, int, IReasons?>? Reasons { get; set; }

    /// <summary>An event that this detector cannot bear: it is not shown to it.</summary>
    public void Skip(EventId id) => _skipped.Add(id);

    /// <summary>Runs the new events of a batch.</summary>
    /// <returns>The alarm events that follow, in order.</returns>
    /// <exception cref="DetectorFaultException">The detector threw.</exception>
    public ImmutableArray<PlacedAlarm> Feed(EnrichedBatch batch)
    {
        if (!Wants(Spec, batch)) return [];
        int position = batch.First;
        try
        {
            Run(batch, ref position);
        }
        catch (Exception e)
        {
            throw new DetectorFaultException(Spec, batch.Batch.IdOf(position), e);
        }

        return _journal.Take();
    }

    public StateSection Save()
    {
        using var bytes = new MemoryStream();
        using var state = new BinaryWriter(bytes);
        state.Write(AlarmJournal.StateVersion);
        _journal.Save(state);
        _detector.Save(state);
        state.Flush();
        return new StateSection(Spec.Name, Spec.Version, bytes.ToArray());
    }

    /// <summary>Takes over saved state. State that cannot be used is left alone and the detector begins with none.</summary>
    /// <returns>Null when it was taken over; else why not.</returns>
    public DiscardedState? Restore(StateSection section)
    {
        ArgumentNullException.ThrowIfNull(section);
        if (section.Version != Spec.Version)
            return new DiscardedState(Spec.Name, $"it is of version {section.Version}, the detector of {Spec.Version}");
        try
        {
            using BinaryReader state = section.Open();
            int version = state.ReadInt32();
            if (version != AlarmJournal.StateVersion)
                return new DiscardedState(Spec.Name, $"its journal is of version {version}, ours of {AlarmJournal.StateVersion}");
            _journal.Load(state);
            _detector.Load(state);
            return null;
        }
        catch (Exception e) when (StateSection.IsDamage(e))
        {
            _journal = new AlarmJournal(Spec, policy: _factory.Policy);
            _detector = _factory.Create();
            return new DiscardedState(Spec.Name, $"it is damaged: {e.Message}");
        }
    }

    /// <summary>
    /// Goes on, between two batches, as the same detector under another policy with all that it remembers: as though its state had been saved and
    /// restored under that policy.
    /// </summary>
    /// <returns>Null when it remembers all; else why not.</returns>
    public DiscardedState? Change(DetectorFactory factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        if (factory.Spec.Name != Spec.Name) throw new ArgumentException($"{Spec.Name} cannot become {factory.Spec.Name}", nameof(factory));
        StateSection saved = Save();
        _factory = factory;
        _detector = factory.Create();
        _journal = new AlarmJournal(Spec, policy: factory.Policy);
        return Restore(saved);
    }

    private void Run(EnrichedBatch batch, ref int position)
    {
        EventBatch raw = batch.Batch;
        ReadOnlySpan<EventRecord> events = raw.Events;
        ReadOnlySpan<WatermarkTick> ticks = batch.Ticks;
        NodeBoot node = batch.Node;
        EventKinds wanted = Spec.Kinds;
        int nextTick = 0;
        for (; position < events.Length; position++)
        {
            bool ticksHere = nextTick < ticks.Length && ticks[nextTick].Position == position;
            bool mine = ((EventKinds)(1 << (int)events[position].Kind) & wanted) != 0;
            bool describes = events[position].Kind == EventKind.Container;
            if (!ticksHere && !mine && !describes) continue;
            _journal.Position = position;
            bool skipped = _skipped.Count > 0 && _skipped.Contains(raw.IdOf(position));
            if (ticksHere) Advance(node, ticks[nextTick++].WatermarkNs, skipped);
            if (mine && !skipped)
            {
                if (Reasons is not null) _journal.Reasons = Reasons(batch, position);
                _detector.Observe(new Observation(batch, position), _journal);
            }

            if (describes && raw.Containers[events[position].Index].Spec is not null && batch.ContainerAt(position) is { } container)
                _journal.Describe(node, container, batch.TimeAt(position), raw.IdOf(position));
        }
    }

    private void Advance(NodeBoot node, long watermarkNs, bool skipped)
    {
        if (!skipped) _detector.Advance(node, watermarkNs, _journal);
        _journal.Advance(node, watermarkNs);
    }
}
