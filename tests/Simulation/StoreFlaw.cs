namespace Simulation;

/// <summary>A mistake that is made on purpose, to see that the simulation finds it.</summary>
public enum StoreFlaw
{
    None,

    /// <summary>A writer whose partition belongs to another one now is not refused.</summary>
    NoFencing,

    /// <summary>The checkpoint is stored when the commit begins, the alarms when it ends.</summary>
    CheckpointBeforeAlarms,

    /// <summary>An event that is stored already is stored again.</summary>
    NoIdentity,

    /// <summary>The writer hears that all is stored before it is.</summary>
    AnswersTooSoon,

    /// <summary>The next owner begins one record too late.</summary>
    CheckpointTooFar,

    /// <summary>The next owner gets the offset and not the state.</summary>
    StateForgotten,
}
