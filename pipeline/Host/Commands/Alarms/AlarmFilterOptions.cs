using System.Collections.Immutable;
using System.CommandLine;

namespace Pipeline.Host.Commands.Alarms;

/// <summary>The options that choose alarms, named as the API's query parameters.</summary>
internal sealed class AlarmFilterOptions
{
    public ImmutableArray<Option<string[]>> All { get; } =
    [
        Filter("type", "Alarm types, such as abnormal-startup."), Filter("severity", "low, medium, high, critical."),
        Filter("state", "States, such as open, acknowledged, closed."), Filter("node", "Exact node name."),
        Filter("container", "Container name, or the first 6 or more characters of an id."),
        Filter("image", "Exact image reference, or its beginning and \"*\"."), Filter("rule", "Exact rule id, such as AS-01."),
        Filter("assignee", "To whom it is assigned."),
    ];

    /// <summary>"&amp;name=value" for each value that was given.</summary>
    public string Query(ParseResult parsed) => string.Concat(All.SelectMany(filter =>
        (parsed.GetValue(filter) ?? []).Select(value => $"&{filter.Name.TrimStart('-')}={Uri.EscapeDataString(value)}")));

    private static Option<string[]> Filter(string name, string description) => new($"--{name}") { Description = description };
}
