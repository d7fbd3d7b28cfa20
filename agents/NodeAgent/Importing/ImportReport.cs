using System.Globalization;
using System.Text;
using System.Text.Json;
using Agents.Importers;
using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Importing;

/// <summary>The report of one recording, for people and for programs.</summary>
internal static class ImportReport
{
    private const int Names = 44;

    public static string Text(string path, RecordingReport report)
    {
        var text = new StringBuilder();
        string end = report.Complete ? "read to its end" : "NOT read to its end";
        Line(text, $"{Clean(path)}: {report.Format.ToString().ToLowerInvariant()}, {report.Bytes} bytes, {end}");
        Line(text, $"  node   {Clean(string.Join(", ", report.Nodes))}");
        Line(text, $"  boot   {report.Boot.Value} (of the recording's content)");
        Line(text, $"  events {report.Events}: {string.Join(", ", Kinds(report).Select(kind => $"{kind.Name} {kind.Count}"))}");
        Line(text, $"  {"records",-Names} {"read",10} {"mapped",10} {"state",10} {"unmapped",10} {"broken",10}");
        foreach (TypeCount type in report.Types.OrderByDescending(type => type.Read))
            Line(text, $"  {Clean(type.Type),-Names} {type.Read,10} {type.Mapped,10} {type.State,10} {type.Unmapped,10} {type.Broken,10}");
        foreach ((string what, long count) in report.Notes) Line(text, $"  note: {what}: {count}");
        foreach (RecordingDamage damage in report.Damages) Line(text, $"  DAMAGED at byte {damage.Offset}: {Clean(damage.Reason)}");
        if (report.DamageCount > report.Damages.Count) Line(text, $"  and {report.DamageCount - report.Damages.Count} damages more");
        return text.ToString();
    }

    /// <summary>One object on one line.</summary>
    public static string Json(string path, RecordingReport report)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("file", path);
            json.WriteString("format", report.Format.ToString().ToLowerInvariant());
            json.WriteString("boot", report.Boot.Value);
            json.WriteStartArray("nodes");
            foreach (string node in report.Nodes) json.WriteStringValue(node);
            json.WriteEndArray();
            json.WriteNumber("bytes", report.Bytes);
            json.WriteBoolean("complete", report.Complete);
            json.WriteStartObject("events");
            foreach ((string name, long count) in Kinds(report)) json.WriteNumber(name, count);
            json.WriteEndObject();
            WriteTypes(json, report);
            json.WriteStartObject("notes");
            foreach ((string what, long count) in report.Notes) json.WriteNumber(what, count);
            json.WriteEndObject();
            WriteDamages(json, report);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray()) + "\n";
    }

    /// <summary>A recording's texts come from anywhere: nothing in them may steer a terminal.</summary>
    public static string Clean(string text) => string.Create(text.Length, text, static (clean, from) =>
    {
        for (int i = 0; i < from.Length; i++) clean[i] = char.IsControl(from[i]) ? '?' : from[i];
    });

    private static void WriteTypes(Utf8JsonWriter json, RecordingReport report)
    {
        json.WriteStartArray("records");
        foreach (TypeCount type in report.Types)
        {
            json.WriteStartObject();
            json.WriteString("type", type.Type);
            json.WriteNumber("read", type.Read);
            json.WriteNumber("mapped", type.Mapped);
            json.WriteNumber("state", type.State);
            json.WriteNumber("unmapped", type.Unmapped);
            json.WriteNumber("broken", type.Broken);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteDamages(Utf8JsonWriter json, RecordingReport report)
    {
        json.WriteNumber("damageCount", report.DamageCount);
        json.WriteStartArray("damages");
        foreach (RecordingDamage damage in report.Damages)
        {
            json.WriteStartObject();
            json.WriteNumber("offset", damage.Offset);
            json.WriteString("reason", damage.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static IEnumerable<(string Name, long Count)> Kinds(RecordingReport report) =>
        Enum.GetValues<EventKind>().Where(kind => report.EventsOf(kind) > 0)
            .Select(kind => (kind.ToString().ToLowerInvariant(), report.EventsOf(kind)));

    private static void Line(StringBuilder text, FormattableString line) =>
        text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
