using System.Collections.Immutable;
using Pipeline.EventStore.ReadModels;

namespace Pipeline.EventStore.Policies;

/// <summary>Columns of the policy's tables for SQL users.</summary>
internal static class PolicyColumns
{
    public static readonly ImmutableArray<ReadColumn> OfPolicies =
    [
        new("name", "text", "What it is the policy of: detection."),
        new("revision", "integer", "Number of the change that put it in force, from 1."),
        new("policy_id", "text", "Id that the document gives itself, which alarms carry; empty where each process holds to the policy that it was started with."),
        new("policy_version", "integer", "Version that the document gives itself, which alarms carry; 0 likewise."),
        new("hash", "text", "SHA-256 of the document in UTF-8, lower-case hexadecimal; empty likewise."),
        new("author", "text", "Who put it in force, as they gave it."),
        new("reason", "text", "Why."),
        new("changed_at", "timestamptz", "When."),
        new("document", "text", "The document as it was given."),
    ];

    public static readonly ImmutableArray<ReadColumn> OfHistory =
    [
        new("revision", "integer", "Number of the change, from 1 without gaps."),
        new("change", "text", "applied or rolled-back."),
        new("policy_id", "text", "Id that the document gives itself; empty where it was rolled back to the policy that each process was started with."),
        new("policy_version", "integer", "Version that the document gives itself; 0 likewise."),
        new("hash", "text", "SHA-256 of the document in UTF-8, lower-case hexadecimal; empty likewise."),
        new("author", "text", "Who changed it, as they gave it."),
        new("reason", "text", "Why."),
        new("changed_at", "timestamptz", "When."),
        new("restored_revision", "integer", "Of a rollback: the revision whose document holds again, 0 for what held before the first; null for an applied one.", Nullable: true),
        new("document", "text", "The document as it was given."),
    ];
}
