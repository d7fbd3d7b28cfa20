using System.Collections.Immutable;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;

namespace Pipeline.Domain.Kernel;

/// <summary>
/// The processes of one boot of one node. The news of a process may come in any order, or not at all: one whose beginning was not seen is
/// made up from the first event that shows it and filled in later; one that has ended is still known for a while, since events of its last
/// moments, and its children's, come after the news of its end. Of the processes of one number at most one lives. Over the bound the one
/// that nothing was heard of for longest is forgotten.
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
    private const long Lives = long.MaxValue;

    private readonly RecencyMap<ProcessKey, Entry> _processes = new(MostProcesses);
    private readonly Dictionary<int, ProcessKey> _living = [];
    private readonly Queue<(ProcessKey Key, long EndedNs)> _ended = new();

    public int Count => _processes.Count;

    public long Evicted { get; private set; }

    /// <summary>The process of a task that did something.</summary>
    public ProcessContext Of(EventBatch batch, in TaskRecord task, long bootNs, TextPool texts, AnomalyTally anomalies)
    {
        if (task.Tgid <= 0 || task.StartNs > bootNs) anomalies.Note(Anomaly.ImpossibleProcess);
        if (!TryFind(task, out ProcessKey key, out Entry known))
            return Add(key, FromTask(batch, key, task, bootNs, texts), bootNs, anomalies);
        if (known.Context.Ancestors.IsEmpty && AncestorsOf(known.Context.Self) is { IsEmpty: false } ancestors)
            known = known with { Context = known.Context with { Ancestors = ancestors } };
        else if (_processes.Count <= MostProcesses / 2)
            return known.Context; // far from the bound the order does not matter
        _processes.Set(key, known);
        return known.Context;
    }

    /// <summary>Takes note of the beginning, the exec or the end of a process.</summary>
    /// <returns>The process after it.</returns>
    public ProcessContext Apply(
        EventBatch batch, in TaskRecord task, in ProcessRecord record, long bootNs, long sequence, TextPool texts,
        AnomalyTally anomalies) =>
        record.Action switch
        {
            ProcessAction.Executed or ProcessAction.Existing => Exec(batch, task, record, bootNs, sequence, texts, anomalies),
            ProcessAction.Exited => Exit(batch, task, bootNs, texts, anomalies),
            ProcessAction.Forked => Fork(batch, task, bootNs, sequence, texts, anomalies),
            _ => Of(batch, task, bootNs, texts, anomalies),
        };

    /// <summary>Event time has passed <paramref name="watermarkNs"/>: what ended long before goes.</summary>
    public void Advance(long watermarkNs)
    {
        while (_ended.TryPeek(out (ProcessKey Key, long EndedNs) oldest) && oldest.EndedNs + TombstoneNs <= watermarkNs)
            Forget(_ended.Dequeue());
    }

    public void Save(BinaryWriter state)
    {
        ProcessState.Save(state, [.. _processes.OldestFirst.Select(p => p.Value.Context)]);
        foreach ((ProcessKey _, Entry entry) in _processes.OldestFirst) state.Write(entry.EndedNs);
        state.Write(_ended.Count);
        foreach ((ProcessKey key, long endedNs) in _ended)
        {
            state.Write(key.Tgid);
            state.Write(key.StartNs);
            state.Write(endedNs);
        }
    }

    public static ProcessTable Load(BinaryReader state, TextPool texts)
    {
        var table = new ProcessTable();
        foreach (ProcessContext process in ProcessState.Load(state, texts))
        {
            var entry = new Entry(process, state.ReadInt64());
            table._processes.Set(process.Self.Key, entry);
            if (entry.EndedNs == Lives) table._living[process.Self.Key.Tgid] = process.Self.Key;
        }

        for (int left = state.ReadCount(MostProcesses); left > 0; left--)
            table._ended.Enqueue((new ProcessKey(state.ReadInt32(), state.ReadInt64()), state.ReadInt64()));
        return table;
    }

    /// <summary>
    /// A child is its parent's program under another id until it execs. Where the child has been heard of before, only what was missing is
    /// taken from the fork.
    /// </summary>
    private ProcessContext Fork(EventBatch batch, in TaskRecord task, long bootNs, long sequence, TextPool texts, AnomalyTally anomalies)
    {
        ProcessKey key = KeyOf(task, isNew: true);
        var parentKey = new ProcessKey(task.ParentTgid, task.ParentStartNs);
        ProcessContext? parent = Find(parentKey);
        if (parent is null && parentKey.Tgid != 0) anomalies.Note(Anomaly.UnknownParent);

        // Without start times the number of a process that has ended is the next one's key.
        bool isAnother = _processes.TryGet(key, out Entry known) && key.StartNs == 0 && known.EndedNs != Lives;
        if (known.Context is not null && !isAnother)
        {
            anomalies.Note(Anomaly.LateFork);
            ProcessFacts self = known.Context.Self;
            if (self.Parent.Tgid == 0) self = self with { Parent = parentKey };
            return Set(key, known with { Context = Complete(self, known.Context.Ancestors) });
        }

        return Add(key, FromTask(batch, key, task, bootNs, texts, Program.Of(parent?.Self), sequence), bootNs, anomalies);
    }

    private ProcessContext Exec(
        EventBatch batch, in TaskRecord task, in ProcessRecord record, long bootNs, long sequence, TextPool texts, AnomalyTally anomalies)
    {
        bool known = TryFind(task, out ProcessKey key, out Entry entry);
        ProcessFacts? before = entry.Context?.Self;

        // The agent announces everything again every few minutes; an announcement knows less than the exec did.
        if (record.Action == ProcessAction.Existing && before is { Sequence: >= 0 } && before.ExecGeneration >= task.ExecGeneration)
            return Of(batch, task, bootNs, texts, anomalies);

        var program = new Program(
            texts.Text(batch, record.Script, LongestPath), texts.CommandLine(batch, record.Arguments, LongestCommandLine),
            record.Executable, record.StandardStreams);
        ProcessFacts facts = FromTask(batch, key, task, bootNs, texts, program, sequence);
        if (!known) return Add(key, facts, bootNs, anomalies);
        ProcessContext after = Complete(facts, entry.Context!.Ancestors);
        if (entry.EndedNs != Lives || before!.ExecGeneration > task.ExecGeneration) anomalies.Note(Anomaly.LateExec);
        return before!.ExecGeneration > task.ExecGeneration ? after : Set(key, entry with { Context = after });
    }

    private ProcessContext Exit(EventBatch batch, in TaskRecord task, long bootNs, TextPool texts, AnomalyTally anomalies)
    {
        if (!TryFind(task, out ProcessKey key, out Entry known))
        {
            anomalies.Note(Anomaly.UnknownExit);
            Of(batch, task, bootNs, texts, anomalies);
            if (!_processes.TryGet(key, out known)) return new ProcessContext(FromTask(batch, key, task, bootNs, texts), []);
        }

        if (known.EndedNs == Lives) End(key, known, bootNs);
        else anomalies.Note(Anomaly.RepeatedExit);
        return known.Context;
    }

    /// <summary>The process of a task. That one lives under a key says that it is the one of its number that does.</summary>
    private bool TryFind(in TaskRecord task, out ProcessKey key, out Entry entry)
    {
        key = new ProcessKey(task.Tgid, task.StartNs);
        if (_processes.TryGet(key, out entry) && entry.EndedNs == Lives) return true;
        key = KeyOf(task, isNew: false);
        return _processes.TryGet(key, out entry);
    }

    /// <summary>
    /// Who the task is. Without a start time it is the living process of its number. One that lived without a start time gets it from the
    /// first event that has it, unless that is the beginning of another.
    /// </summary>
    private ProcessKey KeyOf(in TaskRecord task, bool isNew)
    {
        var key = new ProcessKey(task.Tgid, task.StartNs);
        if (!_living.TryGetValue(task.Tgid, out ProcessKey living) || living == key) return key;
        if (task.StartNs == 0) return living;
        if (living.StartNs != 0 || isNew || !_processes.TryGet(living, out Entry unnamed)) return key;
        _processes.Remove(living);
        Set(key, unnamed with { Context = unnamed.Context with { Self = unnamed.Context.Self with { Key = key } } });
        _living[task.Tgid] = key;
        return key;
    }

    /// <summary>A process that was not known. The newer of two of one number lives; the other's end was missed.</summary>
    private ProcessContext Add(ProcessKey key, ProcessFacts facts, long bootNs, AnomalyTally anomalies)
    {
        ProcessContext context = Complete(facts, []);
        if (key.Tgid <= 0) return context;
        bool lives = true;
        if (_living.TryGetValue(key.Tgid, out ProcessKey other) && _processes.TryGet(other, out Entry older))
        {
            anomalies.Note(Anomaly.MissedExit);
            lives = other.StartNs < key.StartNs || key.StartNs == 0;
            if (lives) End(other, older, bootNs);
        }

        var entry = new Entry(context, Lives);
        Set(key, entry);
        if (lives) _living[key.Tgid] = key;
        else End(key, entry, bootNs);
        return context;
    }

    private ProcessContext Set(ProcessKey key, Entry entry)
    {
        if (_processes.Set(key, entry, out KeyValuePair<ProcessKey, Entry> evicted))
        {
            Evicted++;
            NoLongerLives(evicted.Key);
        }

        return entry.Context;
    }

    private void End(ProcessKey key, Entry entry, long bootNs)
    {
        NoLongerLives(key);
        _processes.Set(key, entry with { EndedNs = bootNs });
        if (_ended.Count == MostProcesses) Forget(_ended.Dequeue());
        _ended.Enqueue((key, bootNs));
    }

    private void Forget((ProcessKey Key, long EndedNs) tombstone)
    {
        // A number without a start time may be somebody else's by now.
        if (_processes.TryGet(tombstone.Key, out Entry entry) && entry.EndedNs == tombstone.EndedNs) _processes.Remove(tombstone.Key);
    }

    private void NoLongerLives(ProcessKey key)
    {
        if (_living.TryGetValue(key.Tgid, out ProcessKey living) && living == key) _living.Remove(key.Tgid);
    }

    private ProcessContext Complete(ProcessFacts facts, ImmutableArray<ProcessFacts> ancestors) =>
        new(facts, ancestors.IsEmpty ? AncestorsOf(facts) : ancestors);

    private ImmutableArray<ProcessFacts> AncestorsOf(ProcessFacts facts) =>
        Find(facts.Parent) is { } parent && parent.Self.Key != facts.Key ? parent.AncestorsOfChildren() : [];

    private ProcessContext? Find(ProcessKey key)
    {
        if (key.Tgid <= 0) return null;
        if (key.StartNs == 0 && _living.TryGetValue(key.Tgid, out ProcessKey living)) key = living;
        return _processes.TryGet(key, out Entry entry) ? entry.Context : null;
    }

    /// <param name="sequence">Of the event that says so; -1 for one that merely shows the process.</param>
    private static ProcessFacts FromTask(
        EventBatch batch, ProcessKey key, in TaskRecord task, long bootNs, TextPool texts, in Program program = default,
        long sequence = -1) =>
        new()
        {
            Key = key,
            Parent = new ProcessKey(task.ParentTgid, task.ParentStartNs),
            NamespaceTgid = task.NamespaceTgid,
            ExecGeneration = task.ExecGeneration,
            ExePath = texts.Text(batch, task.ExePath, LongestPath),
            Script = program.Script ?? "",
            CommandLine = program.CommandLine ?? "",
            Executable = program.Executable,
            Uid = task.Uid,
            EffectiveUid = task.EffectiveUid,
            CapEffective = task.CapEffective,
            ContainerId = texts.Text(batch, task.ContainerId, LongestPath),
            Flags = task.Flags,
            StandardStreams = program.StandardStreams,
            SinceNs = bootNs,
            Sequence = sequence,
        };

    private readonly record struct Entry(ProcessContext Context, long EndedNs);

    /// <summary>What an exec tells and a task does not. A child that has not exec'd yet runs its parent's program.</summary>
    private readonly record struct Program(string? Script, string? CommandLine, FileReference Executable, int StandardStreams)
    {
        public static Program Of(ProcessFacts? process) =>
            process is null ? default : new(process.Script, process.CommandLine, process.Executable, process.StandardStreams);
    }
}
