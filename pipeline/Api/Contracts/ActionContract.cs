using System.ComponentModel;
using Pipeline.Domain.Alarms;

namespace Pipeline.Api.Contracts;

[Description("What was done about an alarm.")]
public sealed record ActionContract(
    AlarmAction Action,
    [property: Description("State afterwards.")] AlarmState State,
    [property: Description("Who did it, as they gave it.")] string Actor,
    [property: Description("By what way: api, alarmctl, exclusion.")] string Origin,
    [property: Description("Why, or the text of a comment; empty where none was given.")] string Reason,
    [property: Description("Of assign: to whom; otherwise empty.")] string Assignee,
    [property: Description("Of close.")] Verdict? Verdict,
    [property: Description("Of whitelist and unwhitelist: the exclusion.")] Guid? Exclusion,
    [property: Description("Of withdraw-comment: the event of the comment.")] Guid? Comment)
{
    internal static ActionContract From(AlarmActionTaken taken) => new(
        taken.Action, taken.State, taken.Actor, taken.Origin, taken.Reason, taken.Assignee, taken.Verdict, taken.Exclusion, taken.Comment);
}
