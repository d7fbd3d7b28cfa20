using System.Collections.Immutable;
using Pipeline.Domain.Alarms;

namespace Pipeline.Api;

/// <summary>
/// The query parameters of the alarm list: what is read from a request and what the OpenAPI document says come from here.
/// </summary>
internal sealed record QueryParameter(string Name, string Description, string Example, QueryParameterKind Kind, ImmutableArray<string> Words = default)
{
    public const int DefaultLimit = 50;
    public const int LargestLimit = 500;

    /// <summary>Longest value, in characters; image references with a digest are below 300.</summary>
    public const int LongestValue = 512;

    /// <summary>Longest query string, in characters as sent.</summary>
    public const int LongestQuery = 4096;

    public static readonly QueryParameter Type = Filter<AlarmType>("type", "Alarm types.", "abnormal-startup,file-escape");
    public static readonly QueryParameter Severity = Filter<Severity>("severity", "Severities.", "high,critical");
    public static readonly QueryParameter State = Filter<AlarmState>("state", "States of handling.", "open");
    public static readonly QueryParameter Node = Text("node", "Exact node name.", "node-1");
    public static readonly QueryParameter Container =
        Text("container", "Exact container name, or a container id, or the first 6 or more characters of one.", "web");
    public static readonly QueryParameter Image =
        Text("image", "Exact image reference, or the beginning of one when it ends in \"*\".", "registry.example/shop/*");
    public static readonly QueryParameter Rule = Text("rule", "Exact rule id.", "AS-01");
    public static readonly QueryParameter Assignee = Text("assignee", "To whom it is assigned, exactly.", "alice");
    public static readonly QueryParameter From =
        new("from", "Only alarms last seen at or after this time (RFC 3339).", "2026-03-01T10:00:00Z", QueryParameterKind.Time);
    public static readonly QueryParameter To =
        new("to", "Only alarms first seen before this time (RFC 3339).", "2026-03-02T00:00:00Z", QueryParameterKind.Time);
    public static readonly QueryParameter Limit =
        new("limit", $"Alarms on a page, 1 to {LargestLimit}; {DefaultLimit} when left out.", "50", QueryParameterKind.Limit);
    public static readonly QueryParameter Cursor =
        Text("cursor", "The \"next\" of the page before, unchanged.", "AQAGUH3-rYAATSAaYmCjgSqoQktjKeya1w");

    public static readonly QueryParameter Format =
        new("format", "Form of the export.", "csv", QueryParameterKind.Word, ["json", "ndjson", "csv"]);

    /// <summary>What chooses alarms.</summary>
    public static readonly ImmutableArray<QueryParameter> Filters = [Type, Severity, State, Node, Container, Image, Rule, Assignee, From, To];

    public static readonly ImmutableArray<QueryParameter> All = [.. Filters, Limit, Cursor];

    private static QueryParameter Filter<TWord>(string name, string what, string example) where TWord : struct, Enum =>
        new(
            name, $"{what} Any of several: repeat the parameter or separate the values by commas.", example, QueryParameterKind.Words, Spelling.All<TWord>());

    private static QueryParameter Text(string name, string description, string example) =>
        new(name, description, example, QueryParameterKind.Text);
}

internal enum QueryParameterKind
{
    Words,

    /// <summary>One of them.</summary>
    Word,
    Text,
    Time,
    Limit,
}
