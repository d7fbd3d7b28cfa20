using System.Collections.Immutable;
using System.Text.Json;

namespace Pipeline.Host.Commands.Alarms;

/// <summary>A column of the list: its name for --columns, and its text of an alarm as the API gives it.</summary>
internal sealed record AlarmColumn(string Name, Func<JsonElement, string> Text)
{
    private const int ShortIdLength = 12;

    public static readonly ImmutableArray<AlarmColumn> All =
    [
        Plain("id"), Plain("type"), Plain("severity"), new("rule", alarm => Value(alarm, "ruleId")), Plain("title"), Plain("state"), Plain("outcome"),
        Source("node", "node"), new("container", Container), Source("container-id", "containerId"), Source("image", "image"), Source("namespace", "namespace"),
        Source("pod", "pod"), Source("workload", "workload"), Plain("subject"), Plain("content"), new("count", alarm => Value(alarm, "occurrences")),
        new("first-seen", alarm => Value(alarm, "firstSeen")), new("last-seen", alarm => Value(alarm, "lastSeen")),
        new("confirmed-at", alarm => Value(alarm, "confirmedAt")), new("stored-at", alarm => Value(alarm, "storedAt")), Plain("labels"),
        Plain("assignee"), Plain("verdict"), new("acknowledged-at", alarm => Value(alarm, "acknowledgedAt")), new("resolved-at", alarm => Value(alarm, "resolvedAt")),
    ];

    public static readonly ImmutableArray<AlarmColumn> Usual =
        [.. "last-seen severity type rule node container image content count".Split(' ').Select(name => All.Single(column => column.Name == name))];

    private static AlarmColumn Plain(string name) => new(name, alarm => Value(alarm, name));

    private static AlarmColumn Source(string name, string property) => new(name, alarm => Value(alarm.GetProperty("source"), property));

    /// <summary>The name, or the short id of a container without one.</summary>
    private static string Container(JsonElement alarm)
    {
        JsonElement source = alarm.GetProperty("source");
        if (Value(source, "containerName") is { Length: > 0 } name) return name;
        string id = Value(source, "containerId");
        return id.Length <= ShortIdLength ? id : id[..ShortIdLength];
    }

    private static string Value(JsonElement holder, string property)
    {
        JsonElement value = holder.GetProperty(property);
        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Null => "",
            JsonValueKind.Array => string.Join("; ", value.EnumerateArray().Select(item => item.GetString())),
            _ => value.GetRawText(),
        };
    }
}
