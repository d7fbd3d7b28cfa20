using System.Buffers;
using System.Collections.Immutable;
using Pipeline.Api.Ports;
using Pipeline.Detection.Matching;
using Pipeline.Domain.Alarms;
using Pipeline.Schemas;

namespace Pipeline.Replay.Comparing;

/// <summary>How an alarm of a replay stands to what is stored.</summary>
public enum Standing
{
    /// <summary>The same events with the same content.</summary>
    Same = 0,

    /// <summary>Told by the replay only.</summary>
    New = 1,

    /// <summary>Stored only.</summary>
    Missing = 2,

    /// <summary>In both, with other events or other content.</summary>
    Changed = 3,
}

/// <summary>One alarm in both worlds.</summary>
/// <param name="Raised">What it is; null when neither side has its first event.</param>
/// <param name="Differences">For people; empty unless changed.</param>
public sealed record ComparedAlarm(Guid Alarm, Standing Standing, AlarmRaised? Raised, ImmutableArray<string> Differences);

/// <summary>Holds the alarms of a replay against the stored ones of the same range.</summary>
public sealed class ReplayDiff(IAlarmQueries stored)
{
    private const int Page = 500;

    /// <summary>The store takes no shorter beginning of a container's id.</summary>
    private const int ShortestPrefix = 6;

    /// <summary>Alarms by the replay's order, then the missing ones by id.</summary>
    public async Task<ImmutableArray<ComparedAlarm>> CompareAsync(
        ReplayRequest request, ImmutableArray<DetectedEvent> replayed, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        var compared = ImmutableArray.CreateBuilder<ComparedAlarm>();
        var seen = new HashSet<Guid>();
        foreach (IGrouping<Guid, DetectedEvent> alarm in replayed.GroupBy(e => e.AlarmId))
        {
            seen.Add(alarm.Key);
            compared.Add(Compare(request, alarm.Key, [.. alarm], await stored.FindAsync(alarm.Key, cancellation)));
        }

        foreach (Guid id in (await StoredIdsAsync(request, cancellation)).Except(seen).Order())
        {
            StoredAlarm? alarm = await stored.FindAsync(id, cancellation);
            if (alarm is null || !alarm.History.Any(e => e.Event is DetectedEvent && request.Covers(e.Event.At))) continue;
            compared.Add(new ComparedAlarm(id, Standing.Missing, RaisedOf(alarm), []));
        }

        return compared.ToImmutable();
    }

    private static ComparedAlarm Compare(ReplayRequest request, Guid id, ImmutableArray<DetectedEvent> replayed, StoredAlarm? stored)
    {
        AlarmRaised? raised = replayed[0] as AlarmRaised ?? (stored is null ? null : RaisedOf(stored));
        if (stored is null) return new ComparedAlarm(id, Standing.New, raised, []);
        Dictionary<Guid, DetectedEvent> there = stored.History.Select(e => e.Event).OfType<DetectedEvent>()
            .Where(e => request.Covers(e.At)).ToDictionary(e => e.EventId);
        var differences = ImmutableArray.CreateBuilder<string>();
        foreach (DetectedEvent e in replayed)
        {
            if (!there.Remove(e.EventId, out DetectedEvent? other)) differences.Add($"event {e.Ordinal} ({e.GetType().Name}) is new");
            else if (!Bytes(e).AsSpan().SequenceEqual(Bytes(other)))
                differences.Add($"event {e.Ordinal} ({e.GetType().Name}) says something else");
        }

        differences.AddRange(there.Values.OrderBy(e => e.Ordinal).Select(e => $"event {e.Ordinal} ({e.GetType().Name}) is missing"));
        return new ComparedAlarm(id, differences.Count == 0 ? Standing.Same : Standing.Changed, raised, differences.ToImmutable());
    }

    /// <summary>An alarm that a replay has added differs from what a replay tells by its label only.</summary>
    private static byte[] Bytes(DetectedEvent e)
    {
        var bytes = new ArrayBufferWriter<byte>();
        AlarmCodec.Encode(e is AlarmRaised raised ? raised with { Labels = raised.Labels.Remove(RetroAlarms.Label) } : e, bytes);
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>The store's filters know names too, and patterns only at their end.</summary>
    private static bool IsOf(ReplayRequest request, AlarmSource source) =>
        (request.Container is null || source.ContainerId.StartsWith(request.Container, StringComparison.Ordinal))
        && (request.Image is null || Wildcard.Matches(source.Image, request.Image));

    private static AlarmRaised? RaisedOf(StoredAlarm alarm) => alarm.History.Select(e => e.Event).OfType<AlarmRaised>().FirstOrDefault();

    private async Task<HashSet<Guid>> StoredIdsAsync(ReplayRequest request, CancellationToken cancellation)
    {
        var filter = new AlarmFilter
        {
            Node = request.Node,
            Container = request.Container is { Length: >= ShortestPrefix } ? request.Container : null,
            From = request.From == DateTimeOffset.MinValue ? null : request.From,
            To = request.To == DateTimeOffset.MaxValue ? null : request.To,
        };
        var ids = new HashSet<Guid>();
        string? cursor = null;
        do
        {
            AlarmPage page = await stored.ListAsync(filter, cursor, Page, cancellation)
                ?? throw new InvalidOperationException("the store refused its own cursor");
            ids.UnionWith(page.Alarms.Where(alarm => IsOf(request, alarm.Source)).Select(alarm => alarm.Id));
            cursor = page.Next;
        }
        while (cursor is not null);
        return ids;
    }
}
