using System.Runtime.InteropServices;
using Agents.NodeAgent.Kernel.Events;
using Agents.NodeAgent.Shipping;
using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Kernel.Ring;

/// <summary>
/// Records copied out of the ring, back to back, with what the agent knows of their processes. Kept alive by the events in it; so an
/// event costs no
/// allocation of its own. One thread fills it; others may meanwhile read what was handed to them before.
/// </summary>
internal sealed class RecordPage(RecordDecoder decoder, int size) : IPackedEvents
{
    /// <summary>Small enough not to be a large object of the garbage collector.</summary>
    public const int UsualSize = 64 * 1024;

    private readonly byte[] _bytes = new byte[size];
    private ProcessFacts[] _facts = new ProcessFacts[16];
    private int _links;
    private EventContent.Packed? _content;
    private int _used;

    /// <summary>This page as the content of its events.</summary>
    public EventContent.Packed Content => _content ??= new EventContent.Packed(this);

    /// <summary>Copies a record; gives its position, or -1 when there is no room.</summary>
    public int TryAdd(ReadOnlySpan<byte> record)
    {
        int at = (_used + 7) & ~7;
        if (_bytes.Length - at < record.Length) return -1;
        record.CopyTo(_bytes.AsSpan(at));
        Head(at).Size = (uint)record.Length;
        _used = at + record.Length;
        return at;
    }

    /// <summary>The fixed part of the record, to be completed before the record is handed on.</summary>
    public ref RingRecord Head(int position) => ref MemoryMarshal.AsRef<RingRecord>(_bytes.AsSpan(position));

    public ReadOnlySpan<byte> Record(int position) => _bytes.AsSpan(position, (int)Head(position).Size);

    public void AddTo(EventBatch batch, TaskSnapshots tasks, long bootNs, int position) => decoder.AddTo(batch, tasks, bootNs,
        Record(position), this);

    /// <summary>Keeps what is known of a record's process; gives its number on this page.</summary>
    public int Link(ProcessFacts facts)
    {
        if (_links > 0 && ReferenceEquals(_facts[_links - 1], facts)) return _links - 1;
        if (_links == _facts.Length)
        {
            // Readers may be at the older ones: they find them in either array.
            var larger = new ProcessFacts[_links * 2];
            _facts.CopyTo(larger, 0);
            Volatile.Write(ref _facts, larger);
        }

        _facts[_links] = facts;
        return _links++;
    }

    public ProcessFacts Facts(int link) => Volatile.Read(ref _facts)[link];
}
