namespace Pipeline.EventStore.ReadModels;

/// <summary>What happened to alarms, and what people and exclusions did.</summary>
internal static class HistoryRelations
{
    public static readonly ReadRelation History = new(Tables.History, "One row for each event of each alarm.",
    [
        new("alarm_id", "uuid", "The alarm."),
        new("version", "integer", "Position among the alarm's events, from 1."),
        new("event_id", "uuid", "Id of the event, the same when the same log is processed again."),
        new("kind", "text", "raised, confirmed, recurred, escalated, amended, or action: what somebody did."),
        new("at", "timestamptz", "Event time of what caused it; of an action the database's clock."),
        new("stored_at", "timestamptz", "Clock of the database when it was stored."),
        new("action", "text", "Of an action: acknowledge, close and so on; otherwise empty."),
        new("state", "text", "Of an action: where the alarm stood afterwards; open when it was raised; otherwise empty."),
        new("actor", "text", "Of an action: who, as they gave it; otherwise empty."),
        new("origin", "text", "Of an action: by what way (api, alarmctl, exclusion); otherwise empty."),
        new("reason", "text", "Of an action: why, or the comment; otherwise empty."),
        new("assignee", "text", "Of assign: to whom; otherwise empty."),
        new("verdict", "text", "Of close: true-positive, benign or false-positive; otherwise empty."),
        new("exclusion_id", "uuid", "Of whitelist and unwhitelist: the exclusion.", Nullable: true),
        new("severity", "text", "Of raised and escalated: the severity from then on; otherwise empty."),
        new("outcome", "text", "Of raised and escalated: the outcome from then on; otherwise empty."),
        new("occurrences", "bigint", "Of raised and recurred: how often it had been seen by then.", Nullable: true),
    ]);

    public static readonly ReadRelation Audit = new("read.audit_trail", "Who did what: actions on alarms, and exclusions added and ended.",
    [
        new("at", "timestamptz", "When."),
        new("actor", "text", "Who, as they gave it; exclusion and expiry are the pipeline itself."),
        new("origin", "text", "By what way: api, alarmctl, exclusion; empty for exclusions."),
        new("what", "text", "alarm or exclusion."),
        new("action", "text", "What was done: acknowledge, close, add, remove, expire and so on."),
        new("id", "uuid", "The alarm or exclusion."),
        new("reason", "text", "Why, as they said."),
        new("detail", "text", "State, assignee or verdict of an alarm afterwards; the conditions of an exclusion."),
    ], View: $"""
        select h.stored_at as at, h.actor, h.origin, 'alarm'::text as what, h.action, h.alarm_id as id, h.reason,
            concat_ws(' ', h.state, nullif(h.assignee, ''), nullif(h.verdict, '')) as detail
        from {Tables.History} h where h.kind = 'action'
        union all
        select e.added_at, e.added_by, '', 'exclusion', 'add', e.id, e.reason, e.conditions::text from {Tables.Exclusions} e
        union all
        select e.ended_at, e.ended_by, '', 'exclusion', case when e.state = 'expired' then 'expire' else 'remove' end, e.id, e.end_reason, e.conditions::text
        from {Tables.Exclusions} e where e.ended_at is not null
        """);
}
