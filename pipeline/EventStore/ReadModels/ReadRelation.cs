using System.Collections.Immutable;
using Pipeline.EventStore.Policies;

namespace Pipeline.EventStore.ReadModels;

/// <summary>A table or view of schema <c>read</c> as SQL users see it: its name, what it holds, and its columns (docs/read-models.md).</summary>
internal sealed record ReadRelation(string Name, string Meaning, ImmutableArray<ReadColumn> Columns, string? View = null)
{
    /// <summary>In the order of the documentation.</summary>
    public static readonly ImmutableArray<ReadRelation> All =
    [
        new(Tables.Alarms, "One row for each alarm.", ReadColumn.OfAlarms),
        new(Tables.Exclusions, "One row for each exclusion that ever was.", ReadColumn.OfExclusions),
        new(Tables.Policies, "The policy in force.", PolicyColumns.OfPolicies),
        new(Tables.PolicyHistory, "One row for each change of the policy.", PolicyColumns.OfHistory),
        HistoryRelations.History,
        CountRelations.Counts,
        CountRelations.Techniques,
        NodeRelations.Containers,
        NodeRelations.Nodes,
        NodeRelations.Losses,
        HistoryRelations.Audit,
        TriageRelations.Times,
        TriageRelations.Verdicts,
        NodeRelations.Pipeline,
    ];

    /// <summary>Whether it is a view; <see cref="View"/> is then its query.</summary>
    public bool IsView => View is not null;
}
