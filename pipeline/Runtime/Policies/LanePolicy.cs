using Pipeline.Runtime.Ports;

namespace Pipeline.Runtime.Policies;

/// <summary>A change of a lane's policy.</summary>
/// <param name="Policy">What holds now; null when it stays as it is.</param>
/// <param name="Position">What is to be stored of it; null when it is stored already.</param>
internal sealed record LaneChange(RunnablePolicy? Policy, PolicyPosition? Position);

/// <summary>
/// Which policy holds for a lane, offset by offset. Where the store knows positions ahead, of a run that ended before its checkpoint, the lane
/// takes the same changes at the same offsets again; only behind all of which anything was stored does it follow the newest policy. Not thread-safe.
/// </summary>
internal sealed class LanePolicy
{
    private readonly PolicyShelf _shelf;
    private readonly Queue<PolicyPosition> _ahead;

    private LanePolicy(PolicyShelf shelf, RunnablePolicy current, PolicyPosition? position, IEnumerable<PolicyPosition> ahead, long reached)
    {
        _shelf = shelf;
        Current = current;
        First = position;
        _ahead = new Queue<PolicyPosition>(ahead);
        Reached = reached;
    }

    public RunnablePolicy Current { get; private set; }

    /// <summary>What is to be stored of the policy that the lane begins with; null when it is stored already.</summary>
    public PolicyPosition? First { get; }

    /// <inheritdoc cref="PartitionCheckpoint.Reached"/>
    public long Reached { get; private set; }

    public static LanePolicy From(PolicyShelf shelf, PartitionCheckpoint checkpoint)
    {
        long next = checkpoint.NextOffset ?? 0;
        IReadOnlyList<PolicyPosition> known = checkpoint.Policies;
        bool holds = known.Count > 0 && known[0].Offset <= next;
        RunnablePolicy? stored = holds ? shelf.Read(known[0].Document) : null;
        RunnablePolicy current = stored ?? shelf.Newest;
        PolicyPosition? first = stored is null ? new PolicyPosition(next, current.Document) : null;
        return new LanePolicy(shelf, current, first, holds ? known.Skip(1) : known, checkpoint.Reached);
    }

    /// <summary>The next change to be taken before the record at an offset; null when there is none. Asked until there is none.</summary>
    public LaneChange? TakeDue(long offset)
    {
        if (_ahead.TryPeek(out PolicyPosition? ahead))
        {
            if (ahead.Offset > offset) return null;
            _ahead.Dequeue();
            // What cannot be understood here does not hold here, and that is to be said.
            return _shelf.Read(ahead.Document) is { } policy ? new LaneChange(Current = policy, null) : new LaneChange(null, At(offset));
        }

        if (offset < Reached || _shelf.Newest.Document.Hash == Current.Document.Hash) return null;
        Current = _shelf.Newest;
        return new LaneChange(Current, At(offset));
    }

    /// <summary>Alarms of all records below the offset may be stored from now on.</summary>
    public void Reach(long offset) => Reached = Math.Max(Reached, offset);

    /// <summary>Another log has taken the place of the old one: what was stored of its offsets says nothing of these.</summary>
    /// <returns>What is to be stored of the new one.</returns>
    public PolicyPosition BeginAgain(long offset)
    {
        _ahead.Clear();
        Reached = 0;
        return At(offset);
    }

    private PolicyPosition At(long offset) => new(offset, Current.Document);
}
