using Pipeline.Domain.Identity;

namespace Pipeline.Domain.Alarms;

/// <summary>
/// Somebody, or an exclusion, did something about the alarm. It says where the alarm stands afterwards, as it was decided when the action
/// was accepted: a view takes that over and need not know the rules of that time.
/// </summary>
public sealed record AlarmActionTaken : AlarmEvent
{
    /// <summary>Longest <see cref="Reason"/> in UTF-16 units.</summary>
    public const int LongestReason = 4096;

    /// <summary>Longest <see cref="Actor"/> and <see cref="Assignee"/>, in UTF-16 units.</summary>
    public const int LongestName = 256;

    /// <summary>Chosen by whoever asked, one for each request: the same request made again is the same event.</summary>
    public required Guid RequestId { get; init; }

    public required AlarmAction Action { get; init; }

    /// <summary>State afterwards.</summary>
    public required AlarmState State { get; init; }

    /// <summary>Whether it counts as acknowledged afterwards; kept while it is resolved, for an inverse action goes back to it.</summary>
    public required bool Acknowledged { get; init; }

    /// <summary>Who did it: a name as it was given, or "exclusion".</summary>
    public required string Actor { get; init; }

    /// <summary>By what way: "api", "alarmctl", "exclusion".</summary>
    public required string Origin { get; init; }

    /// <summary>Why, or the text of a comment. Empty where none was given.</summary>
    public required string Reason { get; init; }

    /// <summary>Of <see cref="AlarmAction.Assign"/>: to whom; otherwise empty.</summary>
    public string Assignee { get; init => field = value ?? ""; } = "";

    /// <summary>Of <see cref="AlarmAction.Close"/>.</summary>
    public Verdict? Verdict { get; init; }

    /// <summary>Of <see cref="AlarmAction.Whitelist"/> and its inverse: the exclusion.</summary>
    public Guid? Exclusion { get; init; }

    /// <summary>Of <see cref="AlarmAction.WithdrawComment"/>: the event of the comment.</summary>
    public Guid? Comment { get; init; }

    /// <summary>The resolution that it makes; null where it makes none.</summary>
    public AlarmResolution? Resolution() => Action is AlarmAction.Handle or AlarmAction.Ignore or AlarmAction.Close or AlarmAction.Whitelist
        ? new AlarmResolution(At, Actor, Reason, Verdict, Exclusion)
        : null;

    public override Guid EventId => IdOf(AlarmId, RequestId);

    /// <summary>Id of the event that a request makes of an alarm.</summary>
    public static Guid IdOf(Guid alarm, Guid request) => DeterministicId.From(alarm.ToString("N"), "action", request.ToString("N"));
}
