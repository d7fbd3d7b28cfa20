using System.Collections.Immutable;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.SensitiveFileAccess;

/// <summary>Changes in progress. Over the bound the oldest is handed back to be reported as it is. Not thread-safe.</summary>
internal sealed class EditBook
{
    /// <summary>
    /// Protected files that are being changed at one time on the nodes of a partition: a package upgrade touches some hundred.
    /// </summary>
    public const int MostEdits = 2048;

    private readonly RecencyMap<EditKey, Edit> _edits = new(MostEdits);

    public bool IsEmpty => _edits.Count == 0;

    public Edit? Find(EditKey key) => _edits.TryGet(key, out Edit? edit) ? edit : null;

    /// <returns>The change that had to go for it.</returns>
    public (EditKey Key, Edit Edit)? Set(EditKey key, Edit edit) =>
        _edits.Set(key, edit, out KeyValuePair<EditKey, Edit> evicted) ? (evicted.Key, evicted.Value) : null;

    public void Remove(EditKey key) => _edits.Remove(key);

    /// <summary>Those of a node that are complete, and those of an earlier boot of it; they are no longer in the book.</summary>
    public ImmutableArray<(EditKey Key, Edit Edit)> TakeDue(NodeBoot node, long watermarkNs, SensitiveFilePolicy policy)
    {
        if (IsEmpty) return [];
        ImmutableArray<(EditKey Key, Edit Edit)> due =
        [
            .. _edits.OldestFirst.Where(e => e.Key.Node == node.Node && (e.Value.Boot != node.Boot || e.Value.DueNs(policy) <= watermarkNs))
                .Select(e => (e.Key, e.Value)),
        ];
        foreach ((EditKey key, Edit _) in due) _edits.Remove(key);
        return due;
    }

    public void Save(BinaryWriter state)
    {
        state.Write(_edits.Count);
        foreach ((EditKey key, Edit edit) in _edits.OldestFirst)
        {
            state.WriteText(key.Node.Value);
            state.WriteText(key.ContainerId);
            state.WriteText(key.Path);
            EditState.Save(state, edit);
        }
    }

    public void Load(BinaryReader state)
    {
        _edits.Clear();
        for (int left = state.ReadCount(MostEdits); left > 0; left--)
            _edits.Set(new EditKey(new NodeId(state.ReadText()), state.ReadText(), state.ReadText()), EditState.Load(state));
    }
}
