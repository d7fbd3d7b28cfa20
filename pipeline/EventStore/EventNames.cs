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
}
