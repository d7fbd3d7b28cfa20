using System.Text.Json.Nodes;
using Testing;

namespace EventStore.Tests.Dashboards;

/// <summary>A dashboard of infra/grafana.</summary>
internal sealed record Dashboard(string File, JsonNode Json)
{
    public static readonly string Folder = Path.Combine(Repository.Root, "infra", "grafana");

    public JsonNode[] Panels => [.. Json["panels"]!.AsArray().Select(panel => panel!)];

    /// <summary>Name and query.</summary>
    public (string Name, string Sql)[] Variables =>
        [.. Json["templating"]!["list"]!.AsArray().Select(variable => (variable!["name"]!.GetValue<string>(), variable["query"]!.GetValue<string>()))];

    public (string Title, string Sql, bool IsTimeSeries)[] Queries =>
    [
        .. Panels.SelectMany(panel => panel["targets"]!.AsArray().Select(target => (
            $"{File}: {panel["title"]}", target!["rawSql"]!.GetValue<string>(), target["format"]!.GetValue<string>() == "time_series"))),
        .. Json["annotations"]!["list"]!.AsArray().Select(note => ($"{File}: {note!["name"]}", note["target"]!["rawSql"]!.GetValue<string>(), false)),
    ];

    public static Dashboard[] All() =>
    [
        .. Directory.GetFiles(Path.Combine(Folder, "dashboards"), "*.json").Order(StringComparer.Ordinal)
            .Select(file => new Dashboard(Path.GetFileName(file), JsonNode.Parse(System.IO.File.ReadAllText(file))!)),
    ];
}
