using System.Collections.Immutable;
using Pipeline.Domain.Alarms;

namespace Pipeline.Api.Ports;

/// <summary>Which alarms to list. Null or empty means no restriction; lists mean any of.</summary>
public sealed record AlarmFilter
{
    public ImmutableArray<AlarmType> Types { get; init; } = [];

    public ImmutableArray<Severity> Severities { get; init; } = [];

    public ImmutableArray<AlarmState> States { get; init; } = [];

    public string? Node { get; init; }

    /// <summary>Container id (or the beginning of one, at least 6 characters) or exact container name.</summary>
    public string? Container { get; init; }

    /// <summary>Exact image reference, or a prefix when it ends in "*".</summary>
    public string? Image { get; init; }

    public string? Rule { get; init; }

    /// <summary>What it is about, exactly.</summary>
    public string? Subject { get; init; }

    /// <summary>To whom it is assigned.</summary>
    public string? Assignee { get; init; }

    /// <summary>Only alarms last seen at or after.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only alarms first seen before.</summary>
    public DateTimeOffset? To { get; init; }
}

/// <summary>One row of the alarm list.</summary>
public sealed record AlarmSummary(
    Guid Id,
    AlarmType Type,
    string RuleId,
    string ClassId,
    string Title,
    Severity Severity,
    Outcome Outcome,
    AlarmState State,
    AlarmSource Source,
    string Subject,
    ImmutableArray<string> Content,
    long Occurrences,
    DateTimeOffset FirstSeen,
    DateTimeOffset LastSeen,
    DateTimeOffset? ConfirmedAt,
    DateTimeOffset StoredAt,
    ImmutableArray<string> Labels,
    DateTimeOffset? AcknowledgedAt,
    string Assignee,
    DateTimeOffset? ResolvedAt,
    Verdict? Verdict);

/// <summary>A page, newest first. <paramref name="Next"/> is an opaque cursor, null on the last page.</summary>
public sealed record AlarmPage(ImmutableArray<AlarmSummary> Alarms, string? Next);

/// <summary>Reading alarms. Thread-safe. Throws only <see cref="AlarmStoreUnavailableException"/>, when the store is away.</summary>
public interface IAlarmQueries
{
    /// <summary>
    /// Lists alarms by the time they were stored, newest first, so that a page boundary stays where it is while alarms arrive.
    /// </summary>
    /// <param name="limit">1 to 500.</param>
    /// <returns>Null when the cursor is not one of ours.</returns>
    Task<AlarmPage?> ListAsync(AlarmFilter filter, string? cursor, int limit, CancellationToken cancellation);

    /// <returns>Null when there is no such alarm.</returns>
    Task<StoredAlarm?> FindAsync(Guid id, CancellationToken cancellation);

    /// <summary>Whether the store answers.</summary>
    Task<bool> IsReadyAsync(CancellationToken cancellation);
}
