using System.Collections.Immutable;
using System.ComponentModel;
using Pipeline.Api.Ports;
using Pipeline.Domain.Exclusions;

namespace Pipeline.Api.Contracts;

[Description("One thing that must be so of an alarm.")]
public sealed record ExclusionConditionContract
{
    public required ExclusionField Field { get; init; }

    [Description("glob: * stands for any characters, ? for one. All mind upper and lower case.")]
    public required ExclusionOperator Operator { get; init; }

    [Description("1 to 1024 characters.")]
    public required string Value { get; init; }

    internal static ExclusionConditionContract From(ExclusionCondition condition) =>
        new() { Field = condition.Field, Operator = condition.Operator, Value = condition.Value };
}

[Description("An exclusion to add, or to try: alarms of which all conditions are so are whitelisted for as long as it holds.")]
public sealed record ExclusionRequestContract
{
    [Description("1 to 16; at least one says what an alarm is, not only what it is not.")]
    public required ImmutableArray<ExclusionConditionContract> Conditions { get; init; }

    [Description("Who adds it.")]
    public required string Actor { get; init; }

    [Description("Why; whoever finds it next year must know.")]
    public required string Reason { get; init; }

    [Description("When it ends by itself; never when left out.")]
    public DateTimeOffset? ExpiresAt { get; init; }

    internal ImmutableArray<ExclusionCondition> Wanted() =>
        Conditions.IsDefault ? [] : [.. Conditions.Select(condition => new ExclusionCondition(condition.Field, condition.Operator, condition.Value))];
}

[Description("Who removes an exclusion, and why.")]
public sealed record ExclusionRemovalContract
{
    public required string Actor { get; init; }

    public required string Reason { get; init; }
}

[Description("An exclusion as it stands.")]
public sealed record ExclusionContract(
    Guid Id,
    ImmutableArray<ExclusionConditionContract> Conditions,
    string Reason,
    string AddedBy,
    DateTime AddedAt,
    [property: Description("When it ends by itself; null for never.")] DateTime? ExpiresAt,
    ExclusionState State,
    [property: Description("Who removed it, or expiry; empty while it is active.")] string EndedBy,
    DateTime? EndedAt,
    string EndReason,
    [property: Description("Alarms that it hides now.")] long Hides)
{
    internal static ExclusionContract From(StoredExclusion exclusion) => new(
        exclusion.Id, [.. exclusion.Conditions.Select(ExclusionConditionContract.From)], exclusion.Reason, exclusion.AddedBy,
        exclusion.AddedAt.UtcDateTime, exclusion.ExpiresAt?.UtcDateTime, exclusion.State, exclusion.EndedBy, exclusion.EndedAt?.UtcDateTime,
        exclusion.EndReason, exclusion.Hides);
}

[Description("Exclusions, the newest added first.")]
public sealed record ExclusionListContract(ImmutableArray<ExclusionContract> Exclusions);

[Description("What an exclusion would do.")]
public sealed record ExclusionPreviewContract(
    [property: Description("Alarms that it would hide, counted up to 100,000.")] long Open,
    [property: Description("Resolved alarms that match; they would stay as they are.")] long Past,
    [property: Description("The newest of those that it would hide.")] ImmutableArray<AlarmListItemContract> Sample);
