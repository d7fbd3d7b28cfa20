using System.Text.Json;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Pipeline.Domain.Events;
using Testing;
using Testing.Scripts;

namespace EndToEnd;

/// <summary>alarmctl explain over a log at a broker; no pipeline and no database run.</summary>
public sealed class ExplainTests
{
    private const int Setns = 308;

    [Fact]
    public async Task An_event_is_explained_from_the_log_alone()
    {
        await using LogServer server = await LogServer.StartAsync(LogKind.Here);
        string topic = await WriteAsync(server.BootstrapServers);
        string[] log = ["explain", "--bootstrap", server.BootstrapServers, "--topic", topic, "--node", "n1"];

        (int code, string output) = await RunAsync([.. log, "--boot", "boot-1-of-n1", "--sequence", "2", "--format", "json"]);

        code.ShouldBe(0, output);
        JsonElement answer = JsonDocument.Parse(output).RootElement;
        answer.GetProperty("read").GetProperty("firstOffset").GetInt64().ShouldBe(0);
        JsonElement told = answer.GetProperty("events").EnumerateArray().ShouldHaveSingleItem();
        told.GetProperty("kind").GetString().ShouldBe("syscall");
        JsonElement detector = told.GetProperty("detectors").EnumerateArray().Single(d =>
            d.GetProperty("detector").GetString() == "high-risk-system-call");
        detector.GetProperty("alarms")[0].GetProperty("what").GetString().ShouldBe("raised SC-03, medium, attack-blocked");
    }

    [Fact]
    public async Task The_events_of_a_container_are_explained_in_a_table()
    {
        await using LogServer server = await LogServer.StartAsync(LogKind.Here);
        string topic = await WriteAsync(server.BootstrapServers);
        string[] log = ["explain", "--bootstrap", server.BootstrapServers, "--topic", topic, "--node", "n1"];

        (int code, string output) = await RunAsync([.. log, "--container", "c1"]);

        code.ShouldBe(0, output);
        output.ShouldContain("raised SC-03, medium, attack-blocked");
        output.ShouldContain("it succeeded or was refused");
        output.ShouldContain("4 events explained, under policy default version 1.");
        (await RunAsync([.. log, "--container", "nobody"])).Code.ShouldBe(1);
        (await RunAsync("explain", "--bootstrap", server.BootstrapServers, "--topic", "nothing", "--node", "n1", "--container",
            "c1")).Code.ShouldBe(2);
    }

    /// <summary>Events of two nodes.</summary>
    /// <returns>The topic that they are in.</returns>
    private static async Task<string> WriteAsync(string bootstrapServers)
    {
        using var log = new EventLog(bootstrapServers);
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrapServers }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = log.Events, NumPartitions = 4, ReplicationFactor = -1 }]);
        Script script = Script.OnNode("n1").Created("c1", Some.PlainSpec("web")).Started("c1", 10).By("c1").Call(Setns, -1).Call(Setns, -22)
            .Node("n2").Created("c1", Some.PlainSpec("other"));
        foreach (EventBatch batch in Batches.Of(script.Events, most: 1)) await log.SendAsync(batch);
        return log.Events;
    }

    private static async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        await using OwnProcess alarmctl = OwnProcess.StartOurs("pipeline/Host", "alarmctl", arguments);
        int code = await alarmctl.ExitAsync();
        return (code, alarmctl.Output);
    }
}
