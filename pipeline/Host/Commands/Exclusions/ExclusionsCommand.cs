using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Exclusions;
using Pipeline.Host.Commands.Alarms;
using Spectre.Console;

namespace Pipeline.Host.Commands.Exclusions;

/// <summary>Whitelist rules of a running pipeline, by its API.</summary>
internal static class ExclusionsCommand
{
    public static Command Create()
    {
        Option<string> url = AlarmsCommand.UrlOption();
        return new Command("exclusions", "Whitelist alarms by rules. Exit code 0: done, 2: it could not be done.")
        {
            List(url), Preview(url), Add(url), Remove(url),
        };
    }

    private static Command List(Option<string> url)
    {
        var all = new Option<bool>("--all") { Description = "Those that have ended too." };
        var json = new Option<bool>("--json") { Description = "As the API gives them." };
        var command = new Command("list", "List exclusions, the newest added first.") { all, json, url };
        command.SetAction((parsed, cancellation) => AlarmsCommand.RunAsync(parsed, url, async (client, output) =>
        {
            JsonElement answer = await client.GetAsync($"api/exclusions?all={(parsed.GetValue(all) ? "true" : "false")}", cancellation);
            if (parsed.GetValue(json)) AlarmListReport.WriteJson(answer, output);
            else Write(answer.GetProperty("exclusions"), ReportConsole.Over(output));
        }));
        return command;
    }

    private static Command Preview(Option<string> url)
    {
        (Option<ExclusionCondition[]> where, _, _, _) = Options();
        var command = new Command("preview", "Say what an exclusion would hide, and add nothing.") { where, url };
        command.SetAction((parsed, cancellation) => AlarmsCommand.RunAsync(parsed, url, async (client, output) =>
        {
            JsonElement preview = await client.PostAsync("api/exclusions/preview", Body(parsed.GetValue(where)!, "preview", "preview", null), Guid.NewGuid(), cancellation);
            await output.WriteLineAsync(
                $"would hide {preview.GetProperty("open").GetInt64()} open alarms; {preview.GetProperty("past").GetInt64()} resolved ones match and would stay as they are");
        }));
        return command;
    }

    private static Command Add(Option<string> url)
    {
        (Option<ExclusionCondition[]> where, Option<string> actor, Option<string> reason, Option<DateTimeOffset?> expires) = Options();
        var command = new Command("add", "Add an exclusion; alarms of which all conditions are so are hidden while it holds.") { where, actor, reason, expires, url };
        command.SetAction((parsed, cancellation) => AlarmsCommand.RunAsync(parsed, url, async (client, output) =>
        {
            JsonObject body = Body(parsed.GetValue(where)!, parsed.GetValue(actor)!, parsed.GetValue(reason)!, parsed.GetValue(expires));
            JsonElement added = await client.PostAsync("api/exclusions", body, Guid.NewGuid(), cancellation);
            await output.WriteLineAsync(added.GetProperty("id").GetString());
        }));
        return command;
    }

    private static Command Remove(Option<string> url)
    {
        (_, Option<string> actor, Option<string> reason, _) = Options();
        var id = new Argument<Guid>("ID") { Description = "Id of the exclusion." };
        var command = new Command("remove", "Remove an exclusion; what it hides is shown again.") { id, actor, reason, url };
        command.SetAction((parsed, cancellation) => AlarmsCommand.RunAsync(parsed, url, async (client, output) =>
        {
            var body = new JsonObject { ["actor"] = parsed.GetValue(actor), ["reason"] = parsed.GetValue(reason) };
            JsonElement removed = await client.PostAsync($"api/exclusions/{parsed.GetValue(id):D}/removal", body, Guid.NewGuid(), cancellation);
            await output.WriteLineAsync(removed.GetProperty("state").GetString());
        }));
        return command;
    }

    private static (Option<ExclusionCondition[]> Where, Option<string> Actor, Option<string> Reason, Option<DateTimeOffset?> Expires) Options() =>
        (new Option<ExclusionCondition[]>("--where", "-w")
        {
            Description = $"\"FIELD OPERATOR VALUE\", repeated for several. Fields: {string.Join(", ", Spelling.All<ExclusionField>())}. "
                + $"Operators: {string.Join(", ", Spelling.All<ExclusionOperator>())}.",
            Required = true,
            CustomParser = ReadConditions,
        },
        AlarmsActionCommands.ActorOption(),
        new Option<string>("--reason", "-m") { Description = "Why; whoever finds it next year must know.", Required = true },
        new Option<DateTimeOffset?>("--expires") { Description = "When it ends by itself, such as 2027-01-31T00:00:00Z; never when left out." });

    private static ExclusionCondition[]? ReadConditions(ArgumentResult given)
    {
        var conditions = new List<ExclusionCondition>();
        foreach (Token token in given.Tokens)
        {
            string[] parts = token.Value.Split(' ', 3);
            if (parts.Length == 3 && Spelling.TryRead(parts[0], out ExclusionField field) && Spelling.TryRead(parts[1], out ExclusionOperator how))
                conditions.Add(new ExclusionCondition(field, how, parts[2]));
            else
                given.AddError($"--where wants \"FIELD OPERATOR VALUE\" such as \"image prefix shop/\", not '{token.Value}'");
        }

        return [.. conditions];
    }

    private static JsonObject Body(ExclusionCondition[] conditions, string actor, string reason, DateTimeOffset? expires) => new()
    {
        ["conditions"] = new JsonArray([.. conditions.Select(one => (JsonNode)new JsonObject
        {
            ["field"] = Spelling.Of(one.Field),
            ["operator"] = Spelling.Of(one.Operator),
            ["value"] = one.Value,
        })]),
        ["actor"] = actor,
        ["reason"] = reason,
        ["expiresAt"] = expires,
    };

    private static void Write(JsonElement exclusions, IAnsiConsole console)
    {
        Table table = new Table { Border = TableBorder.Simple }.AddColumns("id", "state", "hides", "conditions", "added by", "expires", "reason");
        foreach (JsonElement one in exclusions.EnumerateArray())
        {
            string conditions = string.Join(" and ", one.GetProperty("conditions").EnumerateArray().Select(condition =>
                $"{condition.GetProperty("field").GetString()} {condition.GetProperty("operator").GetString()} {condition.GetProperty("value").GetString()}"));
            string?[] cells =
            [
                one.GetProperty("id").GetString(), one.GetProperty("state").GetString(), one.GetProperty("hides").GetRawText(), conditions,
                one.GetProperty("addedBy").GetString(), one.GetProperty("expiresAt").GetString(), one.GetProperty("reason").GetString(),
            ];
            table.AddRow(cells.Select(cell => new Text(Printable.Of(cell ?? ""))));
        }

        console.Write(table);
    }
}
