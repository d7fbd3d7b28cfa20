using System.Text;
using Microsoft.Win32.SafeHandles;
using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Shipping.Spool;

/// <summary>
/// What is known about one segment file. Offsets are where frames begin; everything below <see cref="End"/> was written and is to be read.
/// </summary>
internal sealed class Segment(string path, SegmentHeader header, bool ofThisBoot) : IDisposable
{
    private SafeFileHandle? _file;
    private byte[] _body = [];

    public string Path => path;

    public SegmentHeader Header => header;

    /// <summary>Key of its messages.</summary>
    public byte[] Key { get; } = Encoding.UTF8.GetBytes(header.Scope.Node.Value ?? "");

    /// <summary>True when its events are of this node and this boot, so that their numbers mean something to the present run.</summary>
    public bool OfThisBoot => ofThisBoot;

    public long End { get; set; }

    /// <summary>Where the next record to read begins.</summary>
    public long Position { get; set; }

    /// <summary>Events in all records, and in those before <see cref="Position"/>.</summary>
    public long Events { get; set; }

    public long EventsRead { get; set; }

    /// <summary>Number of the last event before <see cref="Position"/>.</summary>
    public long LastRead { get; set; } = header.First - 1;

    /// <summary>Number of the last event in it; one less than the first when there is none.</summary>
    public long Last { get; set; } = header.First - 1;

    /// <summary>The lowest number that it holds as an event or in the report of a loss.</summary>
    public long Lowest { get; set; } = header.First;

    public bool HasUnread => Position < End;

    /// <summary>The record at <paramref name="offset"/>, and where the next begins; null when there is no whole and sound one.</summary>
    public OutgoingBatch? Read(long offset, out long next)
    {
        next = offset;
        ReadOnlySpan<byte> body = ReadFrame(offset, End);
        if (body.IsEmpty) return null;
        next = offset + SegmentFormat.FrameBytes + body.Length;
        return SegmentFormat.ReadRecord(body);
    }

    /// <summary>Reads the header of a file of <paramref name="length"/> bytes; null when it is not sound.</summary>
    public static (SegmentHeader Header, long End)? ReadHeader(string path, long length)
    {
        using var probe = new Segment(path, new SegmentHeader(0, 0, 0, default), ofThisBoot: false);
        ReadOnlySpan<byte> body = probe.ReadFrame(0, length);
        return body.IsEmpty || SegmentFormat.ReadHeader(body) is not { } header ? null : (header, SegmentFormat.FrameBytes + body.Length);
    }

    public void Add(OutgoingBatch batch, long end)
    {
        End = end;
        Events += batch.Count;
        Last = Math.Max(Last, batch.Last);
        Lowest = Math.Min(Lowest, batch.Lowest);
    }

    /// <summary>The loss of the last so many of its events.</summary>
    public LostRange LossOf(long events) => ofThisBoot
        ? new LostRange(LossCause.Spool, events, LastRead + 1, Last)
        : new LostRange(LossCause.Spool, events, 0, 0);

    /// <summary>Closes the file that it was read through.</summary>
    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }

    private ReadOnlySpan<byte> ReadFrame(long offset, long end)
    {
        Span<byte> frame = stackalloc byte[SegmentFormat.FrameBytes];
        if (end - offset < frame.Length || !TryRead(frame, offset)) return default;
        if (SegmentFormat.BodyLength(frame, end - offset) is not { } length) return default;
        if (_body.Length < length) _body = new byte[length];
        Span<byte> body = _body.AsSpan(0, length);
        return TryRead(body, offset + frame.Length) && SegmentFormat.IsSound(frame, body) ? body : default;
    }

    private bool TryRead(Span<byte> into, long offset)
    {
        try
        {
            _file ??= File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            while (into.Length > 0)
            {
                int read = RandomAccess.Read(_file, into, offset);
                if (read == 0) return false;
                into = into[read..];
                offset += read;
            }

            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
