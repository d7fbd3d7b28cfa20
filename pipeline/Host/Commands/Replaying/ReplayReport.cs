using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Domain.Alarms;
using Pipeline.Host.Commands.Explain;
using Pipeline.Replay;
using Pipeline.Replay.Certificates;
using Pipeline.Replay.Comparing;
using Spectre.Console;

namespace Pipeline.Host.Commands.Replaying;

/// <summary>How the result of a replay is told.</summary>
internal sealed class ReplayReport(TextWriter output, string format)
{
    private static readonly JsonSerializerOptions Lines = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private static readonly JsonSerializerOptions Indented = new(Lines) { WriteIndented = true };

    public void Write(ReplayResult result)
    {
        IEnumerable<object> events = result.Events.Select(Shown);
        if (format == ReplayOptions.Json) WriteJson(new { Events = events, result.Alarms, result.Certificate, result.EventsRead });
        else if (format == ReplayOptions.Ndjson) WriteLines([.. events, new { result.Certificate, result.EventsRead }]);
        else WriteTable(result);
        output.Flush();
    }

    /// <param name="added">Events that were added to the store; null when none were to be.</param>
    public void Write(ReplayResult result, ImmutableArray<ComparedAlarm> compared, int? added)
    {
        ILookup<Guid, AlarmCertificate> certificates = result.Alarms.ToLookup(alarm => alarm.Alarm);
        IEnumerable<object> alarms = compared.Select(c => new
        {
            c.Alarm,
            c.Standing,
            Event = c.Raised is null ? null : Shown(c.Raised),
            c.Differences,
            Certificate = certificates[c.Alarm].FirstOrDefault()
        });
        var counts = compared.GroupBy(c => c.Standing).OrderBy(g => g.Key)
            .ToDictionary(g => g.Key.ToString().ToLowerInvariant(), g => g.Count());
        if (format == ReplayOptions.Json) WriteJson(new { Counts = counts, Alarms = alarms, Added = added, result.Certificate });
        else if (format == ReplayOptions.Ndjson) WriteLines([.. alarms, new { Counts = counts, Added = added, result.Certificate }]);
        else WriteTable(result, compared, counts, added);
        output.Flush();
    }

    private static object Shown(DetectedEvent e) =>
        new { What = AlarmWords.Of(e), Event = JsonSerializer.SerializeToElement(e, e.GetType(), Lines) };

    private void WriteJson(object document) => output.Write(JsonSerializer.Serialize(document, Indented) + "\n");

    private void WriteLines(IEnumerable<object> documents)
    {
        foreach (object document in documents) output.Write(JsonSerializer.Serialize(document, Lines) + "\n");
    }

    private void WriteTable(ReplayResult result)
    {
        IAnsiConsole console = ReportConsole.Over(output);
        ILookup<Guid, AlarmCertificate> certificates = result.Alarms.ToLookup(alarm => alarm.Alarm);
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns("Time", "Alarm", "What", "Node", "Subject", "Evidence");
        foreach (DetectedEvent e in result.Events)
        {
            AlarmCertificate certificate = certificates[e.AlarmId].First();
            table.AddRow(
                new Text($"{e.At:u}"), new Text(e.AlarmId.ToString()), new Text(AlarmWords.Of(e)),
                new Text(Printable.Of(certificate.Node.Node.Value)),
                new Text(Printable.Of((e as AlarmRaised)?.Subject ?? "")), new Text(Words(certificate.Completeness)));
        }

        console.Write(table);
        WriteCertificate(console, result);
    }

    private void WriteTable(ReplayResult result, ImmutableArray<ComparedAlarm> compared, Dictionary<string, int> counts, int? added)
    {
        IAnsiConsole console = ReportConsole.Over(output);
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns("Standing", "Alarm", "Rule", "Image", "Node", "Subject", "Evidence");
        foreach (ComparedAlarm alarm in compared.Where(c => c.Standing != Standing.Same))
        {
            table.AddRow(
                new Text(alarm.Standing.ToString().ToLowerInvariant()), new Text(alarm.Alarm.ToString()),
                new Text(alarm.Raised?.RuleId ?? ""),
                new Text(Printable.Of(alarm.Raised?.Source.Image ?? "")), new Text(Printable.Of(alarm.Raised?.Source.Node ?? "")),
                new Text(Printable.Of(alarm.Raised?.Subject ?? "")),
                new Text(string.Join(' ', alarm.Differences.Concat(alarm.Raised?.Evidence.Select(e => $"{e.Boot}/{e.Sequence}") ?? []))));
        }

        console.Write(table);
        console.WriteLine(counts.Count == 0 ? "No alarms on either side." : string.Join(", ", counts.Select(c => $"{c.Value} {c.Key}")));
        if (added is { } events) console.WriteLine($"{events} events of new alarms added, labelled {RetroAlarms.Label}.");
        WriteCertificate(console, result);
    }

    private static void WriteCertificate(IAnsiConsole console, ReplayResult result)
    {
        ReplayCertificate certificate = result.Certificate;
        foreach (PartitionCertificate p in certificate.Partitions)
        {
            console.WriteLine($"partition {p.Partition}: offsets {p.FirstOffset}-{p.NextOffset - 1} from {p.Start}: "
                + $"{p.Segments} segments, {p.TailRecords} records of the log");
        }

        console.WriteLine($"{result.EventsRead} events read under policy {Printable.Of(string.Join("; ", certificate.Policies))}");
        string reasons = certificate.Reasons.IsEmpty ? "" : ": " + Printable.Of(string.Join("; ", certificate.Reasons));
        console.WriteLine(Words(certificate.Completeness) + reasons);
        console.WriteLine($"hash of {result.Events.Length} alarm events: {certificate.Hash}");
    }

    private static string Words(Completeness completeness) => completeness.ToString().ToLowerInvariant();
}
