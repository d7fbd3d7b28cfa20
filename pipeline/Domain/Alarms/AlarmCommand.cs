namespace Pipeline.Domain.Alarms;

/// <summary>What somebody wants done about an alarm. Texts are bounded by <see cref="AlarmActionTaken"/>.</summary>
/// <param name="RequestId">One for each request; see <see cref="AlarmActionTaken.RequestId"/>.</param>
public sealed record AlarmCommand(
    Guid RequestId,
    AlarmAction Action,
    string Actor,
    string Origin,
    string Reason,
    string Assignee = "",
    Verdict? Verdict = null,
    Guid? Exclusion = null,
    Guid? Comment = null);
