using Pipeline.Domain.Alarms;

namespace Testing;

/// <summary>What somebody wants done; each a request of its own.</summary>
public static class SomeCommand
{
    public static AlarmCommand To(AlarmAction action, string reason = "") => new(
        Guid.NewGuid(), action, "alice", "api", action == AlarmAction.Comment && reason.Length == 0 ? "looks odd" : reason,
        action == AlarmAction.Assign ? "bob" : "",
        action == AlarmAction.Close ? Verdict.FalsePositive : null,
        action is AlarmAction.Whitelist or AlarmAction.Unwhitelist ? SomeAlarm.Id("exclusion") : null);
}
