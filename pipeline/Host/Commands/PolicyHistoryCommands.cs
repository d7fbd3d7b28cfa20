using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Host.Commands.Alarms;
using Spectre.Console;

namespace Pipeline.Host.Commands;

/// <summary>The policy of a running pipeline, by its API.</summary>
internal static class PolicyHistoryCommands
{
    public static IEnumerable<Command> All(Option<string> url) => [History(url), Show(url), Diff(url), Apply(url), RollBack(url)];

    private static Command History(Option<string> url)
    {
        Option<bool> json = JsonOption();
        var command = new Command("history", "List the revisions of the policy, the one in force first.") { json, url };
        command.SetAction((parsed, cancellation) => AlarmsCommand.RunAsync(parsed, url, async (client, output) =>
        {
            JsonElement answer = await client.GetAsync("api/policies", cancellation);
            if (parsed.GetValue(json)) AlarmListReport.WriteJson(answer, output);
            else WriteHistory(answer.GetProperty("policies"), ReportConsole.Over(output));
        }));
        return command;
    }

    private static Command Show(Option<string> url)
    {
        var revision = new Argument<int?>("REVISION") { Description = "Which; the one in force when left out.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("show", "Print a revision's document as it was given.") { revision, url };
        command.SetAction((parsed, cancellation) => AlarmsCommand.RunAsync(parsed, url, async (client, output) =>
        {
            string which = parsed.GetValue(revision)?.ToString(CultureInfo.InvariantCulture) ?? "current";
            JsonElement policy = await client.GetAsync($"api/policies/{which}", cancellation);
            await output.WriteAsync(policy.GetProperty("document").GetString()
                ?? "# No document: each process holds to the policy that it was started with.\n");
        }));
        return command;
    }

    private static Command Diff(Option<string> url)
    {
        var what = new Argument<string[]>("WHAT")
        {
            Description = "A file, compared with the policy in force, or two revisions (0: what the process was started with).",
            Arity = new ArgumentArity(1, 2),
        };
        Option<bool> json = JsonOption();
        var command = new Command("diff", "Say setting by setting what differs. Exit code 0: nothing, 1: something, 2: it could not be said.") { what, json, url };
        command.SetAction((parsed, cancellation) => AlarmsCommand.RunAsync(parsed, url, async (client, output) =>
        {
            if (await DifferencesAsync(parsed, client, parsed.GetValue(what)!, cancellation) is not { } answer) return AlarmCtl.Unusable;
            JsonElement differences = answer.GetProperty("differences");
            if (parsed.GetValue(json)) AlarmListReport.WriteJson(answer, output);
            else WriteDifferences(differences, output);
            return differences.GetArrayLength() == 0 ? 0 : 1;
        }));
        return command;
    }

    private static Command Apply(Option<string> url)
    {
        var file = new Argument<string>("FILE") { Description = "The policy." };
        (Option<string> author, Option<string> reason, Option<int?> expected) = ChangeOptions();
        var command = new Command("apply", "Put a policy in force: running detectors take it up within a second. Exit code 0: it holds, 2: nothing was changed.")
        {
            file, author, reason, expected, url,
        };
        command.SetAction((parsed, cancellation) => AlarmsCommand.RunAsync(parsed, url, async (client, output) =>
        {
            // What is wrong is said with the name of the file, before anything is sent.
            if (PolicyFile.ReadDocument(parsed.GetValue(file)!, "alarmctl policy", parsed.InvocationConfiguration.Error) is not var (_, document))
                return AlarmCtl.Unusable;
            var body = new JsonObject { ["document"] = document.Text, ["author"] = parsed.GetValue(author), ["reason"] = parsed.GetValue(reason) };
            JsonElement holds = await client.PostAsync("api/policies", body, Guid.NewGuid(), cancellation, parsed.GetValue(expected));
            await output.WriteLineAsync(Holds(holds));
            return 0;
        }));
        return command;
    }

    private static Command RollBack(Option<string> url)
    {
        var revision = new Argument<int>("REVISION") { Description = "Which holds again; 0 for the policy that each process was started with." };
        (Option<string> author, Option<string> reason, Option<int?> expected) = ChangeOptions();
        var command = new Command("rollback", "Put an earlier revision in force again, as a new one.") { revision, author, reason, expected, url };
        command.SetAction((parsed, cancellation) => AlarmsCommand.RunAsync(parsed, url, async (client, output) =>
        {
            var body = new JsonObject
            {
                ["revision"] = parsed.GetValue(revision),
                ["author"] = parsed.GetValue(author),
                ["reason"] = parsed.GetValue(reason),
            };
            JsonElement holds = await client.PostAsync("api/policies/rollback", body, Guid.NewGuid(), cancellation, parsed.GetValue(expected));
            await output.WriteLineAsync(Holds(holds));
        }));
        return command;
    }

    private static async Task<JsonElement?> DifferencesAsync(ParseResult parsed, AlarmsClient client, string[] what, CancellationToken cancellation)
    {
        if (what.Length == 2)
            return await client.GetAsync(
                $"api/policies/differences?from={Uri.EscapeDataString(what[0])}&to={Uri.EscapeDataString(what[1])}", cancellation);
        if (PolicyFile.ReadDocument(what[0], "alarmctl policy", parsed.InvocationConfiguration.Error) is not var (_, document)) return null;
        return await client.PostAsync("api/policies/preview", new JsonObject { ["document"] = document.Text }, Guid.NewGuid(), cancellation);
    }

    private static (Option<string> Author, Option<string> Reason, Option<int?> Expected) ChangeOptions() => (
        AlarmsActionCommands.ActorOption(),
        new Option<string>("--reason", "-m") { Description = "Why; whoever finds it next year must know.", Required = true },
        new Option<int?>("--expect") { Description = "Revision that must still be in force; whatever is when left out." });

    private static Option<bool> JsonOption() => new("--json") { Description = "As the API gives them." };

    private static string Holds(JsonElement policy) => policy.GetProperty("policyId").GetString() is { Length: > 0 } id
        ? $"revision {policy.GetProperty("revision").GetInt32()}: policy {Printable.Of(id)}, version {policy.GetProperty("version").GetInt32()}, holds"
        : $"revision {policy.GetProperty("revision").GetInt32()}: each process holds to the policy that it was started with";

    private static void WriteDifferences(JsonElement differences, TextWriter output)
    {
        foreach (JsonElement one in differences.EnumerateArray())
        {
            output.WriteLine(Printable.Of(one.GetProperty("setting").GetString()!));
            if (one.GetProperty("from").GetString() is { } from) output.WriteLine($"  - {Printable.Of(from)}");
            if (one.GetProperty("to").GetString() is { } to) output.WriteLine($"  + {Printable.Of(to)}");
        }
    }

    private static void WriteHistory(JsonElement policies, IAnsiConsole console)
    {
        Table table = new Table { Border = TableBorder.Simple }.AddColumns("revision", "policy", "version", "changed at", "author", "restores", "reason");
        foreach (JsonElement one in policies.EnumerateArray())
        {
            string?[] cells =
            [
                one.GetProperty("revision").GetRawText(), one.GetProperty("policyId").GetString(), one.GetProperty("version").GetRawText(),
                one.GetProperty("changedAt").GetString(), one.GetProperty("author").GetString(),
                one.GetProperty("restoredRevision").ValueKind == JsonValueKind.Null ? "" : one.GetProperty("restoredRevision").GetRawText(),
                one.GetProperty("reason").GetString(),
            ];
            table.AddRow(cells.Select(cell => new Text(Printable.Of(cell ?? ""))));
        }

        console.Write(table);
    }
}
