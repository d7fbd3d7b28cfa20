using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Domain.Events;
using Testing;
using Testing.Scripts;

namespace EndToEnd;

/// <summary>Somebody else's program on the alarms topic, in another language and with the published schemas only.</summary>
public sealed class AlarmConsumerTests(PostgresFixture postgres)
{
    private const string Python = "/usr/bin/python3";
    private static readonly string[] Compared =
        ["type", "ruleId", "severity", "outcome", "state", "title", "subject", "occurrences", "assignee", "verdict"];

    private static readonly string[] ComparedTimes = ["firstSeen", "lastSeen", "confirmedAt", "acknowledgedAt", "resolvedAt"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(LogServer.Kinds), MemberType = typeof(LogServer))]
    public async Task A_python_consumer_rebuilds_what_the_api_says_though_broker_and_pipeline_restart(LogKind kind)
    {
        await SkipWithoutClientsAsync();
        await using LocalSystem system = await LocalSystem.StartAsync(postgres, kind);
        using var http = new HttpClient { BaseAddress = system.Api };
        EventBatch[] batches = [.. Batches.Of(Lives().Events, most: 2)];
        EventBatch[][] parts = [.. batches.Chunk((batches.Length + 2) / 3)];

        await SendAsync(system, parts[0]);
        JsonElement[] first = await AlarmsAsync(http, alarms => alarms.Length >= 4);
        await ActAsync(http, first[0], """{"action": "assign", "actor": "a", "assignee": "alice"}""");
        await ActAsync(http, first[0], """{"action": "acknowledge", "actor": "a"}""");
        await ActAsync(http, first[1], """{"action": "close", "actor": "a", "verdict": "benign", "reason": "known"}""");

        await system.Pipeline.KillAsync();
        await SendAsync(system, parts[1]);
        await system.StartPipelineAsync();
        await AlarmsAsync(http, alarms => alarms.Length >= 8);
        await ActAsync(http, first[1], """{"action": "reopen", "actor": "b"}""");
        await ActAsync(http, first[2], """{"action": "handle", "actor": "b", "reason": "stopped"}""");

        if (system.CanStopBroker)
        {
            await system.StopBrokerAsync();
            // Stored while nobody can be told.
            await ActAsync(http, first[3], """{"action": "ignore", "actor": "c"}""");
            await system.StartBrokerAsync();
        }

        await SendAsync(system, parts[2]);
        await AlarmsAsync(http, alarms => alarms.Count(alarm => alarm.GetProperty("confirmedAt").ValueKind == JsonValueKind.String) == 12);
        await EqualAsync(system, http);
    }

    [Fact]
    public async Task A_python_consumer_rebuilds_what_the_api_says_though_the_database_restarts()
    {
        await SkipWithoutClientsAsync();
        (PostgresCluster? cluster, string? absent) = await PostgresCluster.TryStartAsync();
        if (cluster is null) Assert.Skip(absent ?? "no PostgreSQL server");
        await using PostgresCluster server = cluster;
        await using LocalSystem system = await LocalSystem.StartAsync(server.ConnectionString);
        using var http = new HttpClient { BaseAddress = system.Api };
        EventBatch[] batches = [.. Batches.Of(Lives().Events, most: 2)];
        await SendAsync(system, batches[..(batches.Length / 2)]);
        JsonElement[] first = await AlarmsAsync(http, alarms => alarms.Length >= 4);
        await ActAsync(http, first[0], """{"action": "acknowledge", "actor": "a"}""");

        await server.StopAsync();
        await SendAsync(system, batches[(batches.Length / 2)..]);
        await server.StartAsync();

        await AlarmsAsync(http, alarms => alarms.Count(alarm => alarm.GetProperty("confirmedAt").ValueKind == JsonValueKind.String) == 12);
        await EqualAsync(system, http);
    }

    /// <summary>Waits until the topic says the same as the API.</summary>
    private static async Task EqualAsync(LocalSystem system, HttpClient http)
    {
        string[] expected = Lines(await AlarmsAsync(http, _ => true));
        string[] rebuilt = await Eventually.GetAsync(
            async () => Lines(await RebuildAsync(system)), lines => lines.SequenceEqual(expected), $"the topic to say [{string.Join("; ", expected)}]");
        rebuilt.Length.ShouldBe(12);
    }

    private static async Task<JsonElement[]> RebuildAsync(LocalSystem system)
    {
        await using OwnProcess consumer = OwnProcess.Start(
            "consumer", Python,
            [
                Path.Combine(Repository.Root, "infra", "examples", "alarms_consumer.py"),
                system.BootstrapServers, system.Log.Alarms, Path.Combine(Repository.Root, "schemas", "versions"),
            ]);
        (await consumer.ExitAsync()).ShouldBe(0, consumer.Output);
        return [.. consumer.Output.Split('\n').Where(line => line.StartsWith('{')).Select(line => JsonElement.Parse(line))];
    }

    private static string[] Lines(JsonElement[] alarms) => [.. alarms.Select(Line).Order(StringComparer.Ordinal)];

    private static string Line(JsonElement alarm)
    {
        // The API has where it happened in an object of its own.
        JsonElement source = alarm.TryGetProperty("source", out JsonElement nested) ? nested : alarm;
        IEnumerable<string> times = ComparedTimes.Select(name => alarm.GetProperty(name)).Select(time =>
            time.ValueKind == JsonValueKind.Null ? "-" : time.GetDateTimeOffset().ToUniversalTime().ToString("O", CultureInfo.InvariantCulture));
        return string.Join(
            ' ', [$"{alarm.GetProperty("id")}", .. Compared.Select(name => $"{alarm.GetProperty(name)}"), $"{source.GetProperty("containerName")}", $"{source.GetProperty("image")}", .. times]);
    }

    private static async Task<JsonElement[]> AlarmsAsync(HttpClient http, Func<JsonElement[], bool> enough) => await Eventually.GetAsync(
        async () =>
        {
            using HttpResponseMessage answer = await http.GetAsync(new Uri("api/alarms?limit=500", UriKind.Relative), Cancellation);
            if (!answer.IsSuccessStatusCode) return [];
            JsonElement page = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
            return page.GetProperty("alarms").EnumerateArray().ToArray();
        },
        enough, "alarms", TimeSpan.FromMinutes(2));

    private static async Task ActAsync(HttpClient http, JsonElement alarm, string action)
    {
        using var body = new StringContent(action, System.Text.Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await http.PostAsync(new Uri($"api/alarms/{alarm.GetProperty("id")}/actions", UriKind.Relative), body, Cancellation);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync(Cancellation));
    }

    private static async Task SendAsync(LocalSystem system, EventBatch[] batches)
    {
        foreach (EventBatch batch in batches) await system.Log.SendAsync(batch);
    }

    private static Script Lives()
    {
        // Of yesterday: a message carries the time of its event, and what is older than the topic's retention may be deleted.
        int days = (TimeProvider.System.GetUtcNow() - new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero)).Days - 1;
        Script script = Script.OnNode("consumed").At($"{days}.10:00:00");
        for (int i = 0; i < 12; i++) script.Created(Some.ContainerId(i), Some.PrivilegedSpec($"web-{i}")).Started(Some.ContainerId(i));
        return script;
    }

    private static async Task SkipWithoutClientsAsync()
    {
        Assert.SkipUnless(File.Exists(Python), $"needs {Python}");
        await using OwnProcess probe = OwnProcess.Start("probe", Python, ["-c", "import avro.io, confluent_kafka"]);
        Assert.SkipUnless(await probe.ExitAsync() == 0, "needs Debian's python3-confluent-kafka and python3-avro");
    }
}
