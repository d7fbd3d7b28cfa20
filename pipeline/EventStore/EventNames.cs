using Pipeline.Domain.Alarms;

namespace Pipeline.EventStore;

/// <summary>
/// What events are called in the store. These names are in every stored row for ever: a class may be renamed or moved, a name here
/// never changes and
/// is never given to another shape (a new shape gets a new name).
/// </summary>
internal static class EventNames
{
    public const string AlarmRaised = "alarm-raised";
    public const string AlarmConfirmed = "alarm-confirmed";
    public const string AlarmRecurred = "alarm-recurred";
    public const string AlarmEscalated = "alarm-escalated";
    public const string AlarmAmended = "alarm-amended";
    public const string AlarmActionTaken = "alarm-action-taken";
    public const string ExclusionAdded = "exclusion-added";
    public const string ExclusionEnded = "exclusion-ended";
    public const string PolicyApplied = "policy-applied";
    public const string PolicyRolledBack = "policy-rolled-back";

    public static string Of(AlarmEvent e) => e switch
    {
        Domain.Alarms.AlarmRaised => AlarmRaised,
        Domain.Alarms.AlarmConfirmed => AlarmConfirmed,
        Domain.Alarms.AlarmRecurred => AlarmRecurred,
        Domain.Alarms.AlarmEscalated => AlarmEscalated,
        Domain.Alarms.AlarmAmended => AlarmAmended,
        Domain.Alarms.AlarmActionTaken => AlarmActionTaken,
        _ => throw new ArgumentException($"An alarm event without a stored name: {e.GetType().Name}", nameof(e)),
    };

    /// <summary>The class of a stored event of an alarm.</summary>
    public static Type ClassOf(string name) => name switch
    {
        AlarmRaised => typeof(Domain.Alarms.AlarmRaised),
        AlarmConfirmed => typeof(Domain.Alarms.AlarmConfirmed),
        AlarmRecurred => typeof(Domain.Alarms.AlarmRecurred),
        AlarmEscalated => typeof(Domain.Alarms.AlarmEscalated),
        AlarmAmended => typeof(Domain.Alarms.AlarmAmended),
        AlarmActionTaken => typeof(Domain.Alarms.AlarmActionTaken),
        _ => throw new InvalidDataException($"Unknown event of an alarm: {name}"),
    };
}
