namespace Pipeline.Domain.Alarms;

/// <summary>The alarm catalogue; one detector actor type each.</summary>
public enum AlarmType
{
    VulnerabilityEscape,
    FileEscape,
    HighRiskSystemCall,
    MaliciousProgram,
    AbnormalProcess,
    SensitiveFileAccess,
    AbnormalStartup,
}

/// <summary>How bad it is if true, ascending.</summary>
public enum Severity
{
    Low = 1,
    Medium = 2,
    High = 3,
    Critical = 4,
}

/// <summary>What became of it. An attempt may later prove successful; then the alarm says so by an event of its own.</summary>
public enum Outcome
{
    AttackSuccess,
    AttackAttempt,

    /// <summary>The kernel or the runtime refused (EPERM, EACCES, seccomp).</summary>
    AttackBlocked,
    AbnormalBehavior,

    /// <summary>A weakness, not an act: the way a container was started.</summary>
    SystemVulnerability,
}

/// <summary>Where an alarm is in its handling. The first two want attention, the others are resolved.</summary>
public enum AlarmState
{
    Open,

    /// <summary>Somebody looks at it.</summary>
    Acknowledged,

    /// <summary>Dealt with.</summary>
    Handled,

    /// <summary>This one only: new alarms of the kind are shown.</summary>
    Ignored,

    /// <summary>Judged, see <see cref="Verdict"/>.</summary>
    Closed,

    /// <summary>An exclusion hides it for as long as the exclusion holds.</summary>
    Whitelisted,
}

/// <summary>What a closed alarm was judged to be.</summary>
public enum Verdict
{
    /// <summary>It was what it said, and it was an attack or a weakness.</summary>
    TruePositive,

    /// <summary>It was what it said, and it was meant to be.</summary>
    Benign,

    /// <summary>It was not what it said.</summary>
    FalsePositive,
}

/// <summary>What can be done about an alarm. Every action but a comment's withdrawal has its inverse beside it.</summary>
public enum AlarmAction
{
    Acknowledge,
    Unacknowledge,
    Assign,
    Unassign,
    Comment,
    WithdrawComment,
    Handle,
    Unhandle,
    Ignore,
    Unignore,
    Close,
    Reopen,
    Whitelist,
    Unwhitelist,
}
