using System.Runtime.InteropServices;
using Agents.NodeAgent.Kernel.Events;

namespace Agents.NodeAgent.Kernel.Ring;

/// <summary>A record that waits for its turn.</summary>
internal readonly record struct WaitingRecord(long At, RecordPage Page, int Position);

/// <summary>
/// Puts the records of all CPUs into the order of their time. A CPU can be interrupted between looking at the clock and its place in
/// the ring, so records are a little out of
/// order there; each waits until everything older has had time to arrive. Nearly sorted input makes an insertion cheap. Not thread-safe.
/// </summary>
/// <param name="most">Records that may wait; more than these leave before their time.</param>
internal sealed class RecordOrder(RecordDecoder decoder, int most)
{
    private readonly List<WaitingRecord> _waiting = [];
    private RecordPage _page = new(decoder, RecordPage.UsualSize);
    private int _gone;

    public int Count => _waiting.Count - _gone;

    public void Add(ReadOnlySpan<byte> record)
    {
        int position = _page.TryAdd(record);
        if (position < 0)
        {
            _page = new RecordPage(decoder, Math.Max(RecordPage.UsualSize, record.Length));
            position = _page.TryAdd(record);
        }

        long at = RingRecord.Of(record).At;
        int place = _waiting.Count;
        while (place > _gone && _waiting[place - 1].At > at) place--;
        _waiting.Insert(place, new WaitingRecord(at, _page, position));
    }

    /// <summary>Takes the oldest records: those not younger than <paramref name="until"/> and those too many. Valid until the next call
    /// of anything here.</summary>
    public ReadOnlySpan<WaitingRecord> Take(long until)
    {
        int from = _gone;
        while (_gone < _waiting.Count && (_waiting[_gone].At <= until || _waiting.Count - _gone > most)) _gone++;
        return CollectionsMarshal.AsSpan(_waiting)[from.._gone];
    }

    /// <summary>Forgets what was taken.</summary>
    public void Trim()
    {
        _waiting.RemoveRange(0, _gone);
        _gone = 0;
    }
}
