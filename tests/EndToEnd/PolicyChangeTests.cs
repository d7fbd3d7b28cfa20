using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Domain.Events;
using Testing;
using Testing.Scripts;

namespace EndToEnd;

/// <summary>The policy of running processes, changed by the API.</summary>
public sealed class PolicyChangeTests(PostgresFixture postgres)
{
    private const string Quiet = "id: shop\nversion: 1\nabnormal-startup:\n  privileged-severity: low\n";

    private const int Partitions = 8;

    private readonly EventBatch[] _containers = Containers();
    private int _sent;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_change_holds_from_the_next_event_on_over_a_restart_and_until_it_is_rolled_back()
    {
        await using LocalSystem system = await LocalSystem.StartAsync(postgres);
        using var http = new HttpClient { BaseAddress = system.Api };
        (await SeverityOfNextAsync(system)).ShouldBe("high");

        (HttpStatusCode refused, JsonElement why) = await PostAsync(http, "api/policies", Change("abnormal-startup:\n  privileged-severty: low\n"));
        refused.ShouldBe(HttpStatusCode.BadRequest);
        why.GetProperty("faults")[0].GetString()!.ShouldStartWith("2:3: abnormal-startup: knows no setting 'privileged-severty'");
        (await CurrentAsync(http)).GetProperty("revision").GetInt32().ShouldBe(0);

        (HttpStatusCode applied, JsonElement policy) = await PostAsync(http, "api/policies", Change(Quiet));
        applied.ShouldBe(HttpStatusCode.OK, policy.GetRawText());
        await UntilItHoldsAsync(system, "shop");
        (await SeverityOfNextAsync(system)).ShouldBe("low");

        await system.Pipeline.DisposeAsync();
        await system.StartPipelineAsync();
        (await SeverityOfNextAsync(system)).ShouldBe("low", "a restart keeps the policy");

        (HttpStatusCode back, _) = await PostAsync(
            http, "api/policies/rollback", new JsonObject { ["revision"] = 0, ["author"] = "bob", ["reason"] = "too quiet" });
        back.ShouldBe(HttpStatusCode.OK);
        await UntilItHoldsAsync(system, "default");
        (await SeverityOfNextAsync(system)).ShouldBe("high");

        JsonElement history = JsonElement.Parse(await http.GetStringAsync("api/policies", Cancellation)).GetProperty("policies");
        history.EnumerateArray().Select(p => (p.GetProperty("revision").GetInt32(), p.GetProperty("author").GetString())).ShouldBe([(2, "bob"), (1, "ann")]);
        JsonElement positions = JsonElement.Parse(await http.GetStringAsync(
            $"api/policies/positions?topic={system.Log.Events}&partition={await PartitionAsync(http, system)}", Cancellation)).GetProperty("positions");
        positions.EnumerateArray().Select(p => p.GetProperty("policyId").GetString()).ShouldBe(["default", "shop", "default"]);
    }

    private static JsonObject Change(string document) => new() { ["document"] = document, ["author"] = "ann", ["reason"] = "as agreed" };

    private static async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(HttpClient http, string path, JsonObject body)
    {
        using var content = new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await http.PostAsync(path, content, Cancellation);
        return (answer.StatusCode, JsonElement.Parse(await answer.Content.ReadAsStringAsync(Cancellation)));
    }

    private static async Task<JsonElement> CurrentAsync(HttpClient http) =>
        JsonElement.Parse(await http.GetStringAsync("api/policies/current", Cancellation));

    /// <summary>Every partition says so in the log of the process.</summary>
    private static Task UntilItHoldsAsync(LocalSystem system, string policy) => Eventually.TrueAsync(
        () => system.Pipeline.Output.Split('\n').Count(line => line.Contains($"policy {policy} version", StringComparison.Ordinal)
            && line.Contains("holds from offset", StringComparison.Ordinal)) >= Partitions,
        $"{policy} taken up by all partitions", TimeSpan.FromSeconds(30));

    /// <summary>Starts a privileged container and waits for its alarm.</summary>
    private async Task<string> SeverityOfNextAsync(LocalSystem system)
    {
        string name = $"web-{_sent}";
        await system.Log.SendAsync(_containers[_sent++]);
        using var api = new ApiClient(system.Api);
        IReadOnlyList<AlarmRow> rows = await Eventually.GetAsync(
            api.AlarmsAsync, rows => rows.Any(row => row.Container == name), $"the alarm of {name}", TimeSpan.FromSeconds(60), () => system.Pipeline.Output);
        return rows.Single(row => row.Container == name).Severity;
    }

    private static EventBatch[] Containers()
    {
        Script script = Script.OnNode("n1");
        for (int i = 0; i < 4; i++) script.Created(Some.ContainerId(i + 1), Some.PrivilegedSpec($"web-{i}")).After(1);
        return [.. Batches.Of(script.Events, most: 1)];
    }

    /// <summary>The partition of the node, which is the one with alarms under two policies.</summary>
    private static async Task<int> PartitionAsync(HttpClient http, LocalSystem system)
    {
        for (int partition = 0; partition < 64; partition++)
        {
            JsonElement answer = JsonElement.Parse(await http.GetStringAsync(
                $"api/policies/positions?topic={system.Log.Events}&partition={partition}", Cancellation));
            if (answer.GetProperty("positions").GetArrayLength() > 1) return partition;
        }

        return -1;
    }
}
