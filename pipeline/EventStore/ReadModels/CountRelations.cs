namespace Pipeline.EventStore.ReadModels;

/// <summary>Alarms by the hour, kept with the rows they count, so that a month of them is added up in milliseconds.</summary>
internal static class CountRelations
{
    public static readonly ReadRelation Counts = new(Tables.Counts,
        "How many alarms began in an hour, by what they are now: one that escalates moves from one row to another.",
    [
        new("hour", "timestamptz", "Beginning of the hour of first_seen."),
        new("type", "text", "As in read.alarms."),
        new("severity", "text", "The present one of the alarms."),
        new("severity_rank", "integer", "1 low, 2 medium, 3 high, 4 critical."),
        new("node", "text", "Node, at most 200 characters of its name."),
        new("image", "text", "Image reference, at most 200 characters of it; empty where unknown."),
        new("rule_id", "text", "Rule of the detector, at most 200 characters."),
        new("alarms", "bigint", "How many; 0 where all have moved on."),
    ]);

    public static readonly ReadRelation Techniques = new(Tables.Techniques,
        "How many alarms of an ATT&CK technique began in an hour; an alarm of two techniques counts in both.",
    [
        new("hour", "timestamptz", "Beginning of the hour of first_seen."),
        new("technique", "text", "ATT&CK technique id, at most 200 characters."),
        new("type", "text", "As in read.alarms."),
        new("severity", "text", "The present one of the alarms."),
        new("node", "text", "Node, at most 200 characters of its name."),
        new("alarms", "bigint", "How many; 0 where all have moved on."),
    ]);
}
