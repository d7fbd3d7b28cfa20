using System.Globalization;
using Pipeline.Detection.AbnormalStartup;
using Pipeline.Domain.Alarms;
using Spectre.Console;

namespace Pipeline.Host.Commands;

/// <summary>
/// A table for people, a row for each finding. Colours only on a terminal and without NO_COLOR; text from outside is escaped.
/// </summary>
internal sealed class TableCheckReport(TextWriter output) : ICheckReport
{
    private readonly List<CheckedContainer> _containers = [];
    private readonly SortedDictionary<string, int> _skipped = new(StringComparer.Ordinal);

    public void Add(CheckedContainer container) => _containers.Add(container);

    public void Skip(string kind) => _skipped[kind] = _skipped.GetValueOrDefault(kind) + 1;

    public void Finish()
    {
        IAnsiConsole console = ReportConsole.Over(output);
        if (_containers.Count > 0) console.Write(Table());
        console.WriteLine(Summary());
    }

    private Table Table()
    {
        Table table = new Table { Border = TableBorder.Simple };
        foreach (string name in new[] { "Source", "Doc", "Kind", "Container", "Severity", "Basis", "Finding" })
        {
            // Where a terminal is narrow, what is long gives way.
            table.AddColumn(new TableColumn(name) { NoWrap = name is "Doc" or "Kind" or "Severity" or "Basis" });
        }

        foreach (CheckedContainer container in _containers)
        {
            if (container.Findings.Length == 0) Row(table, container, new Text("-"), "-", "-");
            foreach (StartupFinding finding in container.Findings)
            {
                var severity = new Text(Lower.Of(finding.Severity), new Style(ColourOf(finding.Severity)));
                Row(table, container, severity, Lower.Of(finding.Basis), finding.Content);
            }
        }

        return table;
    }

    private static void Row(Table table, CheckedContainer container, Text severity, string basis, string content) =>
        table.AddRow(
            Plain(container.Source), new Text(container.Document.ToString(CultureInfo.InvariantCulture)),
            Plain(container.Kind), Plain(container.Container), severity, new Text(basis), Plain(content));

    private static Text Plain(string text) => new(Printable.Of(text));

    private static Color ColourOf(Severity severity) => severity switch
    {
        Severity.Critical or Severity.High => Color.Red,
        Severity.Medium => Color.Yellow,
        _ => Color.Default,
    };

    private string Summary()
    {
        int findings = _containers.Sum(container => container.Findings.Length);
        string summary = $"{Count(_containers.Count, "container")}, {Count(findings, "finding")}";
        if (_skipped.Count == 0) return summary;
        return $"{summary}; no containers in {string.Join(", ", _skipped.Select(skip => Count(skip.Value, Printable.Of(skip.Key))))}";
    }

    private static string Count(int count, string what) => $"{count.ToString(CultureInfo.InvariantCulture)} {what}{(count == 1 ? "" : "s")}";
}
