using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Host.Commands.Replaying;
using Pipeline.Replay.Timelines;
using Spectre.Console;

namespace Pipeline.Host.Commands.Timelines;

/// <summary>How a timeline is told. What came from the node is made safe to print.</summary>
internal sealed class TimelineReport(TextWriter output, string format)
{
    private static readonly JsonSerializerOptions Line = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.Default };

    private static readonly JsonSerializerOptions Indented = new(Line) { WriteIndented = true };

    public void Write(Timeline timeline)
    {
        if (format == ReplayOptions.Json) output.Write(JsonSerializer.Serialize(timeline, Indented) + "\n");
        else if (format == ReplayOptions.Ndjson) WriteLines(timeline);
        else WriteTables(timeline);
        output.Flush();
    }

    private void WriteLines(Timeline timeline)
    {
        foreach (TimelineProcess process in timeline.Processes) WriteLine(new { Process = process });
        foreach (TimelineEvent e in timeline.Events) WriteLine(new { Event = e });
        foreach (TouchedFile file in timeline.Files) WriteLine(new { File = file });
        foreach (Connection connection in timeline.Connections) WriteLine(new { Connection = connection });
        foreach (TimelineEvent e in timeline.Privileges) WriteLine(new { Privilege = e });
        WriteLine(new { timeline.Container, timeline.At, timeline.Notes, timeline.Read });
    }

    private void WriteLine(object document) => output.Write(JsonSerializer.Serialize(document, Line) + "\n");

    private void WriteTables(Timeline timeline)
    {
        IAnsiConsole console = ReportConsole.Over(output);
        console.WriteLine($"Container {Printable.Of(timeline.Container)} at {Time(timeline.At)}");
        Table processes = Columns("Pid", "In container", "Parent", "Uid", "Capabilities", "Program", "Arguments");
        foreach (TimelineProcess p in timeline.Processes)
        {
            Row(processes, new string(' ', 2 * p.Depth)
                + p.Pid, $"{p.NamespacePid}", $"{p.ParentPid}", $"{p.EffectiveUid}", $"{p.Capabilities:x}",
                p.Program.Length > 0 ? p.Program : p.Name, string.Join(' ', p.Arguments));
        }

        console.Write(processes);
        Table events = Columns("", "Time", "Sequence", "Pid", "Program", "What");
        foreach (TimelineEvent e in timeline.Events)
            Row(events, e.Evidence ? "*" : "", Time(e.At), $"{e.Sequence}", $"{e.Pid}", e.Program, e.What);
        console.Write(events);
        Table files = Columns("File", "Operations", "Count");
        foreach (TouchedFile f in timeline.Files) Row(files, f.Path, string.Join(' ', f.Operations), $"{f.Count}");
        if (!timeline.Files.IsEmpty) console.Write(files);
        Table connections = Columns("Call", "Address", "Result", "Count");
        foreach (Connection c in timeline.Connections) Row(connections, c.Call, c.Address, $"{c.Result}", $"{c.Count}");
        if (!timeline.Connections.IsEmpty) console.Write(connections);
        Table privileges = Columns("Privilege", "Pid", "Program", "What");
        foreach (TimelineEvent e in timeline.Privileges) Row(privileges, Time(e.At), $"{e.Pid}", e.Program, e.What);
        if (!timeline.Privileges.IsEmpty) console.Write(privileges);
        foreach (string note in timeline.Notes) console.WriteLine("note: " + Printable.Of(note));
        TimelineReading read = timeline.Read;
        console.WriteLine(
            $"{timeline.Events.Length} events; * is evidence. "
            + $"Read {read.Segments} of {read.Of} segments, {read.Records} records, {read.Events} events.");
    }

    private static Table Columns(params string[] names) => new Table { Border = TableBorder.Simple }.AddColumns(names);

    private static void Row(Table table, params string[] cells) => table.AddRow(cells.Select(cell => new Text(Printable.Of(cell))));

    private static string Time(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
