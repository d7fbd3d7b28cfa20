using System.Collections.Immutable;
using System.ComponentModel;
using Pipeline.Api.Ports;

namespace Pipeline.Api.Contracts;

[Description("A document to put in force.")]
public sealed record PolicyRequestContract
{
    [Description("YAML, at most 512 KiB. What it does not say is as in the built-in policy.")]
    public required string Document { get; init; }

    [Description("Who puts it in force.")]
    public required string Author { get; init; }

    [Description("Why; whoever finds it next year must know.")]
    public required string Reason { get; init; }
}

[Description("A document to compare with the policy in force; nothing is changed.")]
public sealed record PolicyPreviewRequestContract
{
    public required string Document { get; init; }
}

[Description("An earlier revision to put in force again.")]
public sealed record PolicyRollbackContract
{
    [Description("0 for the policy that each process was started with.")]
    public required int Revision { get; init; }

    public required string Author { get; init; }

    public required string Reason { get; init; }
}

[Description("A revision of the policy.")]
public sealed record PolicyContract(
    [property: Description("Number of the change, from 1; 0 while the policy was never changed.")] int Revision,
    [property: Description("As the document says itself, alarms carry it; empty for the policy that each process was started with.")] string PolicyId,
    [property: Description("Likewise; 0 there.")] int Version,
    [property: Description("SHA-256 of the document in UTF-8, lower-case hexadecimal.")] string Hash,
    string Author,
    string Reason,
    DateTime? ChangedAt,
    [property: Description("Of a rollback: the revision whose document holds again.")] int? RestoredRevision,
    [property: Description("The document as it was given; null in lists.")] string? Document)
{
    internal static PolicyContract From(StoredPolicy policy, bool withDocument) => new(
        policy.Revision, policy.Document?.Id ?? "", policy.Document?.Version ?? 0, policy.Document?.Hash ?? "", policy.Author, policy.Reason,
        policy.Revision == 0 ? null : policy.At.UtcDateTime, policy.RestoredRevision, withDocument ? policy.Document?.Text : null);
}

[Description("Revisions of the policy, the newest, which is in force, first.")]
public sealed record PolicyListContract(ImmutableArray<PolicyContract> Policies);

[Description("A setting that differs.")]
public sealed record PolicyDifferenceContract(
    [property: Description("Its place in the document; [] for an item of a list.")] string Setting,
    [property: Description("As YAML; null for an item that was not there.")] string? From,
    [property: Description("As YAML; null for an item that is no longer there.")] string? To);

[Description("What differs between two policies, setting by setting.")]
public sealed record PolicyDifferencesContract(ImmutableArray<PolicyDifferenceContract> Differences)
{
    internal static PolicyDifferencesContract From(ImmutableArray<PolicySettingDifference> differences) =>
        new([.. differences.Select(d => new PolicyDifferenceContract(d.Setting, d.From, d.To))]);
}

[Description("From this offset of a partition on this policy held.")]
public sealed record PolicyPositionContract(
    string Topic, int Partition, long Offset, string PolicyId, int Version, string Hash, DateTime RecordedAt);

[Description("Where policies held, in the order in which it was recorded: at an offset held what was recorded last at or below it.")]
public sealed record PolicyPositionListContract(ImmutableArray<PolicyPositionContract> Positions);
