using System.Text.Json;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Containers;
using Pipeline.Domain.Events;
using Pipeline.EventStore;
using Testing;
using Testing.Scripts;

namespace EndToEnd;

/// <summary>alarmctl archive and replay as processes, over a broker and a database.</summary>
public sealed class ForensicsTests(PostgresFixture postgres) : IDisposable
{
    private const int Kills = 3;
    private const string Retro = "origin=retro";

    private static readonly string[] CaptureFolders = ["FX01_falco-scap", "FX02_sysflow-scap"];

    private readonly string _directory = Directory.CreateTempSubdirectory("forensics-").FullName;

    private string Archive => Path.Combine(_directory, "archive");

    [Theory]
    [InlineData(1)]
    public async Task An_archiver_that_is_killed_three_times_archives_each_record_once(int seed)
    {
        var random = new Random(seed);
        await using LogServer server = await LogServer.StartAsync(LogKind.Here);
        using var log = new EventLog(server.BootstrapServers);
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = server.BootstrapServers }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = log.Events, NumPartitions = 3, ReplicationFactor = -1 }]);
        EventBatch[] batches = [.. Batches.Of(Activity(nodes: 6, containers: 40).Events, most: 2)];
        EventBatch[][] lives = [.. batches.Chunk(batches.Length / Kills + 1)];
        string[] run = ["archive", "run", "--archive", Archive, "--bootstrap", server.BootstrapServers, "--topic", log.Events];

        foreach (EventBatch[] life in lives)
        {
            int sealedBefore = Manifests();
            await using OwnProcess archiver = OwnProcess.StartOurs(
                "pipeline/Host", "alarmctl", [.. run, "--roll-bytes", "2000", "--roll-age", "00:00:01"]);
            int first = random.Next(life.Length / 4, life.Length / 2);
            await Task.WhenAll(life[..first].Select(batch => log.SendAsync(batch)));
            await Eventually.TrueAsync(() => Manifests() > sealedBefore, "a segment of this life");
            await Task.WhenAll(life[first..random.Next(first, life.Length)].Select(batch => log.SendAsync(batch)));
            await archiver.KillAsync();
        }

        int sent = await SendRestAsync(log, server.BootstrapServers);
        (await RunAsync([.. run, "--once"])).Code.ShouldBe(0);
        (int code, string output) = await RunAsync("archive", "verify", "--archive", Archive, "--topic", log.Events);

        code.ShouldBe(0, output);
        Verified(output).ShouldBe(sent);
    }

    [Fact]
    public async Task A_replay_tells_what_is_stored_and_a_rule_that_is_switched_on_adds_its_alarms_once()
    {
        await using LocalSystem system = await LocalSystem.StartAsync(postgres);
        await using var stored = new StoredAlarms(system.Postgres);
        using var api = new ApiClient(system.Api);
        Script script = Activity(nodes: 4, containers: 10);
        for (int i = 0; i < 3; i++) script.Node($"n-{i}").Created(Some.ContainerId(900 + i), HomeMounted($"mounts-{i}"));
        await Task.WhenAll(Batches.Of(script.Events, most: 8).Select(batch => system.Log.SendAsync(batch)));
        await stored.UntilAsync(await system.Log.SendEndsAsync(), () => system.Pipeline.Output);
        int alarms = (await api.AlarmsAsync()).Count;
        string[] log = ["--archive", Archive, "--bootstrap", system.BootstrapServers, "--topic", system.Log.Events];
        (await RunAsync(["archive", "run", "--once", .. log])).Code.ShouldBe(0);
        string[] replay = ["replay", .. log, "--format", "ndjson", "--source"];

        JsonElement kafka = await LastLineAsync(system, [.. replay, "kafka"]);
        JsonElement archive = await LastLineAsync(system, [.. replay, "archive"]);
        JsonElement same = await LastLineAsync(system, [.. replay, "archive", "--diff"]);

        Hash(archive).ShouldBe(Hash(kafka));
        archive.GetProperty("certificate").GetProperty("completeness").GetString().ShouldBe("complete");
        Counts(same).ShouldBe(new Dictionary<string, int> { ["same"] = alarms });

        string policy = Path.Combine(_directory, "policy.yaml");
        await File.WriteAllTextAsync(
            policy, "abnormal-startup:\n  check-extended-mount-sources: true\n", TestContext.Current.CancellationToken);
        string[] other = [.. replay, "archive", "--policy", policy];
        JsonElement found = await LastLineAsync(system, [.. other, "--diff"]);
        Counts(found).ShouldBe(new Dictionary<string, int> { ["same"] = alarms, ["new"] = 3 });
        (await api.AlarmsAsync()).Count.ShouldBe(alarms);
        (await LastLineAsync(system, [.. other, "--diff", "--commit"])).GetProperty("added").GetInt32().ShouldBeGreaterThanOrEqualTo(3);

        JsonElement again = await LastLineAsync(system, [.. other, "--diff", "--commit"]);
        again.GetProperty("added").GetInt32().ShouldBe(0);
        Counts(again).ShouldBe(new Dictionary<string, int> { ["same"] = alarms + 3 });
        IReadOnlyList<AlarmRow> rows = await api.AlarmsAsync();
        rows.Count.ShouldBe(alarms + 3);
        (await RetroAsync(system.Postgres, rows)).Order().ShouldBe(["mounts-0", "mounts-1", "mounts-2"]);
    }

    [Fact]
    public async Task Imported_captures_have_as_many_events_in_the_archive_and_in_a_replay()
    {
        Assert.SkipWhen(Repository.Fixtures is null, "no fixtures beside the repository");
        string[] captures =
        [
            .. CaptureFolders.Select(folder => Path.Combine(Repository.Fixtures, folder))
                .Where(Directory.Exists).SelectMany(folder => Directory.GetFiles(folder, "*.scap")),
        ];
        Assert.SkipWhen(captures.Length == 0, "no captures among the fixtures");
        await using LogServer server = await LogServer.StartAsync(LogKind.Here);
        using var topic = new EventLog(server.BootstrapServers);
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = server.BootstrapServers }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = topic.Events, NumPartitions = 2, ReplicationFactor = -1 }]);
        long imported = 0;
        foreach (string capture in captures) imported += await ImportAsync(capture, server.BootstrapServers, topic.Events);
        string[] log = ["--archive", Archive, "--bootstrap", server.BootstrapServers, "--topic", topic.Events];

        (int code, string output) = await RunAsync(["archive", "run", "--once", .. log]);
        code.ShouldBe(0, output);
        (await RunAsync("archive", "verify", "--archive", Archive, "--topic", topic.Events)).Code.ShouldBe(0);
        JsonElement kafka = await LastLineAsync(null, ["replay", .. log, "--source", "kafka", "--format", "ndjson"]);
        JsonElement archive = await LastLineAsync(null, ["replay", .. log, "--source", "archive", "--format", "ndjson"]);

        imported.ShouldBeGreaterThan(1000);
        ArchivedEvents().ShouldBe(imported);
        archive.GetProperty("eventsRead").GetInt64().ShouldBe(imported);
        Hash(archive).ShouldBe(Hash(kafka));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>Containers with bad settings and what they do, on some nodes.</summary>
    private static Script Activity(int nodes, int containers)
    {
        const int Setns = 308;
        Script script = Script.OnNode("n-0");
        for (int i = 0; i < nodes * containers; i++)
        {
            string id = Some.ContainerId(i);
            script.Node($"n-{i % nodes}").Created(id, i % 3 == 0 ? Some.PrivilegedSpec($"web-{i}") : Some.PlainSpec($"web-{i}"));
            script.Started(id, 100 + i).By(id, 100 + i).Execs("/bin/date", "date").Call(Setns, -1, 3, 0x20000);
        }

        return script;
    }

    private static ContainerSpec HomeMounted(string name) =>
        Some.PlainSpec(name) with { Mounts = [new ContainerMount("/home/app", "/data", "rw", "rprivate", "bind")] };

    private static async Task<long> ImportAsync(string capture, string bootstrapServers, string topic)
    {
        await using OwnProcess import = OwnProcess.StartOurs(
            "agents/NodeAgent", "node-agent", ["import", capture, "--json", "--kafka", bootstrapServers, "--topic", topic]);
        (await import.ExitAsync()).ShouldBe(0, import.Output);
        return JsonLine(import.Output).GetProperty("events").EnumerateObject().Sum(kind => kind.Value.GetInt64());
    }

    private static async Task<string[]> RetroAsync(string postgres, IReadOnlyList<AlarmRow> rows)
    {
        await using var database = new AlarmDatabase(new EventStoreOptions { ConnectionString = postgres });
        var labelled = new List<string>();
        foreach (AlarmRow row in rows)
        {
            StoredAlarm? alarm = await new AlarmQueries(database).FindAsync(row.Id, TestContext.Current.CancellationToken);
            if (alarm!.History.Select(e => e.Event).OfType<AlarmRaised>().Single().Labels.Contains(Retro)) labelled.Add(row.Container);
        }

        return [.. labelled];
    }

    /// <summary>Sends one more record and counts all that the topic holds.</summary>
    private static async Task<int> SendRestAsync(EventLog log, string bootstrapServers)
    {
        await log.SendAsync("odd", [1, 2, 3]);
        using IConsumer<byte[], byte[]> consumer = new ConsumerBuilder<byte[], byte[]>(
            new ConsumerConfig { BootstrapServers = bootstrapServers, GroupId = "count" }).Build();
        return Enumerable.Range(0, 3).Sum(partition =>
            (int)consumer.QueryWatermarkOffsets(new TopicPartition(log.Events, partition), TimeSpan.FromSeconds(20)).High.Value);
    }

    private static int Verified(string output) => output.Split('\n').Where(line => line.StartsWith("partition ", StringComparison.Ordinal))
        .Sum(line => int.Parse(line.Split(" segments, ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture));

    private static string Hash(JsonElement line) => line.GetProperty("certificate").GetProperty("hash").GetString()!;

    private static Dictionary<string, int> Counts(JsonElement line) =>
        line.GetProperty("counts").EnumerateObject().ToDictionary(count => count.Name, count => count.Value.GetInt32());

    private static JsonElement JsonLine(string output) =>
        JsonDocument.Parse(output.Split('\n').Last(line => line.StartsWith('{'))).RootElement;

    private static async Task<JsonElement> LastLineAsync(LocalSystem? system, string[] arguments)
    {
        var environment = new Dictionary<string, string>();
        if (system is not null) environment.Add("PIPELINE_POSTGRES", system.Postgres);
        await using OwnProcess alarmctl = OwnProcess.StartOurs("pipeline/Host", "alarmctl", arguments, environment);
        (await alarmctl.ExitAsync()).ShouldBe(0, alarmctl.Output);
        return JsonLine(alarmctl.Output);
    }

    private static async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        await using OwnProcess alarmctl = OwnProcess.StartOurs("pipeline/Host", "alarmctl", arguments);
        int code = await alarmctl.ExitAsync();
        return (code, alarmctl.Output);
    }

    private int Manifests() => Directory.Exists(Archive) ? Directory.GetFiles(Archive, "*.json", SearchOption.AllDirectories).Length : 0;

    private long ArchivedEvents() => Directory.GetFiles(Archive, "*.json", SearchOption.AllDirectories)
        .Sum(manifest => JsonDocument.Parse(File.ReadAllBytes(manifest)).RootElement.GetProperty("events").GetInt64());
}
