using System.Buffers;
using System.Globalization;
using System.Text;
using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;

namespace Pipeline.Api.Export;

/// <summary>
/// Alarms as RFC 4180 lines. Texts come from containers: one that a spreadsheet would take for a formula is given an apostrophe in front.
/// </summary>
internal static class Csv
{
    private const string Separator = "; ";

    private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n");

    private static readonly (string Name, Func<AlarmSummary, string> Text)[] Columns =
    [
        ("id", alarm => alarm.Id.ToString()), ("type", alarm => Spelling.Of(alarm.Type)), ("rule_id", alarm => alarm.RuleId),
        ("class_id", alarm => alarm.ClassId), ("title", alarm => alarm.Title), ("severity", alarm => Spelling.Of(alarm.Severity)),
        ("outcome", alarm => Spelling.Of(alarm.Outcome)), ("state", alarm => Spelling.Of(alarm.State)), ("node", alarm => alarm.Source.Node),
        ("boot", alarm => alarm.Source.Boot), ("container_id", alarm => alarm.Source.ContainerId), ("container_name", alarm => alarm.Source.ContainerName),
        ("image", alarm => alarm.Source.Image), ("image_digest", alarm => alarm.Source.ImageDigest), ("namespace", alarm => alarm.Source.Namespace),
        ("pod", alarm => alarm.Source.Pod), ("workload", alarm => alarm.Source.Workload), ("subject", alarm => alarm.Subject),
        ("content", alarm => string.Join(Separator, alarm.Content)),
        ("occurrences", alarm => alarm.Occurrences.ToString(CultureInfo.InvariantCulture)), ("first_seen", alarm => Time(alarm.FirstSeen)),
        ("last_seen", alarm => Time(alarm.LastSeen)), ("confirmed_at", alarm => Time(alarm.ConfirmedAt)), ("stored_at", alarm => Time(alarm.StoredAt)),
        ("labels", alarm => string.Join(Separator, alarm.Labels)), ("acknowledged_at", alarm => Time(alarm.AcknowledgedAt)),
        ("assignee", alarm => alarm.Assignee), ("resolved_at", alarm => Time(alarm.ResolvedAt)),
        ("verdict", alarm => alarm.Verdict is { } verdict ? Spelling.Of(verdict) : ""),
    ];

    public static string Head { get; } = Line(Columns.Select(column => column.Name));

    public static string Line(AlarmSummary alarm) => Line(Columns.Select(column => column.Text(alarm)));

    /// <summary>One cell as it is written.</summary>
    public static string Cell(string text)
    {
        string harmless = text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] ? "'" + text : text;
        return harmless.AsSpan().ContainsAny(Quoted) ? $"\"{harmless.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : harmless;
    }

    private static string Line(IEnumerable<string> cells)
    {
        var line = new StringBuilder();
        foreach (string cell in cells) line.Append(line.Length == 0 ? "" : ",").Append(Cell(cell));
        return line.Append("\r\n").ToString();
    }

    private static string Time(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture) ?? "";
}
