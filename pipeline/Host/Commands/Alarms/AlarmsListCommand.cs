using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;

namespace Pipeline.Host.Commands.Alarms;

/// <summary>Lists alarms, the newest stored first, in as many requests as it takes.</summary>
internal static class AlarmsListCommand
{
    private const int LargestPage = 500;
    private const int LargestLimit = 100_000;

    public static Command Create(Option<string> url, TimeProvider time)
    {
        AlarmFilterOptions filters = new();
        var since =
            new Option<TimeSpan?>("--since") { Description = "Only alarms seen within this time: 90s, 15m, 1h, 7d.", CustomParser = ReadSince };
        var limit = new Option<int>("--limit") { Description = $"How many at most, 1 to {LargestLimit}.", DefaultValueFactory = _ => 50 };
        limit.Validators.Add(given =>
        {
            if (given.GetValueOrDefault<int>() is < 1 or > LargestLimit) given.AddError($"--limit is a number from 1 to {LargestLimit}");
        });
        Option<string> format = new Option<string>("--format", "-f")
        {
            Description = "table for people; json, ndjson (one alarm a line) and csv for programs.",
            DefaultValueFactory = _ => AlarmListReport.Formats[0],
        }.AcceptOnlyFromAmong(AlarmListReport.Formats);
        var columns = new Option<ImmutableArray<AlarmColumn>>("--columns")
        {
            Description =
                $"Columns of table and csv, separated by commas: {string.Join(", ", AlarmColumn.All.Select(column => column.Name))}.",
            CustomParser = ReadColumns,
            DefaultValueFactory = _ => AlarmColumn.Usual,
        };
        var command =
            new Command(
                "list", "List alarms, the newest first. Options that take several values take them separated by commas or repeated.");
        foreach (Option option in (Option[])[.. filters.All, since, limit, format, columns, url]) command.Add(option);
        command.SetAction((parsed, cancellation) => AlarmsCommand.RunAsync(parsed, url, async (client, output) =>
        {
            string query = filters.Query(parsed) + From(parsed.GetValue(since) is { } span ? time.GetUtcNow() - span : null);
            (List<JsonElement> alarms, string? next) = await ReadAsync(client, query, parsed.GetValue(limit), cancellation);
            AlarmListReport.Write(parsed.GetValue(format)!, alarms, next, parsed.GetValue(columns), output);
        }));
        return command;
    }

    private static async Task<(List<JsonElement> Alarms, string? Next)> ReadAsync(
        AlarmsClient client, string query, int limit, CancellationToken cancellation)
    {
        var alarms = new List<JsonElement>();
        string? next = null;
        do
        {
            string cursor = next is null ? "" : $"&cursor={Uri.EscapeDataString(next)}";
            JsonElement page =
                await client.GetAsync($"api/alarms?limit={Math.Min(LargestPage, limit - alarms.Count)}{query}{cursor}", cancellation);
            alarms.AddRange(page.GetProperty("alarms").EnumerateArray());
            next = page.GetProperty("next").GetString();
        }
        while (next is not null && alarms.Count < limit);

        return (alarms, next);
    }

    private static string From(DateTimeOffset? from) =>
        from is { } time ? $"&from={time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}" : "";

    private static TimeSpan? ReadSince(ArgumentResult given)
    {
        string text = given.Tokens[0].Value;
        TimeSpan? unit = text.Length < 2 ? null : text[^1] switch
        {
            's' => TimeSpan.FromSeconds(1),
            'm' => TimeSpan.FromMinutes(1),
            'h' => TimeSpan.FromHours(1),
            'd' => TimeSpan.FromDays(1),
            _ => null,
        };
        // A hundred years at most: any day before that is as good.
        if (unit is { } known && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count <= 36_525)
            return known * count;
        given.AddError($"--since wants a number up to 36525 and s, m, h or d, such as 15m, not '{text}'");
        return null;
    }

    private static ImmutableArray<AlarmColumn> ReadColumns(ArgumentResult given)
    {
        string[] names = given.Tokens[0].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (string unknown in names.Where(name => AlarmColumn.All.All(column => column.Name != name)))
            given.AddError($"--columns knows no '{unknown}'; there are {string.Join(", ", AlarmColumn.All.Select(column => column.Name))}");
        return [.. names.SelectMany(name => AlarmColumn.All.Where(column => column.Name == name))];
    }
}
