namespace Pipeline.Domain.Exclusions;

/// <summary>What an exclusion can look at: the alarm itself, where it happened, and the process that did it.</summary>
public enum ExclusionField
{
    Type,
    Rule,
    ClassId,
    Title,

    /// <summary>A path, a system call, a container's name.</summary>
    Subject,

    /// <summary>Any of the findings ("privileged:true").</summary>
    Content,
    Node,
    Namespace,
    Workload,
    Pod,
    Image,
    ImageDigest,
    Container,
    ContainerId,

    /// <summary>Executable of the process that did it, in the container's root.</summary>
    Process,
    CommandLine,
}

/// <summary>How a field is compared. All but glob are exact and mind upper and lower case.</summary>
public enum ExclusionOperator
{
    Equal,
    NotEqual,
    Contain,
    NotContain,
    Prefix,
    NotPrefix,

    /// <summary>"*" stands for any characters, "?" for one; all else for itself.</summary>
    Glob,
    NotGlob,
}
