using Agents.NodeAgent.Kernel.Events;
using Agents.NodeAgent.Kernel.Ring;
using Agents.NodeAgent.Shipping;
using Agents.NodeAgent.Sources;
using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Kernel;

/// <summary>The way of a record from the ring to the queue: into order, completed with what is known of its process, announced,
/// numbered. Not thread-safe.</summary>
internal sealed class KernelFeed(RecordDecoder decoder, ProcessTable processes, IKernelWitness witness, int mostWaiting)
{
    /// <summary>Calls after which a mount namespace is not what it was (x86_64).</summary>
    private static readonly int[] MountCalls = [155, 165, 166, 429, 442];

    private const int Longest = 1024;

    private readonly RecordOrder _order = new(decoder, mostWaiting);
    private readonly PackedEvent[] _events = new PackedEvent[Longest];

    public int Waiting => _order.Count;

    /// <summary>Takes a record as the ring has it. False when it is too short to be one.</summary>
    public bool Add(ReadOnlySpan<byte> record)
    {
        if (record.Length < RingRecord.FixedSize) return false;
        _order.Add(record);
        return true;
    }

    /// <summary>Hands over the records that happened at <paramref name="until"/> or before; gives their number.</summary>
    public int Release(long until, IEventSink sink)
    {
        ReadOnlySpan<WaitingRecord> due = _order.Take(until);
        for (int from = 0; from < due.Length; from += Longest)
        {
            ReadOnlySpan<WaitingRecord> some = due[from..Math.Min(due.Length, from + Longest)];
            for (int i = 0; i < some.Length; i++) _events[i] = Complete(some[i]);
            sink.Take(_events.AsSpan(0, some.Length));
        }

        int count = due.Length;
        _order.Trim();
        return count;
    }

    private PackedEvent Complete(WaitingRecord waiting)
    {
        RecordPage page = waiting.Page;
        ref RingRecord head = ref page.Head(waiting.Position);
        ReadOnlySpan<byte> record = page.Record(waiting.Position);
        ProcessFacts facts = processes.Complete(ref head, record);
        head.Link = page.Link(facts);
        if (head.Target != 0 && processes.Find(head.Task.PidNs, head.Target) is { } target)
        {
            head.Target = target.Tgid;
            head.TargetStart = target.Start;
            head.TargetLink = page.Link(target.Facts) + 1;
        }

        if (head.Kind == RecordKind.Executed)
        {
            var file = new ExecutedFile(
                head.Task.Tgid, head.Task.Start, head.Task.MountNs, head.Task.Container, decoder.Executable(record), facts.ExePath);
            witness.Executed(file);
        }

        // What a runtime mounts is told once by the program that finds it: on the way there the table shows the host's as well.
        bool prepares = (head.Task.Flags & (uint)TaskFlags.Runtime) != 0;
        if (head.Kind == RecordKind.Syscall && head.Result >= 0 && !prepares && MountCalls.AsSpan().Contains(head.Number))
            witness.MountsChanged(head.Task.Tgid, head.Task.MountNs);
        return new PackedEvent(page.Content, waiting.Position, waiting.At, record.Length);
    }
}
