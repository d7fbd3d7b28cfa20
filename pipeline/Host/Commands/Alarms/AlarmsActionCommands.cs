using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Domain.Alarms;

namespace Pipeline.Host.Commands.Alarms;

/// <summary>A subcommand for each thing that can be done about alarms: by their ids, or to all that filters find and that accept it.</summary>
internal static class AlarmsActionCommands
{
    private static readonly (AlarmAction Action, string Description)[] Actions =
    [
        (AlarmAction.Acknowledge, "Say that somebody looks at it."),
        (AlarmAction.Unacknowledge, "Take an acknowledgement back."),
        (AlarmAction.Assign, "Assign to somebody."),
        (AlarmAction.Unassign, "Assign to nobody."),
        (AlarmAction.Comment, "Comment."),
        (AlarmAction.WithdrawComment, "Withdraw a comment."),
        (AlarmAction.Handle, "Mark as handled."),
        (AlarmAction.Unhandle, "Take a handled mark back."),
        (AlarmAction.Ignore, "Ignore this one; new ones of the kind are still shown."),
        (AlarmAction.Unignore, "Show an ignored one again."),
        (AlarmAction.Close, "Close with a verdict."),
        (AlarmAction.Reopen, "Open a closed one again."),
    ];

    public static IEnumerable<Command> All(Option<string> url) => Actions.Select(one => Create(one.Action, one.Description, url));

    public static Option<string> ActorOption() => new("--actor")
    {
        Description = "Who does it. Environment: ALARMCTL_ACTOR.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("ALARMCTL_ACTOR") is { Length: > 0 } set ? set : Environment.UserName,
    };

    private static Command Create(AlarmAction action, string description, Option<string> url)
    {
        var ids = new Argument<Guid[]>("ID") { Description = "Ids of the alarms.", Arity = ArgumentArity.ZeroOrMore };
        var filters = new AlarmFilterOptions();
        Option<string> actor = ActorOption();
        var reason = new Option<string>("--reason", "-m")
        {
            Description = action == AlarmAction.Comment ? "Text of the comment." : "Why.",
            Required = action == AlarmAction.Comment,
        };
        var assignee = new Option<string>("--to") { Description = "To whom.", Required = true };
        Option<string> verdict = new Option<string>("--verdict") { Description = "What it was judged to be.", Required = true }
            .AcceptOnlyFromAmong([.. Spelling.All<Verdict>()]);
        var comment = new Option<Guid>("--comment") { Description = "The eventId of the comment, as show prints it in json.", Required = true };

        var command = new Command(Spelling.Of(action), $"{description} Give ids, or filters for all that they find.") { ids, actor, reason, url };
        foreach (Option filter in filters.All) command.Add(filter);
        if (action == AlarmAction.Assign) command.Add(assignee);
        if (action == AlarmAction.Close) command.Add(verdict);
        if (action == AlarmAction.WithdrawComment) command.Add(comment);
        command.SetAction((parsed, cancellation) =>
        {
            var what = new JsonObject
            {
                ["action"] = Spelling.Of(action),
                ["actor"] = parsed.GetValue(actor),
                ["origin"] = "alarmctl",
                ["reason"] = parsed.GetValue(reason) ?? "",
            };
            if (action == AlarmAction.Assign) what["assignee"] = parsed.GetValue(assignee);
            if (action == AlarmAction.Close) what["verdict"] = parsed.GetValue(verdict);
            if (action == AlarmAction.WithdrawComment) what["comment"] = parsed.GetValue(comment);
            string query = filters.Query(parsed);
            return RunAsync(parsed, url, what, parsed.GetValue(ids) ?? [], query, cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        ParseResult parsed, Option<string> url, JsonObject what, Guid[] ids, string query, CancellationToken cancellation)
    {
        if (ids.Length == 0 == (query.Length == 0))
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync("alarmctl: give ids of alarms, or filters such as --rule AS-01; one of the two");
            return AlarmCtl.Unusable;
        }

        return await AlarmsCommand.RunAsync(parsed, url, async (client, output) =>
        {
            int done = 0, refused = 0;
            bool more;
            do
            {
                var body = new JsonObject { ["do"] = what.DeepClone(), ["ids"] = new JsonArray([.. ids.Select(id => (JsonNode)id)]) };
                string path = "api/alarms/actions" + (query.Length > 0 ? $"?{query[1..]}" : "");
                JsonElement answer = await client.PostAsync(path, body, Guid.NewGuid(), cancellation);
                int now = answer.GetProperty("done").GetArrayLength();
                done += now;
                foreach (JsonElement one in answer.GetProperty("refused").EnumerateArray())
                {
                    refused++;
                    await parsed.InvocationConfiguration.Error.WriteLineAsync($"{one.GetProperty("id").GetString()}  {Printable.Of(one.GetProperty("reason").GetString()!)}");
                }

                // An action that leaves the alarm as acceptable as it was, such as a comment, would find the same alarms again.
                more = answer.GetProperty("more").GetBoolean() && now > 0;
                if (more && Repeats(what)) throw new AlarmsUnreadableException($"{done} alarms done; there are more, which a {what["action"]} cannot tell apart. Narrow the filters.");
            }
            while (more);

            await output.WriteLineAsync($"{done} done, {refused} refused");
            return refused > 0 ? 1 : 0;
        });
    }

    private static bool Repeats(JsonObject what) =>
        what["action"]!.GetValue<string>() is "comment" or "assign" or "withdraw-comment";
}
