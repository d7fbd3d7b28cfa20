using System.Collections.Immutable;

namespace Pipeline.EventStore.ReadModels;

/// <summary>
/// A column of a table for SQL users (documented in docs/read-models.md): a name and a type that stay, and what it
/// means. New columns
/// come at the end of the list, with a default where they cannot be null: the table may hold alarms already.
/// </summary>
internal sealed record ReadColumn(string Name, string Type, string Meaning, bool Nullable = false, string? Default = null)
{
    public static readonly ImmutableArray<ReadColumn> OfAlarms =
    [
        new("id", "uuid", "Alarm id: a hash of what the alarm is about, the same when the same log is processed again. Also the id of its event stream."),
        new("type", "text", "Alarm type in kebab-case: vulnerability-escape, file-escape, high-risk-system-call, malicious-program, abnormal-process, "
            + "sensitive-file-access, abnormal-startup."),
        new("rule_id", "text", "Rule of the detector that raised it (AS-01)."),
        new("class_id", "text", "Class id for consumers of HSS's public API (container_1003); empty where it has none."),
        new("title", "text", "One line for people."),
        new("severity", "text", "low, medium, high or critical; the present one, which may have risen since the alarm was raised."),
        new("severity_rank", "integer", "1 low, 2 medium, 3 high, 4 critical: for comparisons and ordering."),
        new("outcome", "text", "attack-success, attack-attempt, attack-blocked, abnormal-behavior or system-vulnerability; the present one."),
        new("state", "text", "Where it is in its handling: open, acknowledged, handled, ignored, closed or whitelisted; the first two want attention."),
        new("node", "text", "Node it happened on."),
        new("boot", "text", "Boot of that node; empty where unknown, as all source columns."),
        new("container_id", "text", "Full container id."),
        new("container_name", "text", "Container name."),
        new("image", "text", "Image reference as the container was created with it."),
        new("image_digest", "text", "Image digest."),
        new("namespace", "text", "Kubernetes namespace."),
        new("pod", "text", "Kubernetes pod."),
        new("workload", "text", "Owner of the pod as kind/name."),
        new("subject", "text", "What it is about: a path, a system call, a container's name."),
        new("content", "text[]", "Findings, each the exact payload string (privileged:true). Select with content @> array['privileged:true'], which an index serves."),
        new("attack", "text[]", "ATT&CK technique ids."),
        new("occurrences", "bigint", "How often it was seen, the first time included."),
        new("first_seen", "timestamptz", "Event time of the first occurrence."),
        new("last_seen", "timestamptz", "Event time of the newest occurrence."),
        new("confirmed_at", "timestamptz", "Event time at which an announced thing came true (the container that was created did start); null before.", Nullable: true),
        new("stored_at", "timestamptz", "Clock of the database when the alarm was stored; never changes, the list's order."),
        new("labels", "text[]", "Short marks such as existing."),
        new("policy_id", "text", "Policy in force."),
        new("policy_version", "integer", "Its version."),
        new("evidence_complete", "boolean", "False when events are known to be missing in the window that decided."),
        new("version", "integer", "Number of events in the alarm's stream."),
        new("rule_version", "integer", "Version of the rule's implementation."),
        new("acknowledged_at", "timestamptz", "When somebody acknowledged it; null while nobody has.", Nullable: true),
        new("assignee", "text", "To whom it is assigned; empty where to nobody.", Default: "''"),
        new("resolved_at", "timestamptz", "When it was handled, ignored, closed or whitelisted; null while it wants attention.", Nullable: true),
        new("resolved_by", "text", "Who did that.", Default: "''"),
        new("resolution_reason", "text", "Why, as they said.", Default: "''"),
        new("verdict", "text", "Of a closed alarm: true-positive, benign or false-positive; otherwise empty.", Default: "''"),
        new("exclusion_id", "uuid", "Of a whitelisted alarm: the exclusion that hides it.", Nullable: true),
        new("comments", "integer", "Comments that were made and not withdrawn.", Default: "0"),
        new("process", "text", "Executable of the process that did it, in the container's root; empty where none did.", Default: "''"),
        new("command_line", "text", "Its arguments, bounded.", Default: "''"),
    ];

    public static readonly ImmutableArray<ReadColumn> OfExclusions =
    [
        new("id", "uuid", "Exclusion id, also the id of its event stream."),
        new("conditions", "jsonb", "What must all be so: an array of objects with field, operator and value."),
        new("reason", "text", "Why it was added."),
        new("added_by", "text", "Who added it, as they gave it."),
        new("added_at", "timestamptz", "When."),
        new("expires_at", "timestamptz", "When it ends by itself; null for never.", Nullable: true),
        new("state", "text", "active, removed or expired."),
        new("ended_by", "text", "Who removed it; expiry for an expired one; empty while it is active."),
        new("ended_at", "timestamptz", "When it ended; null while it is active.", Nullable: true),
        new("end_reason", "text", "Why it was removed."),
    ];
}
