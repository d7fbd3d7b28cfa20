namespace Pipeline.EventStore.ReadModels;

/// <summary>How alarms are dealt with.</summary>
internal static class TriageRelations
{
    public static readonly ReadRelation Times = new("read.triage_times", "How long alarms waited.",
    [
        new("id", "uuid", "The alarm."),
        new("type", "text", "As in read.alarms."),
        new("rule_id", "text", "As in read.alarms."),
        new("severity", "text", "The present one."),
        new("severity_rank", "integer", "1 low to 4 critical."),
        new("node", "text", "Node."),
        new("state", "text", "The present one."),
        new("stored_at", "timestamptz", "When it was there to be seen; the waiting begins."),
        new("seconds_to_acknowledge", "double precision", "Until somebody acknowledged it; null while nobody has, or has taken it back."),
        new("seconds_to_resolve", "double precision", "Until it was handled, ignored, closed or whitelisted; null while it wants attention."),
        new("seconds_waiting", "double precision", "Until now, while it wants attention; otherwise null."),
    ], View: $"""
        select id, type, rule_id, severity, severity_rank, node, state, stored_at,
            extract(epoch from acknowledged_at - stored_at)::double precision as seconds_to_acknowledge,
            extract(epoch from resolved_at - stored_at)::double precision as seconds_to_resolve,
            case when state in ('open', 'acknowledged') then extract(epoch from now() - stored_at)::double precision end as seconds_waiting
        from {Tables.Alarms}
        """);

    public static readonly ReadRelation Verdicts = new("read.rule_verdicts", "What closed alarms of each rule were judged to be.",
    [
        new("rule_id", "text", "Rule of the detector."),
        new("type", "text", "As in read.alarms."),
        new("closed", "bigint", "Alarms that are closed with a verdict."),
        new("true_positive", "bigint", "Of these: it was what it said, and bad."),
        new("benign", "bigint", "Of these: it was what it said, and meant to be."),
        new("false_positive", "bigint", "Of these: it was not what it said."),
        new("false_positive_rate", "double precision", "False positives among the closed, 0 to 1."),
    ], View: $"""
        select rule_id, type, count(*) as closed,
            count(*) filter (where verdict = 'true-positive') as true_positive,
            count(*) filter (where verdict = 'benign') as benign,
            count(*) filter (where verdict = 'false-positive') as false_positive,
            (count(*) filter (where verdict = 'false-positive'))::double precision / count(*) as false_positive_rate
        from {Tables.Alarms} where state = 'closed' and verdict <> '' group by rule_id, type
        """);
}
