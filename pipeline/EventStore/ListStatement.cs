using System.Collections.Immutable;
using Npgsql;
using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;

namespace Pipeline.EventStore;

/// <summary>
/// The list's SQL for one filter: only the conditions that are asked for, so that the planner sees what it can use; every value is a
/// parameter.
/// </summary>
internal sealed class ListStatement
{
    /// <summary>Shortest beginning of a container id that is taken for one; the command-line tools of container engines print 12.</summary>
    private const int ShortestIdPrefix = 6;

    public const string Columns =
        "id, type, rule_id, class_id, title, severity, outcome, state, node, boot, container_id, container_name, image, image_digest, "
        + "namespace, pod, workload, subject, content, occurrences, first_seen, last_seen, confirmed_at, stored_at, labels, "
        + "acknowledged_at, assignee, resolved_at, verdict";

    private readonly List<string> _conditions = [];
    private readonly NpgsqlCommand _command;

    private ListStatement(NpgsqlCommand command) => _command = command;

    /// <summary>Sets text and parameters of <paramref name="command"/>.</summary>
    public static void Write(NpgsqlCommand command, AlarmFilter filter, ListCursor? after, int limit)
    {
        var statement = new ListStatement(command);
        statement.Restrict(filter);
        if (after is { } cursor)
            statement._conditions.Add($"(stored_at, id) < ({statement.Value(cursor.StoredAt)}, {statement.Value(cursor.Id)})");
        string where = statement._conditions.Count == 0 ? "" : $"where {string.Join(" and ", statement._conditions)} ";
        command.CommandText =
            $"select {Columns} from {Tables.Alarms} {where}order by stored_at desc, id desc limit {statement.Value(limit)}";
    }

    /// <summary>The same for the ids of the alarms that accept an action, the oldest first.</summary>
    public static void WriteAccepting(NpgsqlCommand command, AlarmFilter filter, AlarmAction action, int limit)
    {
        var statement = new ListStatement(command);
        statement.Restrict(filter);
        statement._conditions.Add(statement.Accepts(action));
        command.CommandText = $"select id from {Tables.Alarms} where {string.Join(" and ", statement._conditions)} "
            + $"order by stored_at, id limit {statement.Value(limit)}";
    }

    /// <summary>
    /// <see cref="AlarmStanding.WhyNot"/>, asked of every standing that a row can have; so the rule is written down once.
    /// </summary>
    private string Accepts(AlarmAction action)
    {
        IEnumerable<string> accepting =
            from type in Enum.GetValues<AlarmType>()
            from outcome in Enum.GetValues<Outcome>()
            from state in Enum.GetValues<AlarmState>()
            from assignee in (string[])["", "somebody"]
            where new AlarmStanding(type, outcome, state, false, assignee).WhyNot(action).Length == 0
            select $"{Spelling.Of(type)} {Spelling.Of(outcome)} {Spelling.Of(state)} {assignee.Length > 0}";
        return $"concat_ws(' ', type, outcome, state, case when assignee <> '' then 'True' else 'False' end) = any({Value(accepting.ToArray())})";
    }

    private void Restrict(AlarmFilter filter)
    {
        AnyOf("type", filter.Types);
        if (!filter.Severities.IsDefaultOrEmpty)
            _conditions.Add($"severity_rank = any({Value(filter.Severities.Select(s => (int)s).ToArray())})");
        AnyOf("state", filter.States);
        if (filter.Node is { } node) _conditions.Add($"node = {Text(node)}");
        if (filter.Container is { } container) RestrictContainer(container);
        if (filter.Image is { } image) RestrictImage(image);
        if (filter.Rule is { } rule) _conditions.Add($"rule_id = {Text(rule)}");
        if (filter.Subject is { } subject) _conditions.Add($"subject = {Text(subject)}");
        if (filter.Assignee is { } assignee) _conditions.Add($"assignee = {Text(assignee)}");
        if (filter.From is { } from) _conditions.Add($"last_seen >= {Value(from.UtcDateTime)}");
        if (filter.To is { } to) _conditions.Add($"first_seen < {Value(to.UtcDateTime)}");
    }

    private void AnyOf<TWord>(string column, ImmutableArray<TWord> words) where TWord : struct, Enum
    {
        if (!words.IsDefaultOrEmpty) _conditions.Add($"{column} = any({Value(words.Select(Spelling.Of).ToArray())})");
    }

    private void RestrictContainer(string container)
    {
        string id =
            container.Length >= ShortestIdPrefix ? $"container_id like {Text(LiteralInLike(container) + "%")}" : $"container_id = {Text(container)}";
        _conditions.Add($"(container_name = {Text(container)} or {id})");
    }

    private void RestrictImage(string image) =>
        _conditions.Add(image.EndsWith('*') ? $"image like {Text(LiteralInLike(image[..^1]) + "%")}" : $"image = {Text(image)}");

    private static string LiteralInLike(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);

    /// <summary>Text changed in the way it was when it was stored, so that what is found is what was meant.</summary>
    private string Text(string text) => Value(StorableText.ForColumn(StorableText.ForEvent(text)));

    private string Value<T>(T value)
    {
        _command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
        return $"${_command.Parameters.Count}";
    }
}
