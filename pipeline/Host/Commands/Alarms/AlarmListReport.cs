using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;

namespace Pipeline.Host.Commands.Alarms;

/// <summary>Prints a list of alarms. In all forms but JSON, text from outside is made safe for a terminal.</summary>
internal static class AlarmListReport
{
    public static readonly string[] Formats = ["table", "json", "ndjson", "csv"];

    /// <summary>Control characters stay escaped; it is valid JSON either way.</summary>
    private static readonly JsonSerializerOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions Indented = new(OneLine) { WriteIndented = true };

    public static void Write(string format, IReadOnlyList<JsonElement> alarms, string? next, ImmutableArray<AlarmColumn> columns, TextWriter output)
    {
        switch (format)
        {
            case "json":
                WriteJson(new { alarms, next }, output);
                break;
            case "ndjson":
                foreach (JsonElement alarm in alarms) output.Write(JsonSerializer.Serialize(alarm, OneLine) + "\n");
                break;
            case "csv":
                output.Write(CsvLine(columns.Select(column => column.Name)));
                foreach (JsonElement alarm in alarms) output.Write(CsvLine(columns.Select(column => Printable.Of(column.Text(alarm)))));
                break;
            default:
                WriteTable(alarms, next, columns, output);
                break;
        }

        output.Flush();
    }

    public static void WriteJson(object json, TextWriter output) => output.Write(JsonSerializer.Serialize(json, Indented) + "\n");

    public static Color ColourOf(string severity) => severity switch
    {
        "critical" or "high" => Color.Red,
        "medium" => Color.Yellow,
        _ => Color.Default,
    };

    private static void WriteTable(IReadOnlyList<JsonElement> alarms, string? next, ImmutableArray<AlarmColumn> columns, TextWriter output)
    {
        IAnsiConsole console = ReportConsole.Over(output);
        if (alarms.Count > 0)
        {
            var table = new Table { Border = TableBorder.Simple };
            table.AddColumns([.. columns.Select(column => column.Name)]);
            foreach (JsonElement alarm in alarms) table.AddRow(columns.Select(column => Cell(column, alarm)));
            console.Write(table);
        }

        string more = next is null ? "" : "; there are more, see --limit";
        console.WriteLine($"{alarms.Count} alarm{(alarms.Count == 1 ? "" : "s")}{more}");
    }

    private static Text Cell(AlarmColumn column, JsonElement alarm)
    {
        string text = Printable.Of(column.Text(alarm));
        return column.Name == "severity" ? new Text(text, new Style(ColourOf(text))) : new Text(text);
    }

    /// <summary>RFC 4180, with plain line feeds.</summary>
    private static string CsvLine(IEnumerable<string> cells) => string.Join(',', cells.Select(Quoted)) + "\n";

    private static string Quoted(string cell) =>
        cell.AsSpan().ContainsAny(",\"\r\n") ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell;
}
