using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Detection;
using Pipeline.Detection.Explaining;
using Pipeline.Domain.Alarms;
using Pipeline.Ingest.Reading;
using Spectre.Console;

namespace Pipeline.Host.Commands.Explain;

/// <summary>How an explanation is told.</summary>
internal interface IExplainReport
{
    void Write(Explanation explanation, NodeLogSummary read, DetectionPolicy policy);
}

/// <summary>For people: each event with a table of what was weighed, and what was read to know it.</summary>
internal sealed class TableExplainReport(TextWriter output) : IExplainReport
{
    public void Write(Explanation explanation, NodeLogSummary read, DetectionPolicy policy)
    {
        IAnsiConsole console = ReportConsole.Over(output);
        foreach (ExplainedEvent e in explanation.Events) Write(console, e);
        console.WriteLine(Told(explanation, read, policy));
        output.Flush();
    }

    private static void Write(IAnsiConsole console, ExplainedEvent e)
    {
        string program = e.Program.Length > 0 ? $" by {Printable.Of(e.Program)}" : "";
        string container = e.Container.Length > 0 ? $" in container {Printable.Of(e.Container)}" : "";
        string at = e.At.Wall.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        console.WriteLine($"{Printable.Of(e.Id.ToString())} at {at}: {Spelling.Of(e.Kind)}{program}{container}");
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns("Detector", "Rule", "Condition", "Value", "Holds");
        foreach (DetectorReasons detector in e.Detectors)
        {
            if (!detector.Listens) table.AddRow(detector.Detector, "-", "looks at events of this kind", "", "no");
            else if (detector.Rules.IsEmpty) table.AddRow(detector.Detector, "-", "says nothing about it", "", "");
            foreach (RuleReasons rule in detector.Rules)
            {
                foreach (Condition condition in rule.Conditions)
                {
                    table.AddRow(
                        new Text(detector.Detector), new Text(rule.RuleId), new Text(Printable.Of(condition.Text)),
                        new Text(Printable.Of(condition.Value)), new Text(condition.Holds ? "yes" : "NO", new Style(condition.Holds ? null
                            : Color.Red)));
                }
            }

            foreach (AlarmEvent alarm in detector.Alarms)
                table.AddRow(new Text(detector.Detector), new Text("=>"), new Text(AlarmWords.Of(alarm)),
                    new Text(alarm.AlarmId.ToString()), new Text(""));
        }

        console.Write(table);
    }

    private static string Told(Explanation explanation, NodeLogSummary read, DetectionPolicy policy)
    {
        if (read.Partition is null) return "The log holds nothing of this node.";
        string more = explanation.Asked > explanation.Events.Length ? $" of {explanation.Asked}; see --limit" : "";
        string gone = read.FirstOffset > read.OldestOffset ? "; earlier records were not read" : read.OldestOffset > 0
            ? "; earlier records are gone" : "";
        string undecodable = read.Undecodable > 0 ? $", {read.Undecodable} records could not be decoded" : "";
        return $"{explanation.Events.Length} events explained{more}, under policy {Printable.Of(policy.Id)} version {policy.Version}. "
            + $"Read partition {read.Partition} from offset {read.FirstOffset} to {read.EndOffset} with empty state{gone}: "
            + $"{explanation.Read} events of the node{undecodable}.";
    }
}

/// <summary>What became of an alarm, in a word.</summary>
internal static class AlarmWords
{
    public static string Of(AlarmEvent alarm) => alarm switch
    {
        AlarmRaised raised => $"raised {raised.RuleId}, {Spelling.Of(raised.Severity)}, {Spelling.Of(raised.Outcome)}",
        AlarmConfirmed => "confirmed",
        AlarmRecurred recurred => $"recurred, {recurred.Occurrences} times so far",
        AlarmEscalated escalated => $"escalated to {Spelling.Of(escalated.Severity)}, {Spelling.Of(escalated.Outcome)}",
        _ => alarm.GetType().Name,
    };
}

/// <summary>For programs: one JSON document.</summary>
internal sealed class JsonExplainReport(TextWriter output) : IExplainReport
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    public void Write(Explanation explanation, NodeLogSummary read, DetectionPolicy policy)
    {
        output.Write(JsonSerializer.Serialize(
            new
            {
                Policy = new { policy.Id, policy.Version },
                Read = new { read.Partition, read.FirstOffset, read.OldestOffset, read.EndOffset, explanation.Read, read.Undecodable,
                    State = "empty" },
                explanation.Asked,
                Events = explanation.Events.Select(Shown),
            },
            Indented) + "\n");
        output.Flush();
    }

    private static object Shown(ExplainedEvent e) => new
    {
        Node = e.Id.Node.Value,
        Boot = e.Id.Boot.Value,
        e.Id.Sequence,
        At = e.At.Wall,
        Kind = Spelling.Of(e.Kind),
        e.Container,
        e.Program,
        Detectors = e.Detectors.Select(detector => new
        {
            detector.Detector,
            LooksAtKind = detector.Listens,
            Rules = detector.Rules.Select(rule => new
            {
                Rule = rule.RuleId,
                FirstFailed = rule.Failed?.Text,
                Conditions = rule.Conditions.Select(c => new { Condition = c.Text, c.Value, c.Holds }),
            }),
            Alarms = detector.Alarms.Select(alarm => new { Id = alarm.AlarmId, What = AlarmWords.Of(alarm) }),
        }),
    };
}
