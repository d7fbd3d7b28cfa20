using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace Pipeline.Host.Commands.Alarms;

/// <summary>One alarm: what was found, on what evidence, and what became of it.</summary>
internal static class AlarmsShowCommand
{
    private const string Table = "table";
    private const string Json = "json";

    private static readonly string[] Head =
    [
        "id", "title", "type", "severity", "outcome", "state", "rule", "node", "container", "container-id", "image", "workload", "subject", "count", "first-seen",
        "last-seen", "confirmed-at", "assignee", "acknowledged-at", "resolved-at", "verdict",
    ];

    public static Command Create(Option<string> url)
    {
        var id = new Argument<Guid>("ID") { Description = "Id of the alarm, as the list shows it with --columns id or in json." };
        Option<string> format =
            new Option<string>("--format", "-f") { Description = "table for people, json for programs.", DefaultValueFactory = _ => Table }
            .AcceptOnlyFromAmong(Table, Json);
        var command = new Command("show", "Show one alarm with its findings, evidence and history.") { id, format, url };
        command.SetAction((parsed, cancellation) => AlarmsCommand.RunAsync(parsed, url, async (client, output) =>
        {
            JsonElement alarm = await client.GetAsync($"api/alarms/{parsed.GetValue(id):D}", cancellation);
            if (parsed.GetValue(format) == Json) AlarmListReport.WriteJson(alarm, output);
            else Write(alarm, ReportConsole.Over(output));
        }));
        return command;
    }

    private static void Write(JsonElement alarm, IAnsiConsole console)
    {
        Grid head = new Grid().AddColumn().AddColumn();
        foreach (string name in Head)
        {
            string text = AlarmColumn.All.Single(column => column.Name == name).Text(alarm);
            if (text.Length > 0) head.AddRow(new Text(name), Plain(text));
        }

        head.AddRow(new Text("what to do"), Plain(alarm.GetProperty("recommendation").GetString()!));
        if (!alarm.GetProperty("evidenceComplete").GetBoolean())
            head.AddRow(new Text("incomplete"), Plain(Joined(alarm.GetProperty("evidenceGaps"))));
        console.Write(head);
        Write(console, "Findings", alarm.GetProperty("findings"), "check", "content", "severity", "basis");
        Write(console, "Evidence", alarm.GetProperty("evidence"), "at", "kind", "node", "sequence", "facts");
        Write(console, "History", alarm.GetProperty("history"), "at", "kind", "severity", "outcome", "occurrences", "action");
    }

    private static void Write(IAnsiConsole console, string title, JsonElement rows, params string[] columns)
    {
        var table = new Table { Border = TableBorder.Simple, Title = new TableTitle(title) };
        table.AddColumns(columns);
        foreach (JsonElement row in rows.EnumerateArray()) table.AddRow(columns.Select(column => Plain(Cell(row.GetProperty(column)))));
        console.Write(table);
    }

    private static string Cell(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "",
        JsonValueKind.Object => string.Join(", ", value.EnumerateObject().Select(fact => $"{fact.Name}={fact.Value.GetString()}")),
        _ => value.GetRawText(),
    };

    private static string Joined(JsonElement texts) => string.Join("; ", texts.EnumerateArray().Select(text => text.GetString()));

    private static Text Plain(string text) => new(Printable.Of(text));
}
