using System.Buffers;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Pipeline.Domain.Identity;

namespace Agents.NodeAgent.Shipping.Spool;

/// <summary>
/// Messages that wait on disk, in order, until the log has them: append-only segment files with a checksum on every record. A message stays
/// until it is settled, also while it is on its way, so that it survives the agent. When the bound is reached, or the disk refuses, the
/// newest message is refused and its owner keeps it: what was stored first is the beginning of the story, and noise made afterwards cannot
/// push it out. Not thread-safe, but for <see cref="Bytes"/>.
/// </summary>
internal sealed class DiskSpool : IDisposable
{
    private readonly SpoolOptions _options;
    private readonly NodeBoot _scope;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Func<string, ISegmentFile> _create;
    private readonly SpoolHead _head;
    private readonly ArrayBufferWriter<byte> _buffer = new(64 * 1024);
    private readonly Dictionary<OutgoingBatch, Place> _given = new(ReferenceEqualityComparer.Instance);
    private readonly List<LostRange> _lost = [];
    private readonly NumberSet _accounted;
    private List<Segment> _segments = [];
    private ISegmentFile? _file;
    private Segment? _tail;
    private long _lastNumber;
    private long _eventsEver;
    private long _bytes;
    private long _lastSync;
    private long _refusedAt;
    private bool _refusing;
    private bool _full;

    /// <summary>
    /// Where a message is that was handed out and is not settled: its segment, where it begins, and the segment's events before it.
    /// </summary>
    private readonly record struct Place(Segment Segment, long Offset, long EventsBefore)
    {
        public HeadMark Mark => new(Segment.Header.Number, Offset, Segment.Header.EventsBefore + EventsBefore);
    }

    /// <summary>Opens what an earlier run left. A directory that cannot be used is said, tried again later, and no failure.</summary>
    /// <param name="create">Makes a segment's file.</param>
    public DiskSpool(SpoolOptions options, NodeBoot scope, TimeProvider time, ILogger logger, Func<string, ISegmentFile>? create = null)
    {
        _options = options;
        _scope = scope;
        _time = time;
        _logger = logger;
        _create = create ?? SegmentFile.Create;
        _head = new SpoolHead(Path.Combine(options.Directory, "head"));
        _accounted = Open();
    }

    public string Directory => _options.Directory;

    /// <summary>Bytes of its segment files. From any thread.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>True when a message has not been handed out yet. Nothing newer may be sent before it.</summary>
    public bool HasUnread => _segments.Exists(segment => segment.HasUnread);

    public bool IsEmpty => _segments.Count == 0;

    /// <summary>The lowest number of this boot that is not settled; null when it holds none.</summary>
    public long? OldestUnsettled => _segments.Find(segment => segment.OfThisBoot)?.Lowest;

    /// <summary>Of the numbers that an earlier run of this boot left open, those that the spool did not hold when it was opened.</summary>
    public IEnumerable<(long First, long Last)> Unaccounted(long first, long last) => _accounted.Without(first, last);

    /// <summary>Is there room for a message of that size, and a disk that takes it?</summary>
    public bool HasRoom(int messageBytes)
    {
        if (_refusing && _time.GetElapsedTime(_refusedAt) < _options.RetryInterval) return false;
        bool full = _bytes > 0 && _bytes + messageBytes + SegmentFormat.MostOverheadBytes > _options.Bytes;
        if (full && !_full) Log.SpoolFull(_logger, _options.Directory, _options.Bytes);
        _full = full;
        return !full;
    }

    public bool Holds(OutgoingBatch batch) => _given.ContainsKey(batch);

    /// <summary>Appends a message; false when it is not taken.</summary>
    /// <param name="given">It is on its way already and will not be handed out by <see cref="Read"/>; nothing else may be unread
    /// then.</param>
    public bool TryAppend(OutgoingBatch batch, bool given)
    {
        Debug.Assert(!given || !HasUnread, "a message on its way is older than all that wait");
        if (!HasRoom(batch.Value.Length)) return false;
        try
        {
            Segment segment = TailFor(batch);
            var place = new Place(segment, segment.End, segment.Events);
            SegmentFormat.Write(batch, _buffer);
            _file!.Write(_buffer.WrittenSpan, segment.End);
            segment.Add(batch, segment.End + _buffer.WrittenCount);
            _eventsEver += batch.Count;
            Count();
            if (given) GiveOut(batch, place, segment.End);
            _refusing = false;
            if (_time.GetElapsedTime(_lastSync) >= _options.SyncInterval) Sync();
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Refuse(fault.Message);
            return false;
        }
    }

    /// <summary>
    /// The oldest message that has not been handed out. What turns out unreadable on the way to it is lost (<see cref="TakeLost"/>).
    /// </summary>
    public OutgoingBatch? Read()
    {
        while (_segments.Find(segment => segment.HasUnread) is { } segment)
        {
            long offset = segment.Position;
            if (segment.Read(offset, out long next) is { } batch)
            {
                if (!segment.OfThisBoot) batch = batch with { Era = segment.Header.Number, Key = segment.Key };
                GiveOut(batch, new Place(segment, offset, segment.EventsRead), next);
                return batch;
            }

            Abandon(segment);
        }

        return null;
    }

    /// <summary>The log has the message, or it is lost and that is known: it need not be kept. True when room was given back.</summary>
    public bool Settle(OutgoingBatch batch)
    {
        if (!_given.Remove(batch)) return false;
        MoveHead();
        return RemoveSettled();
    }

    /// <summary>Losses since the last call (and since the spool was opened).</summary>
    public IReadOnlyList<LostRange> TakeLost()
    {
        if (_lost.Count == 0) return [];
        LostRange[] lost = [.. _lost];
        _lost.Clear();
        return lost;
    }

    /// <summary>Forces what was appended to the disk.</summary>
    public void Sync()
    {
        try
        {
            _lastSync = _time.GetTimestamp();
            _file?.Sync();
        }
        catch (IOException fault)
        {
            Refuse(fault.Message);
        }
    }

    public void Dispose()
    {
        _file?.Dispose();
        _head.Dispose();
        foreach (Segment segment in _segments) segment.Dispose();
    }

    private NumberSet Open()
    {
        try
        {
            System.IO.Directory.CreateDirectory(_options.Directory, SegmentFile.OwnerOnly);
            SpoolFindings found = new SpoolScan(_options.Directory, _scope).Run(_head.Read());
            _segments = found.Segments;
            (_lastNumber, _eventsEver) = (found.LastNumber, found.EventsEver);
            _lost.AddRange(found.Lost);
            RemoveSettled();
            Count();
            if (found.CutBytes > 0) Log.SpoolDamaged(_logger, _options.Directory, found.CutBytes);
            long left = _segments.Sum(segment => segment.Events - segment.EventsRead);
            if (left > 0) Log.SpoolFound(_logger, left, _bytes, _options.Directory);
            return found.Accounted;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Refuse(fault.Message);
            return new NumberSet();
        }
    }

    /// <summary>The segment to append to: the newest of this run, or a new one.</summary>
    private Segment TailFor(OutgoingBatch batch)
    {
        if (_tail is not null && _tail.End >= _options.SegmentBytes)
        {
            _file!.Sync();
            CloseTail();
        }

        if (_tail is not null) return _tail;
        var header = new SegmentHeader(++_lastNumber, _eventsEver, batch.First, _scope);
        string path = SpoolScan.PathOf(_options.Directory, header.Number);
        SegmentFormat.Write(header, _buffer);
        _file = _create(path);
        // From here on it is the tail, so that whatever happens to it is tidied up as with any other.
        _tail = new Segment(path, header, ofThisBoot: true);
        _segments.Add(_tail);
        _file.Write(_buffer.WrittenSpan, 0);
        _tail.End = _tail.Position = _buffer.WrittenCount;
        return _tail;
    }

    private void CloseTail()
    {
        _file?.Dispose();
        _file = null;
        _tail = null;
    }

    private void GiveOut(OutgoingBatch batch, Place place, long next)
    {
        place.Segment.Position = next;
        place.Segment.EventsRead += batch.Count;
        place.Segment.LastRead = batch.Last;
        _given.Add(batch, place);
    }

    /// <summary>What follows in the segment cannot be read any more.</summary>
    private void Abandon(Segment segment)
    {
        long events = segment.Events - segment.EventsRead;
        Log.SpoolUnreadable(_logger, events, segment.Path);
        _lost.Add(segment.LossOf(events));
        segment.Position = segment.End;
        segment.EventsRead = segment.Events;
        if (segment == _tail) CloseTail();
        RemoveSettled();
    }

    /// <summary>
    /// The disk took nothing, or said too late that it did not. The tail is not written to again: after a failed fsync nobody knows what is
    /// in it, and every record says for itself whether it is whole.
    /// </summary>
    private void Refuse(string reason)
    {
        if (!_refusing) Log.SpoolRefused(_logger, _options.Directory, reason, (int)_options.RetryInterval.TotalSeconds);
        _refusing = true;
        _refusedAt = _time.GetTimestamp();
        try
        {
            if (_tail is not null) _file?.Cut(_tail.End);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // What is half written stays behind the last sound record.
        }

        CloseTail();
        RemoveSettled();
    }

    private void MoveHead()
    {
        Segment next = _segments.Find(segment => segment.HasUnread) ?? _segments[^1];
        HeadMark unread = new Place(next, next.Position, next.EventsRead).Mark;
        _head.Write(_given.Values.Select(place => place.Mark).Append(unread).MinBy(mark => (mark.Segment, mark.Offset)));
    }

    private bool RemoveSettled()
    {
        bool removed = false;
        while (_segments is [{ HasUnread: false } oldest, ..] && !_given.Values.Any(place => place.Segment == oldest))
        {
            if (oldest == _tail) CloseTail();
            oldest.Dispose();
            try
            {
                File.Delete(oldest.Path);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                Log.SpoolNotRemoved(_logger, oldest.Path, fault.Message);
            }

            _segments.RemoveAt(0);
            removed = true;
        }

        if (removed) Count();
        return removed;
    }

    private void Count() => Volatile.Write(ref _bytes, _segments.Sum(segment => segment.End));
}
