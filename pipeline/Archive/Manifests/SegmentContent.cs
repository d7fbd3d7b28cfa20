using System.Collections.Immutable;
using System.Globalization;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Schemas;

namespace Pipeline.Archive.Manifests;

/// <summary>Gathers what a manifest says of its segment while the segment is written. Not thread-safe.</summary>
internal sealed class SegmentContent
{
    /// <summary>Beyond any of these the segment is sealed, so that manifests stay small.</summary>
    private const int MostNodes = 4096, MostRanges = 4096, MostLosses = 4096;

    private readonly Dictionary<NodeBoot, Gathering> _nodes = [];
    private readonly SortedSet<string> _schemas = new(StringComparer.Ordinal);
    private int _kinds;
    private int _losses;

    public long Records { get; private set; }

    public long Events { get; private set; }

    public long Undecodable { get; private set; }

    public bool IsFull { get; private set; }

    public long FromNs => _nodes.Values.Where(node => node.Events > 0).Select(node => node.FromNs).DefaultIfEmpty().Min();

    public long ToNs => _nodes.Values.Where(node => node.Events > 0).Select(node => node.ToNs).DefaultIfEmpty().Max();

    public ImmutableArray<string> Kinds =>
        [.. Enum.GetValues<EventKind>().Where(kind => (_kinds & (1 << (int)kind)) != 0).Select(kind => kind.ToString().ToLowerInvariant())];

    public ImmutableArray<string> Schemas => [.. _schemas];

    public ImmutableArray<NodeContent> Nodes => [.. _nodes.Select(node => node.Value.Told(node.Key))];

    /// <param name="batch">Null when the value is none.</param>
    public void Add(RawRecord record, EventBatch? batch)
    {
        Records++;
        if (record.Value is { } value && WireFormat.TryRead(value, out Framing framing))
            _schemas.Add(framing.Kind == FramingKind.Registry
                ? string.Create(CultureInfo.InvariantCulture, $"registry:{framing.RegistryId}")
                : framing.Fingerprint.ToString("x16", CultureInfo.InvariantCulture));
        if (batch is null)
        {
            Undecodable++;
            return;
        }

        Events += batch.Count;
        var id = new NodeBoot(batch.Node, batch.Boot);
        if (!_nodes.TryGetValue(id, out Gathering? node)) _nodes.Add(id, node = new Gathering());
        _losses += node.Add(batch);
        foreach (ref readonly EventRecord e in batch.Events) _kinds |= 1 << (int)e.Kind;
        IsFull |= _nodes.Count >= MostNodes || _losses >= MostLosses || node.Sequences.Count >= MostRanges;
    }

    /// <summary>One boot of one node.</summary>
    private sealed class Gathering
    {
        private readonly HashSet<UInt128> _containers = [];
        private readonly List<ReportedLoss> _losses = [];
        private long _accountNs;

        public SequenceLedger Sequences { get; } = new();

        public long Events { get; private set; }

        public long FromNs { get; private set; } = long.MaxValue;

        public long ToNs { get; private set; } = long.MinValue;

        /// <returns>How many losses it reports.</returns>
        public int Add(EventBatch batch)
        {
            int lossesBefore = _losses.Count;
            Events += batch.Count;
            Sequences.Add(batch.FirstSequence, batch.FirstSequence + batch.Count - 1);
            ReadOnlySpan<EventRecord> events = batch.Events;
            for (int i = 0; i < events.Length; i++)
            {
                // No event is later than the clock of its batch: see EnrichedBatch.TimeAt.
                long wall = batch.Clock.WallNs + Math.Min(0, events[i].BootNs - batch.Clock.BootNs);
                FromNs = Math.Min(FromNs, wall);
                ToNs = Math.Max(ToNs, wall);
                if (events[i].Kind is EventKind.Loss or EventKind.Heartbeat) Account(batch, i, wall);
            }

            foreach (ref readonly TaskRecord task in batch.Tasks) Note(batch.Utf8(task.ContainerId));
            foreach (ContainerRecord container in batch.Containers) Note(System.Text.Encoding.UTF8.GetBytes(container.ContainerId));
            return _losses.Count - lossesBefore;
        }

        public NodeContent Told(NodeBoot id) => new(
            id.Node.Value, id.Boot.Value, Events, Sequences.Ranges, Events > 0 ? FromNs : 0, Events > 0 ? ToNs : 0,
            ContainerFilter.Of(_containers), [.. _losses]);

        private void Account(EventBatch batch, int position, long wall)
        {
            EventRecord e = batch.Events[position];
            if (e.Kind == EventKind.Loss)
            {
                LossRecord loss = batch.Losses[e.Index];
                _losses.Add(new ReportedLoss(
                    batch.FirstSequence + position, loss.Cause.ToString(), loss.Count, loss.FirstSequence, loss.LastSequence,
                    _accountNs, wall));
            }

            _accountNs = wall;
        }

        private void Note(ReadOnlySpan<byte> id)
        {
            ReadOnlySpan<byte> known = id[..Math.Min(id.Length, ContainerFilter.ShortId)];
            if (!known.IsEmpty) _containers.Add(ContainerFilter.HashOf(known));
        }
    }
}
