using System.Collections.Immutable;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.AbnormalProcess;

/// <summary>
/// Programs that cannot be judged yet, under what they wait for. Bounded: over either bound the oldest goes, and is handed back to be
/// judged
/// by what is known. Not thread-safe.
/// </summary>
internal sealed class WaitingProcesses<TKey>(Action<BinaryWriter, TKey> saveKey, Func<BinaryReader, TKey> loadKey)
    where TKey : notnull
{
    /// <summary>What is waited for: containers that start within seconds, files that are hashed.</summary>
    public const int MostKeys = 512;

    /// <summary>Programs that wait for one and the same.</summary>
    public const int MostOfAKey = 16;

    private readonly RecencyMap<TKey, ImmutableArray<ExecutedProcess>> _waiting = new(MostKeys);

    public int Count => _waiting.Count;

    public IEnumerable<KeyValuePair<TKey, ImmutableArray<ExecutedProcess>>> OldestFirst => _waiting.OldestFirst;

    /// <returns>Those for which there was no room.</returns>
    public ImmutableArray<ExecutedProcess> Add(TKey key, ExecutedProcess process)
    {
        ImmutableArray<ExecutedProcess> before = _waiting.TryGet(key, out ImmutableArray<ExecutedProcess> known) ? known : [];
        ImmutableArray<ExecutedProcess> pushedOut = [];
        if (before.Length == MostOfAKey)
        {
            pushedOut = [before[0]];
            before = before.RemoveAt(0);
        }

        return _waiting.Set(key, before.Add(process), out KeyValuePair<TKey, ImmutableArray<ExecutedProcess>> evicted)
            ? pushedOut.AddRange(evicted.Value)
            : pushedOut;
    }

    /// <summary>What waited for it, and no longer does.</summary>
    public ImmutableArray<ExecutedProcess> Take(TKey key)
    {
        if (!_waiting.TryGet(key, out ImmutableArray<ExecutedProcess> found)) return [];
        _waiting.Remove(key);
        return found;
    }

    public void Save(BinaryWriter state)
    {
        state.Write(_waiting.Count);
        foreach ((TKey key, ImmutableArray<ExecutedProcess> processes) in _waiting.OldestFirst)
        {
            saveKey(state, key);
            state.Write(processes.Length);
            foreach (ExecutedProcess process in processes) process.Save(state);
        }
    }

    public void Load(BinaryReader state)
    {
        _waiting.Clear();
        for (int left = state.ReadCount(MostKeys); left > 0; left--)
        {
            TKey key = loadKey(state);
            var processes = ImmutableArray.CreateBuilder<ExecutedProcess>();
            for (int of = state.ReadCount(MostOfAKey); of > 0; of--) processes.Add(ExecutedProcess.Load(state));
            _waiting.Set(key, processes.ToImmutable());
        }
    }
}
