namespace Pipeline.Domain.Alarms;

/// <summary>What becomes of a command. Pure.</summary>
public static class AlarmHandling
{
    /// <summary>What is wrong with the command itself, whatever the alarm; empty where nothing is.</summary>
    public static string Fault(AlarmCommand command) => command switch
    {
        { Actor: "" } => "actor: who does it is missing",
        { Actor.Length: > AlarmActionTaken.LongestName } => $"actor: longer than {AlarmActionTaken.LongestName} characters",
        { Assignee.Length: > AlarmActionTaken.LongestName } => $"assignee: longer than {AlarmActionTaken.LongestName} characters",
        { Reason.Length: > AlarmActionTaken.LongestReason } => $"reason: longer than {AlarmActionTaken.LongestReason} characters",
        { Action: AlarmAction.Assign, Assignee: "" } => "assignee: to whom is missing",
        { Action: not AlarmAction.Assign, Assignee.Length: > 0 } => "assignee: belongs to assign only",
        { Action: AlarmAction.Comment, Reason: "" } => "reason: the comment's text is missing",
        { Action: AlarmAction.Close, Verdict: null } => "verdict: is missing; an alarm is closed with one",
        { Action: not AlarmAction.Close, Verdict: not null } => "verdict: belongs to close only",
        { Action: AlarmAction.WithdrawComment, Comment: null } => "comment: the id of the comment's event is missing",
        { Action: not AlarmAction.WithdrawComment, Comment: not null } => "comment: belongs to withdraw-comment only",
        { Action: AlarmAction.Whitelist or AlarmAction.Unwhitelist, Exclusion: null } =>
            "action: an alarm is whitelisted by adding an exclusion, and shown again by removing it",
        { Action: not (AlarmAction.Whitelist or AlarmAction.Unwhitelist), Exclusion: not null } => "exclusion: belongs to whitelist only",
        _ => "",
    };

    /// <summary>The event of a command that the alarm accepts; ask <see cref="AlarmStanding.WhyNot"/> first.</summary>
    public static AlarmActionTaken Event(Guid alarm, AlarmStanding standing, AlarmCommand command, DateTimeOffset at)
    {
        AlarmStanding after = standing.After(command.Action, command.Assignee, command.Exclusion);
        return new AlarmActionTaken
        {
            AlarmId = alarm,
            At = at,
            RequestId = command.RequestId,
            Action = command.Action,
            State = after.State,
            Acknowledged = after.Acknowledged,
            Actor = command.Actor,
            Origin = command.Origin,
            Reason = command.Reason,
            Assignee = command.Assignee,
            Verdict = command.Verdict,
            Exclusion = command.Exclusion,
            Comment = command.Comment,
        };
    }
}
