using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;

namespace Agents.Importers;

/// <summary>A place where a recording is not what its format says.</summary>
/// <param name="Offset">Byte at which the broken record begins; of a compressed recording, in what it expands to.</param>
/// <param name="Reason">What is wrong, for people.</param>
public sealed record RecordingDamage(long Offset, string Reason);

/// <summary>
/// What was read and what became of it. Exact: of every type, read = mapped + state + unmapped + broken. Grows while the recording is read;
/// not thread-safe.
/// </summary>
public sealed class RecordingReport
{
    /// <summary>Types are named by the recording; beyond this many they are counted together, as <see cref="OtherTypes"/>.</summary>
    public const int MostTypes = 4096;

    public const string OtherTypes = "(other types)";

    /// <summary>Damages kept with place and reason; all are counted.</summary>
    public const int MostDamages = 100;

    private readonly Dictionary<string, TypeCount> _types = new(StringComparer.Ordinal);
    private readonly List<RecordingDamage> _damages = [];
    private readonly long[] _events = new long[Enum.GetValues<EventKind>().Length];
    private readonly SortedDictionary<string, long> _notes = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _nodes = new(StringComparer.Ordinal);

    public required RecordingFormat Format { get; init; }

    public required BootId Boot { get; init; }

    /// <summary>Nodes that events were given to, in the order of their names.</summary>
    public IReadOnlyCollection<string> Nodes => _nodes;

    /// <summary>Bytes read so far; of a compressed recording, after expansion.</summary>
    public long Bytes { get; internal set; }

    /// <summary>True when the recording was read to its end; false when a damage made the rest unreadable.</summary>
    public bool Complete { get; internal set; }

    /// <summary>The record types met, by name.</summary>
    public IEnumerable<TypeCount> Types => _types.Values.OrderBy(type => type.Type, StringComparer.Ordinal);

    public long Records => _types.Values.Sum(type => type.Read);

    public long Unmapped => _types.Values.Sum(type => type.Unmapped);

    public long DamageCount { get; private set; }

    /// <summary>The first damages, in the order of their places.</summary>
    public IReadOnlyList<RecordingDamage> Damages => _damages;

    /// <summary>What bounds and gaps of knowledge did, by kind, with how often ("thread unknown", "argument list cut").</summary>
    public IReadOnlyDictionary<string, long> Notes => _notes;

    public long Events => _events.Sum();

    public long EventsOf(EventKind kind) => _events[(int)kind];

    internal void Count(string type, Outcome outcome)
    {
        if (!_types.TryGetValue(type, out TypeCount? count))
        {
            if (_types.Count >= MostTypes && type != OtherTypes)
            {
                Count(OtherTypes, outcome);
                return;
            }

            _types.Add(type, count = new TypeCount(type));
        }

        count.Add(outcome);
    }

    internal void CountEvent(EventKind kind) => _events[(int)kind]++;

    internal void CountNode(string node) => _nodes.Add(node);

    internal void Note(string what) => _notes[what] = _notes.GetValueOrDefault(what) + 1;

    internal void Damaged(long offset, string reason)
    {
        DamageCount++;
        if (_damages.Count < MostDamages) _damages.Add(new RecordingDamage(offset, reason));
    }
}

/// <summary>What became of a record.</summary>
internal enum Outcome
{
    /// <summary>At least one event.</summary>
    Mapped,

    /// <summary>
    /// No event of its own; what it says is in other events (the first half of a system call, a closed descriptor, a table).
    /// </summary>
    State,

    /// <summary>The event contract has no place for it, or it does not say enough.</summary>
    Unmapped,

    /// <summary>Its bytes are not what its type says.</summary>
    Broken,
}

/// <summary>How many records of one type there were, and what became of them.</summary>
public sealed class TypeCount(string type)
{
    public string Type { get; } = type;

    public long Read => Mapped + State + Unmapped + Broken;

    /// <summary>Records that became events.</summary>
    public long Mapped { get; private set; }

    /// <summary>Records that only told what others need.</summary>
    public long State { get; private set; }

    public long Unmapped { get; private set; }

    public long Broken { get; private set; }

    internal void Add(Outcome outcome)
    {
        switch (outcome)
        {
            case Outcome.Mapped: Mapped++; break;
            case Outcome.State: State++; break;
            case Outcome.Unmapped: Unmapped++; break;
            default: Broken++; break;
        }
    }
}
