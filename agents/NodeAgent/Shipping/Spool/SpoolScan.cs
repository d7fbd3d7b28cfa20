using System.Globalization;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;

namespace Agents.NodeAgent.Shipping.Spool;

/// <summary>What an earlier run left in the spool's directory.</summary>
/// <param name="Segments">Oldest first; each is readable from its position to its end.</param>
/// <param name="Lost">Events in damaged places.</param>
/// <param name="Accounted">The numbers of this boot that the spool holds, as events or in reports of losses.</param>
/// <param name="CutBytes">Bytes behind the last sound record of segments.</param>
/// <param name="LastNumber">Highest number that a segment has or had.</param>
/// <param name="EventsEver">Events in all segments that there are or were, for the header of the next.</param>
internal sealed record SpoolFindings(
    List<Segment> Segments, List<LostRange> Lost, NumberSet Accounted, long CutBytes, long LastNumber, long EventsEver);

/// <summary>
/// Reads all of a spool's segments and cuts off what is damaged: everything before the damage is kept, nothing behind it in the same
/// segment is believed. How many events were cut follows from the next segment's count; behind the newest segment nobody has counted.
/// </summary>
internal sealed class SpoolScan(string directory, NodeBoot scope)
{
    private const string Extension = ".seg";

    private readonly SpoolFindings _found = new([], [], new NumberSet(), 0, 0, 0);
    private long _cut;

    public static string PathOf(string directory, long number) =>
        Path.Combine(directory, number.ToString("D16", CultureInfo.InvariantCulture) + Extension);

    public SpoolFindings Run(HeadMark? head)
    {
        long lastNumber = head?.Segment ?? 0;
        foreach ((long number, FileInfo file) in Files())
        {
            lastNumber = Math.Max(lastNumber, number);
            if (head is { } mark && number < mark.Segment) Delete(file.FullName);
            else Take(file, number, head is { } at && at.Segment == number ? at : null);
        }

        CountGaps(head);
        long ever = _found.Segments is [.., { } last] ? last.Header.EventsBefore + last.Events : head?.Delivered ?? 0;
        return _found with { CutBytes = _cut, LastNumber = lastNumber, EventsEver = ever };
    }

    private (long Number, FileInfo File)[] Files() =>
    [
        .. new DirectoryInfo(directory).EnumerateFiles("*" + Extension).Select(file => (Number: NumberOf(file), file))
            .Where(found => found.Number > 0).OrderBy(found => found.Number),
    ];

    private static long NumberOf(FileInfo file) =>
        long.TryParse(file.Name.AsSpan(0, file.Name.Length - Extension.Length), NumberStyles.None, CultureInfo.InvariantCulture,
            out long number) ? number : 0;

    private void Take(FileInfo file, long number, HeadMark? head)
    {
        if (Segment.ReadHeader(file.FullName, file.Length) is not { } start || start.Header.Number != number)
        {
            _cut += file.Length;
            Delete(file.FullName);
            return;
        }

        var segment = new Segment(file.FullName, start.Header, start.Header.Scope == scope) { End = file.Length, Position = start.End };
        Read(segment, head);
        segment.Dispose();
        if (segment.End < file.Length) Cut(segment, file.Length);
        _found.Segments.Add(segment);
    }

    private void Read(Segment segment, HeadMark? head)
    {
        long length = segment.End;
        long at = segment.Position;
        while (at < length)
        {
            segment.End = length;
            if (segment.Read(at, out long next) is { } batch)
            {
                segment.Add(batch, next);
                Account(segment, batch);
                at = next;
            }
            else if (head is { } mark && at < mark.Offset)
            {
                // Damaged where it has been delivered already.
                at = mark.Offset;
                segment.Events = mark.Delivered - segment.Header.EventsBefore;
            }
            else
            {
                break;
            }

            if (at == head?.Offset) (segment.Position, segment.EventsRead, segment.LastRead) = (at, segment.Events, segment.Last);
        }

        segment.End = Math.Min(at, length);
        segment.Position = Math.Min(segment.Position, segment.End);
    }

    private void Account(Segment segment, OutgoingBatch batch)
    {
        if (!segment.OfThisBoot) return;
        foreach (LostRange report in batch.Reports)
        {
            if (report.IsNumbered) _found.Accounted.Add(report.First, report.Last);
        }

        _found.Accounted.Add(batch.First, batch.Last);
    }

    private void Cut(Segment segment, long length)
    {
        _cut += length - segment.End;
        try
        {
            using var file = new FileStream(segment.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            file.SetLength(segment.End);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // It is not read beyond its end, cut or not.
        }
    }

    private void CountGaps(HeadMark? head)
    {
        // Events in records so far, and the number of the last when it is of this boot.
        long? events = head?.Delivered;
        long? last = null;
        foreach (Segment segment in _found.Segments)
        {
            if (segment.Header.EventsBefore - events is > 0 and { } missing)
                Lose(missing, segment.OfThisBoot ? last + 1 : null, segment.Header.First - 1);
            events = segment.Header.EventsBefore + segment.Events;
            last = segment.OfThisBoot ? segment.Last : null;
        }

        // Behind the newest segment of an earlier boot nobody has counted; of this boot the reservation of numbers tells.
        if (_cut > 0 && _found.Lost.Count == 0 && _found.Segments is not [.., { OfThisBoot: true }]) Lose(0, null, 0);
    }

    private void Lose(long count, long? first, long last)
    {
        _found.Lost.Add(new LostRange(LossCause.Spool, count, first ?? 0, first is null ? 0 : last));
        if (first is { } lowest) _found.Accounted.Add(lowest, last);
    }

    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // It is passed over again at the next start.
        }
    }
}
