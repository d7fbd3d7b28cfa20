using System.Text.Json;
using Testing;

namespace DevBroker.Tests.Conformance;

/// <summary>A client in another language, driven by a script that does one thing per run.</summary>
internal sealed class ScriptClient(string interpreter, string script, string? missing) : KafkaClient
{
    private static readonly string Scripts = Path.Combine(Repository.Root, "tests", "DevBroker.Tests", "Conformance", "clients");
    private static readonly string Modules = Path.Combine(Repository.Root, ".work", "kafka-clients");
    private static readonly Dictionary<string, string> Surroundings = new() { ["KAFKA_CLIENTS"] = Modules };
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Debian's interpreter, for which Debian's client package is made.</summary>
    public static readonly ScriptClient Python = new(
        "/usr/bin/python3",
        "client.py",
        Directory.Exists("/usr/lib/python3/dist-packages/confluent_kafka") ? null : "python3-confluent-kafka is not installed (install-clients.sh does it)");

    public static readonly ScriptClient JavaScript = new(
        "node",
        "client.js",
        ChildProcess.Find("node") is null ? "there is no node"
            : Directory.Exists(Path.Combine(Modules, "node_modules", "kafkajs")) ? null
            : "kafkajs is not installed (install-clients.sh does it)");

    private sealed record Answer(
        List<string>? Failures, List<Incoming>? Messages, long Offset, Dictionary<string, string>? Config, int Partitions, List<string>? Groups);

    public override string? Missing => missing;

    public override async Task ProduceAsync(string bootstrap, string topic, IReadOnlyList<Outgoing> messages, string compression, bool idempotent) =>
        (await AskAsync(new { @do = "produce", bootstrap, topic, messages, compression, idempotent })).Failures.ShouldBeEmpty();

    public override async Task<IReadOnlyList<Incoming>> ReadAsync(string bootstrap, string topic, int partitions, int count) =>
        (await AskAsync(new { @do = "read", bootstrap, topic, partitions, count })).Messages!;

    public override async Task<IReadOnlyList<Incoming>> ConsumeAsync(string bootstrap, string group, string topic, int count) =>
        (await AskAsync(new { @do = "consume", bootstrap, group, topic, count })).Messages!;

    public override IMember Join(string bootstrap, string group, string topic)
    {
        string ask = JsonSerializer.Serialize(new { @do = "member", bootstrap, group, topic });
        return new ProcessMember(OwnProcess.Start(script, interpreter, [Path.Combine(Scripts, script), ask], Surroundings), ParseLine);
    }

    public override async Task<long> OffsetForTimeAsync(string bootstrap, string topic, long timestamp) =>
        (await AskAsync(new { @do = "times", bootstrap, topic, timestamp })).Offset;

    public override Task CreateTopicAsync(string bootstrap, string topic, int partitions, Dictionary<string, string> config) =>
        AskAsync(new { @do = "admin", call = "create", bootstrap, topic, partitions, config });

    public override Task GrowTopicAsync(string bootstrap, string topic, int partitions) =>
        AskAsync(new { @do = "admin", call = "grow", bootstrap, topic, partitions });

    public override Task ConfigureTopicAsync(string bootstrap, string topic, Dictionary<string, string> config) =>
        AskAsync(new { @do = "admin", call = "alter", bootstrap, topic, config });

    public override async Task<Dictionary<string, string>> DescribeTopicAsync(string bootstrap, string topic) =>
        (await AskAsync(new { @do = "admin", call = "describe", bootstrap, topic })).Config!;

    public override Task DeleteTopicAsync(string bootstrap, string topic) => AskAsync(new { @do = "admin", call = "delete", bootstrap, topic });

    public override async Task<int> CountPartitionsAsync(string bootstrap, string topic) =>
        (await AskAsync(new { @do = "admin", call = "partitions", bootstrap, topic })).Partitions;

    public override async Task<IReadOnlyList<string>> ListGroupsAsync(string bootstrap) =>
        (await AskAsync(new { @do = "admin", call = "groups", bootstrap, topic = "" })).Groups!;

    private static IReadOnlyList<int>? ParseLine(string line) => line.StartsWith("ASSIGNED ", StringComparison.Ordinal)
        ? [.. line["ASSIGNED ".Length..].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(int.Parse)]
        : null;

    private async Task<Answer> AskAsync(object ask)
    {
        string output = await ChildProcess.RunAsync(interpreter, [Path.Combine(Scripts, script)], JsonSerializer.Serialize(ask, Json), Surroundings);
        return JsonSerializer.Deserialize<Answer>(output.TrimEnd().Split('\n')[^1], Json)!;
    }
}
