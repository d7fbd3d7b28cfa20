using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Agents.NodeAgent.Kernel.Ring;
using Agents.NodeAgent.Sequencing;
using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Kernel.Events;

/// <summary>The task snapshots of the batch that is being filled, so that each is in it once. Not thread-safe.</summary>
internal sealed class TaskSnapshots
{
    private static readonly int KeySize = Unsafe.SizeOf<RingTask>();

    private readonly List<int> _hashes = [];
    private readonly List<int> _indexes = [];
    private readonly List<ProcessFacts> _facts = [];
    private byte[] _keys = new byte[64 * KeySize];

    /// <summary>Starts over with a batch that has none.</summary>
    public void Begin()
    {
        _hashes.Clear();
        _indexes.Clear();
        _facts.Clear();
    }

    /// <summary>The index of the task in the batch; adds it when it is new there.</summary>
    public int IndexOf(EventBatch batch, in RingTask task, ProcessFacts facts)
    {
        ReadOnlySpan<byte> key = MemoryMarshal.AsBytes(new ReadOnlySpan<RingTask>(in task));
        var hash = new HashCode();
        hash.AddBytes(key);
        int code = hash.ToHashCode();
        Span<int> hashes = CollectionsMarshal.AsSpan(_hashes);
        for (int from = 0; hashes[from..].IndexOf(code) is >= 0 and var at; from += at + 1)
        {
            if (ReferenceEquals(_facts[from + at], facts) && Key(from + at).SequenceEqual(key)) return _indexes[from + at];
        }

        int index = batch.AddTask(TaskOf(batch, in task, facts));
        if (_keys.Length < (_hashes.Count + 1) * KeySize) Array.Resize(ref _keys, _keys.Length * 2);
        key.CopyTo(Key(_hashes.Count));
        _hashes.Add(code);
        _indexes.Add(index);
        _facts.Add(facts);
        return index;
    }

    private Span<byte> Key(int index) => _keys.AsSpan(index * KeySize, KeySize);

    private static TaskRecord TaskOf(EventBatch batch, in RingTask task, ProcessFacts facts)
    {
        ReadOnlySpan<byte> comm = task.Comm;
        int end = comm.IndexOf((byte)0);
        return new TaskRecord
        {
            Tgid = task.Tgid,
            Tid = task.Tid,
            StartNs = StartInstant.Of(task.Start),
            ParentTgid = task.ParentTgid,
            ParentStartNs = StartInstant.Of(task.ParentStart),
            NamespaceTgid = task.NamespaceTgid,
            ExecGeneration = task.ExecGeneration,
            Uid = task.Uid,
            Gid = task.Gid,
            EffectiveUid = task.EffectiveUid,
            EffectiveGid = task.EffectiveGid,
            CapEffective = task.CapEffective,
            CapPermitted = task.CapPermitted,
            Flags = (TaskFlags)task.Flags,
            SeccompMode = (byte)task.Seccomp,
            MountNs = task.MountNs,
            PidNs = task.PidNs,
            UserNs = task.UserNs,
            NetNs = task.NetNs,
            IpcNs = task.IpcNs,
            UtsNs = task.UtsNs,
            CgroupNs = task.CgroupNs,
            CgroupId = task.Cgroup,
            ContainerId = batch.AddText(facts.ContainerId.Span),
            CgroupPath = batch.AddText(facts.CgroupPath.Span),
            Comm = batch.AddText(end < 0 ? comm : comm[..end]),
            ExePath = batch.AddText(facts.ExePath.Span),
        };
    }
}
