using System.Collections.Immutable;
using System.ComponentModel;
using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;

namespace Pipeline.Api.Contracts;

[Description("Something to do about an alarm.")]
public sealed record HandlingRequestContract
{
    [Description("What to do; an alarm's acceptedActions says what it accepts. Alarms are whitelisted by exclusions, not here.")]
    public required AlarmAction Action { get; init; }

    [Description("Who does it: a name, 1 to 256 characters.")]
    public required string Actor { get; init; }

    [Description("Why; of comment its text. At most 4096 characters.")]
    public string Reason { get; init => field = value ?? ""; } = "";

    [Description("Of assign: to whom.")]
    public string Assignee { get; init => field = value ?? ""; } = "";

    [Description("Of close: what it was judged to be.")]
    public Verdict? Verdict { get; init; }

    [Description("Of withdraw-comment: the eventId of the comment in the alarm's history.")]
    public Guid? Comment { get; init; }

    [Description("By what way it is asked: api when left out; alarmctl says alarmctl.")]
    public string Origin { get; init => field = value ?? "api"; } = "api";

    internal AlarmCommand Command(Guid request) => new(request, Action, Actor, Origin, Reason, Assignee, Verdict, null, Comment);
}

[Description("The same thing to do about several alarms: those of ids, or those that a list query finds and that accept it.")]
public sealed record BulkHandlingRequestContract
{
    [Description("What to do.")]
    public required HandlingRequestContract Do { get; init; }

    [Description("Up to 1000 alarms.")]
    public ImmutableArray<Guid> Ids { get; init => field = value.IsDefault ? [] : value; } = [];
}

[Description("What became of it.")]
public sealed record HandlingContract(
    Guid Id,
    [property: Description("Number of the alarm's events now; also its ETag.")] int Version,
    AlarmState State,
    [property: Description("The event that it made, in the alarm's history.")] Guid EventId);

[Description("What became of it, alarm by alarm.")]
public sealed record BulkHandlingContract(
    ImmutableArray<HandlingContract> Done,
    ImmutableArray<RefusedHandlingContract> Refused,
    [property: Description("Whether a query found more alarms than one request takes: send it again, with an idempotency key of its own.")] bool More)
{
    internal static BulkHandlingContract From(Guid request, ImmutableArray<HandlingResult> results, bool more) => new(
        [.. results.OfType<HandlingResult.Done>().Select(done => From(request, done))],
        [.. results.Where(result => result is not HandlingResult.Done).Select(RefusedHandlingContract.From)],
        more);

    internal static HandlingContract From(Guid request, HandlingResult.Done done) =>
        new(done.AlarmId, done.Version, done.State, AlarmActionTaken.IdOf(done.AlarmId, request));
}

public sealed record RefusedHandlingContract(Guid Id, string Reason)
{
    internal static RefusedHandlingContract From(HandlingResult result) => new(result.AlarmId, result switch
    {
        HandlingResult.Refused refused => $"The alarm {refused.Reason}.",
        HandlingResult.Changed changed => $"Something happened to the alarm since; its version is {changed.Version}.",
        _ => "There is no such alarm.",
    });
}
