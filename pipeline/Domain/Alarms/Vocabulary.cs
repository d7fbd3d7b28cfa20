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

/// <summary>Where an alarm is in its handling.</summary>
public enum AlarmState
{
    Open,
}
