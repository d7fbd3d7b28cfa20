using System.Collections.Immutable;
using System.ComponentModel;
using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;

namespace Pipeline.Api.Contracts;

[Description("A page of alarms, the newest stored first.")]
public sealed record AlarmListContract(
    ImmutableArray<AlarmListItemContract> Alarms,
    [property: Description("Give it as cursor to get the next page; null on the last one.")] string? Next)
{
    internal static AlarmListContract From(AlarmPage page) => new([.. page.Alarms.Select(AlarmListItemContract.From)], page.Next);
}

public sealed record AlarmListItemContract(
    [property: Description("The same whenever the same log is processed.")] Guid Id,
    AlarmType Type,
    string RuleId,
    [property: Description("Class id as in HSS's public API; empty where it has none.")] string ClassId,
    string Title,
    Severity Severity,
    Outcome Outcome,
    AlarmState State,
    SourceContract Source,
    [property: Description("What it is about: a path, a system call, a container's name.")] string Subject,
    [property: Description("The findings, each the exact payload string (privileged:true).")] ImmutableArray<string> Content,
    [property: Description("How often it was seen, the first time included.")] long Occurrences,
    [property: Description("Event time of the first occurrence.")] DateTime FirstSeen,
    [property: Description("Event time of the newest occurrence.")] DateTime LastSeen,
    [property: Description("When what was announced came true; null before, and for alarms that announce nothing.")] DateTime? ConfirmedAt,
    [property: Description("When it was stored; the order of the list.")] DateTime StoredAt,
    ImmutableArray<string> Labels,
    [property: Description("When somebody acknowledged it; null while nobody has.")] DateTime? AcknowledgedAt,
    [property: Description("To whom it is assigned; empty where to nobody.")] string Assignee,
    [property: Description("When it was resolved; null while it wants attention.")] DateTime? ResolvedAt,
    [property: Description("Of a closed alarm.")] Verdict? Verdict)
{
    internal static AlarmListItemContract From(AlarmSummary alarm) => new(
        alarm.Id,
        alarm.Type,
        alarm.RuleId,
        alarm.ClassId,
        alarm.Title,
        alarm.Severity,
        alarm.Outcome,
        alarm.State,
        SourceContract.From(alarm.Source),
        alarm.Subject,
        alarm.Content,
        alarm.Occurrences,
        alarm.FirstSeen.UtcDateTime,
        alarm.LastSeen.UtcDateTime,
        alarm.ConfirmedAt?.UtcDateTime,
        alarm.StoredAt.UtcDateTime,
        alarm.Labels,
        alarm.AcknowledgedAt?.UtcDateTime,
        alarm.Assignee,
        alarm.ResolvedAt?.UtcDateTime,
        alarm.Verdict);
}
