using Agents.NodeAgent.Kernel.Ring;

namespace Agents.NodeAgent.Kernel.Events;

/// <summary>
/// The processes that records speak of, so that every event can say what its process runs. Fed in the order of time. A process that has
/// ended is remembered for a while:
/// records of its other threads may come after its end. Not thread-safe.
/// </summary>
/// <param name="exePath">Path of the executable of a process that was there before; empty when it cannot be read.</param>
internal sealed class ProcessTable(IContainerNames names, uint hostPidNs, Func<int, byte[]> exePath)
{
    private const int Ended = 1024;
    private const int Most = 65_536;

    private readonly Dictionary<(int Tgid, long Start), ProcessFacts> _facts = [];
    private readonly Dictionary<(uint Namespace, int Tgid), (int Tgid, long Start)> _numbers = [];
    private readonly Queue<RingTask> _ended = new();

    public int Count => _facts.Count;

    /// <summary>Learns from a record and completes it. The bytes are the record's, to read its texts from.</summary>
    public ProcessFacts Complete(ref RingRecord head, ReadOnlySpan<byte> record)
    {
        ProcessFacts facts = Learn(in head, record);
        if (head.Kind == RecordKind.Exit) Forget(in head.Task);
        return facts;
    }

    /// <summary>The process that a number means to the caller; null when it is not known.</summary>
    public (int Tgid, long Start, ProcessFacts Facts)? Find(uint pidNs, int number)
    {
        if (number <= 0) return null;
        if (_numbers.TryGetValue((pidNs, number), out (int Tgid, long Start) found) && _facts.TryGetValue(found, out ProcessFacts? facts))
            return (found.Tgid, found.Start, facts);
        return pidNs == hostPidNs ? (number, 0, ProcessFacts.None) : null;
    }

    private ProcessFacts Learn(in RingRecord head, ReadOnlySpan<byte> record)
    {
        var key = (head.Task.Tgid, head.Task.Start);
        ReadOnlyMemory<byte> container = names.Container(head.Task.Container);
        ReadOnlyMemory<byte> cgroup = names.Path(head.Task.Cgroup);
        bool known = _facts.TryGetValue(key, out ProcessFacts? facts);
        if (known && head.Kind != RecordKind.Executed && facts!.ContainerId.Equals(container) && facts.CgroupPath.Equals(cgroup))
            return facts;

        facts = new ProcessFacts(ExePath(in head, record, facts), container, cgroup);
        if (!known && _facts.Count >= Most) Clear();
        _facts[key] = facts;
        _numbers[(head.Task.PidNs, head.Task.NamespaceTgid)] = key;
        return facts;
    }

    private ReadOnlyMemory<byte> ExePath(in RingRecord head, ReadOnlySpan<byte> record, ProcessFacts? known)
    {
        if (head.Kind == RecordKind.Executed)
        {
            Span<byte> path = stackalloc byte[RecordPath.Longest];
            return path[..RecordPath.Write(RingRecord.Text(record, RecordText.Path), path)].ToArray();
        }

        if (known is not null) return known.ExePath;
        if (head.Kind == RecordKind.Fork && _facts.TryGetValue((head.Task.ParentTgid, head.Task.ParentStart), out ProcessFacts? parent))
            return parent.ExePath;
        return exePath(head.Task.Tgid);
    }

    private void Forget(in RingTask task)
    {
        _ended.Enqueue(task);
        if (_ended.Count <= Ended) return;
        RingTask gone = _ended.Dequeue();
        var key = (gone.Tgid, gone.Start);
        _facts.Remove(key);
        if (_numbers.TryGetValue((gone.PidNs, gone.NamespaceTgid), out (int, long) last) && last == key) _numbers.Remove((gone.PidNs,
            gone.NamespaceTgid));
    }

    /// <summary>Never in an orderly life; the table is filled again from what comes.</summary>
    private void Clear()
    {
        _facts.Clear();
        _numbers.Clear();
        _ended.Clear();
    }
}
