using System.Collections.Immutable;

namespace Pipeline.Domain.Alarms;

/// <summary>What decides which actions an alarm accepts.</summary>
/// <param name="Acknowledged">Kept while the alarm is resolved.</param>
/// <param name="Assignee">Empty where nobody is.</param>
/// <param name="Exclusion">What whitelists it.</param>
public sealed record AlarmStanding(
    AlarmType Type, Outcome Outcome, AlarmState State, bool Acknowledged, string Assignee, Guid? Exclusion = null)
{
    private static readonly ImmutableArray<AlarmAction> Every = [.. Enum.GetValues<AlarmAction>()];

    /// <summary>Whether it no longer wants attention.</summary>
    public bool IsResolved => State is not (AlarmState.Open or AlarmState.Acknowledged);

    /// <summary>
    /// The actions that it accepts now. <see cref="AlarmAction.Whitelist"/> and its inverse are the exclusions' own: they are listed where
    /// an exclusion may be made for it, or holds.
    /// </summary>
    public ImmutableArray<AlarmAction> AcceptedActions() => [.. Every.Where(action => WhyNot(action).Length == 0)];

    /// <summary>Why it does not accept an action, in words that end "The alarm ..."; empty where it does.</summary>
    public string WhyNot(AlarmAction action) => action switch
    {
        AlarmAction.Comment or AlarmAction.WithdrawComment or AlarmAction.Assign => "",
        AlarmAction.Unassign => Assignee.Length > 0 ? "" : "is assigned to nobody",
        AlarmAction.Acknowledge => State == AlarmState.Open ? "" : $"is {Spelling.Of(State)} already",
        AlarmAction.Unacknowledge => Inverse(AlarmState.Acknowledged),
        AlarmAction.Handle or AlarmAction.Close or AlarmAction.Whitelist => Resolve(),
        AlarmAction.Ignore => IsProvenEscape
            ? "is a successful escape: these are not ignored, but handled, or closed with a verdict"
            : Resolve(),
        AlarmAction.Unhandle => Inverse(AlarmState.Handled),
        AlarmAction.Unignore => Inverse(AlarmState.Ignored),
        AlarmAction.Reopen => Inverse(AlarmState.Closed),
        AlarmAction.Unwhitelist => Inverse(AlarmState.Whitelisted),
        _ => "knows no such action",
    };

    /// <summary>Where an accepted action leads.</summary>
    public AlarmStanding After(AlarmAction action, string assignee = "", Guid? exclusion = null) => action switch
    {
        AlarmAction.Acknowledge => this with { State = AlarmState.Acknowledged, Acknowledged = true },
        AlarmAction.Unacknowledge => this with { State = AlarmState.Open, Acknowledged = false },
        AlarmAction.Assign => this with { Assignee = assignee },
        AlarmAction.Unassign => this with { Assignee = "" },
        AlarmAction.Handle => this with { State = AlarmState.Handled },
        AlarmAction.Ignore => this with { State = AlarmState.Ignored },
        AlarmAction.Close => this with { State = AlarmState.Closed },
        AlarmAction.Whitelist => this with { State = AlarmState.Whitelisted, Exclusion = exclusion },
        AlarmAction.Unhandle or AlarmAction.Unignore or AlarmAction.Reopen or AlarmAction.Unwhitelist =>
            this with { State = Acknowledged ? AlarmState.Acknowledged : AlarmState.Open, Exclusion = null },
        _ => this,
    };

    /// <summary>
    /// Where a rise in severity or outcome leads: who judged the alarm judged something less, so a handled or closed one is open again.
    /// One that is ignored or whitelisted stays so.
    /// </summary>
    public AlarmStanding AfterEscalation(Outcome outcome) => State is AlarmState.Handled or AlarmState.Closed
        ? this with { State = AlarmState.Open, Acknowledged = false, Outcome = outcome }
        : this with { Outcome = outcome };

    private bool IsProvenEscape =>
        Outcome == Outcome.AttackSuccess && Type is AlarmType.VulnerabilityEscape or AlarmType.FileEscape;

    private string Resolve() => IsResolved ? $"is {Spelling.Of(State)} already" : "";

    private string Inverse(AlarmState state) => State == state ? "" : $"is {Spelling.Of(State)}, not {Spelling.Of(state)}";
}
