using System.Collections.Immutable;
using System.Text;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;

namespace Pipeline.Domain.Kernel;

/// <summary>
/// The processes of one boot of one node. One whose beginning was not seen is made up from the first event that shows it and filled in
/// later; one that has ended is still known for a while, since events of its last moments, and its children's, come after the news of its
/// end. Over the bound the one that has been silent for longest is forgotten.
/// </summary>
internal sealed class ProcessTable
{
    /// <summary>A busy node runs some ten thousand processes; four times that leaves room for those that ended lately.</summary>
    public const int MostProcesses = 65_536;

    /// <summary>Event time for which a process that has ended stays known.</summary>
    public const long TombstoneNs = 60 * EventTime.NanosecondsPerSecond;

    /// <summary>Of a command line this much is kept for later; detectors see the whole of it in the exec event itself.</summary>
    public const int LongestCommandLine = 256;

    private const int LongestPath = 256;

    private readonly RecencyMap<ProcessKey, ProcessContext> _processes = new(MostProcesses);
    private readonly Queue<(ProcessKey Key, long EndedNs)> _ended = new();

    public int Count => _processes.Count;

    public long Evicted { get; private set; }

    /// <summary>The process of a task that did something.</summary>
    public ProcessContext Of(EventBatch batch, in TaskRecord task, long bootNs)
    {
        var key = new ProcessKey(task.Tgid, task.StartNs);
        return _processes.TryGet(key, out ProcessContext? known) ? known : Set(key, FromTask(batch, task, bootNs));
    }

    /// <summary>Takes note of the beginning, the exec or the end of a process.</summary>
    /// <returns>The process after it.</returns>
    public ProcessContext Apply(EventBatch batch, in TaskRecord task, in ProcessRecord record, long bootNs, long sequence)
    {
        var key = new ProcessKey(task.Tgid, task.StartNs);
        switch (record.Action)
        {
            case ProcessAction.Executed or ProcessAction.Existing:
                return Set(key, FromTask(batch, task, bootNs) with
                {
                    Script = Kept(batch, record.Script, LongestPath),
                    CommandLine = Kept(batch, record.Arguments, LongestCommandLine).TrimEnd('\0').Replace('\0', ' '),
                    Executable = record.Executable,
                    StandardStreams = record.StandardStreams,
                    Sequence = sequence,
                });
            case ProcessAction.Exited:
                ProcessContext last = Of(batch, task, bootNs);
                if (_ended.Count == MostProcesses) _processes.Remove(_ended.Dequeue().Key);
                _ended.Enqueue((key, bootNs));
                return last;
            default:
                return Fork(batch, task, bootNs, sequence);
        }
    }

    /// <summary>Event time has passed <paramref name="watermarkNs"/>: what ended long before goes.</summary>
    public void Advance(long watermarkNs)
    {
        while (_ended.TryPeek(out (ProcessKey Key, long EndedNs) oldest) && oldest.EndedNs + TombstoneNs <= watermarkNs)
            _processes.Remove(_ended.Dequeue().Key);
    }

    public void Save(BinaryWriter state)
    {
        state.Write(_processes.Count);
        foreach ((ProcessKey _, ProcessContext process) in _processes.OldestFirst) ProcessState.Save(state, process);
        state.Write(_ended.Count);
        foreach ((ProcessKey key, long endedNs) in _ended)
        {
            state.Write(key.Tgid);
            state.Write(key.StartNs);
            state.Write(endedNs);
        }
    }

    public static ProcessTable Load(BinaryReader state)
    {
        var table = new ProcessTable();
        for (int left = state.ReadCount(MostProcesses); left > 0; left--)
        {
            ProcessContext process = ProcessState.Load(state);
            table._processes.Set(process.Self.Key, process);
        }

        for (int left = state.ReadCount(MostProcesses); left > 0; left--)
            table._ended.Enqueue((new ProcessKey(state.ReadInt32(), state.ReadInt64()), state.ReadInt64()));
        return table;
    }

    /// <summary>A child is its parent's program under another id until it execs.</summary>
    private ProcessContext Fork(EventBatch batch, in TaskRecord task, long bootNs, long sequence)
    {
        var key = new ProcessKey(task.Tgid, task.StartNs);
        ProcessFacts facts = FromTask(batch, task, bootNs) with { Sequence = sequence };
        if (_processes.TryGet(facts.Parent, out ProcessContext? parent))
        {
            facts = facts with
            {
                Script = parent.Self.Script,
                CommandLine = parent.Self.CommandLine,
                Executable = parent.Self.Executable,
                StandardStreams = parent.Self.StandardStreams,
            };
        }

        return Set(key, facts);
    }

    private ProcessContext Set(ProcessKey key, ProcessFacts facts)
    {
        ImmutableArray<ProcessFacts> ancestors = _processes.TryGet(key, out ProcessContext? before) && !before.Ancestors.IsEmpty
            ? before.Ancestors
            : _processes.TryGet(facts.Parent, out ProcessContext? parent)
                ? [parent.Self, .. parent.Ancestors.Take(ProcessContext.MostAncestors - 1)]
                : [];
        var context = new ProcessContext(facts, ancestors);
        if (_processes.Set(key, context, out _)) Evicted++;
        return context;
    }

    private static ProcessFacts FromTask(EventBatch batch, in TaskRecord task, long bootNs) => new()
    {
        Key = new ProcessKey(task.Tgid, task.StartNs),
        Parent = new ProcessKey(task.ParentTgid, task.ParentStartNs),
        NamespaceTgid = task.NamespaceTgid,
        ExecGeneration = task.ExecGeneration,
        ExePath = Kept(batch, task.ExePath, LongestPath),
        Uid = task.Uid,
        EffectiveUid = task.EffectiveUid,
        CapEffective = task.CapEffective,
        ContainerId = Kept(batch, task.ContainerId, LongestPath),
        Flags = task.Flags,
        SinceNs = bootNs,
    };

    private static string Kept(EventBatch batch, Text text, int most)
    {
        if (text.IsEmpty) return "";
        ReadOnlySpan<byte> utf8 = batch.Utf8(text);

        // A character takes at most four bytes: more than that of a huge text need not be decoded.
        return StateFormat.Cut(Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, most * 4)]), most);
    }
}
