using System.Collections.Immutable;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.Rules;

/// <summary>
/// What a rule is, under the built-in policy. Ids, class ids and techniques are those of the records that the detectors raise alarms with;
/// the tests hold every alarm of every script against this.
/// </summary>
public sealed record RuleFacts
{
    /// <summary>The same in code, policy, alarms and documents ("VE-01").</summary>
    public required string Id { get; init; }

    /// <summary>What it is about, in a few words.</summary>
    public required string Title { get; init; }

    /// <summary>Class ids of the public catalogue that its alarms may carry; "" where that has none.</summary>
    public required ImmutableArray<string> ClassIds { get; init; }

    /// <summary>Every ATT&amp;CK technique that an alarm of it may carry.</summary>
    public required ImmutableArray<string> Attack { get; init; }

    /// <summary>The mildest severity that it raises with.</summary>
    public required Severity Least { get; init; }

    /// <summary>The gravest that an alarm of it may come to.</summary>
    public required Severity Most { get; init; }

    public required RuleInputs Inputs { get; init; }

    /// <summary>What it does not see, beyond events that were lost.</summary>
    public required string Blind { get; init; }

    /// <summary>The detector that it is a rule of; set by the catalogue.</summary>
    public DetectorSpec Detector { get; init; } = new("", default, 0, EventKinds.None);
}

/// <summary>What a rule has to be told to raise anything.</summary>
/// <param name="Kinds">Kinds of event.</param>
/// <param name="Calls">System calls among the events of that kind, as syscalls(2) names them.</param>
/// <param name="Files">Operations among the file events; empty: any that its detector looks at.</param>
public sealed record RuleInputs(EventKinds Kinds, ImmutableArray<string> Calls, ImmutableArray<FileOperation> Files)
{
    public static RuleInputs Of(EventKinds kinds) => new(kinds, [], []);
}
