using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Testing;

namespace DevBroker.Tests.Conformance;

/// <summary>kcat, the command-line client. It has no admin calls but for metadata, and no timestamps of its own.</summary>
internal sealed partial class KcatClient : KafkaClient
{
    public override string? Missing => ChildProcess.Find("kcat") is null ? "kcat is not installed (install-clients.sh does it)" : null;

    /// <summary>One run per set of headers and partition; a null value is one that kcat leaves out (-Z).</summary>
    public override async Task ProduceAsync(string bootstrap, string topic, IReadOnlyList<Outgoing> messages, string compression, bool idempotent)
    {
        if (messages.Any(message => message.Timestamp is not null)) throw new NotSupportedException("kcat cannot set timestamps");
        foreach (IGrouping<(int Partition, string Headers), Outgoing> run in messages.GroupBy(message => (message.Partition, JsonSerializer.Serialize(message.Headers))))
        {
            string input = string.Concat(run.Select(message => $"{message.Key}\t{message.Value}\n"));
            IEnumerable<string> headers = run.First().Headers.SelectMany(header => new[] { "-H", $"{header.Key}={header.Value}" });
            await RunAsync(
                bootstrap,
                ["-P", "-t", topic, "-p", $"{run.Key.Partition}", "-K", "\t", "-Z", "-z", compression, "-X", "message.max.bytes=20000000",
                    "-X", $"enable.idempotence={(idempotent ? "true" : "false")}", .. headers],
                input);
        }
    }

    public override async Task<IReadOnlyList<Incoming>> ReadAsync(string bootstrap, string topic, int partitions, int count) =>
        Parse(await RunAsync(bootstrap, ["-C", "-J", "-q", "-t", topic, "-o", "beginning", "-c", $"{count}"]));

    public override async Task<IReadOnlyList<Incoming>> ConsumeAsync(string bootstrap, string group, string topic, int count) =>
        Parse(await RunAsync(bootstrap, ["-J", "-q", "-c", $"{count}", "-X", "auto.offset.reset=earliest", "-G", group, topic]));

    public override IMember Join(string bootstrap, string group, string topic) => new ProcessMember(
        OwnProcess.Start("kcat", "kcat", ["-b", bootstrap, "-X", "heartbeat.interval.ms=200", "-X", "session.timeout.ms=6000", "-G", group, topic]),
        ParseLine);

    public override async Task<long> OffsetForTimeAsync(string bootstrap, string topic, long timestamp)
    {
        string output = await RunAsync(bootstrap, ["-Q", "-t", $"{topic}:0:{timestamp}"]);
        return long.Parse(OffsetPattern().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    public override async Task<int> CountPartitionsAsync(string bootstrap, string topic)
    {
        using JsonDocument metadata = JsonDocument.Parse(await RunAsync(bootstrap, ["-L", "-J"]));
        return metadata.RootElement.GetProperty("topics").EnumerateArray()
            .Where(found => found.GetProperty("topic").GetString() == topic)
            .Sum(found => found.GetProperty("partitions").GetArrayLength());
    }

    public override Task CreateTopicAsync(string bootstrap, string topic, int partitions, Dictionary<string, string> config) => throw NoAdmin();

    public override Task GrowTopicAsync(string bootstrap, string topic, int partitions) => throw NoAdmin();

    public override Task ConfigureTopicAsync(string bootstrap, string topic, Dictionary<string, string> config) => throw NoAdmin();

    public override Task<Dictionary<string, string>> DescribeTopicAsync(string bootstrap, string topic) => throw NoAdmin();

    public override Task DeleteTopicAsync(string bootstrap, string topic) => throw NoAdmin();

    public override Task<IReadOnlyList<string>> ListGroupsAsync(string bootstrap) => throw NoAdmin();

    private static NotSupportedException NoAdmin() => new("kcat has no admin calls");

    private static Task<string> RunAsync(string bootstrap, IEnumerable<string> arguments, string input = "") =>
        ChildProcess.RunAsync("kcat", ["-b", bootstrap, .. arguments], input);

    private static List<Incoming> Parse(string output) =>
    [
        .. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
        {
            using JsonDocument json = JsonDocument.Parse(line);
            JsonElement message = json.RootElement;
            string[] headers = message.TryGetProperty("headers", out JsonElement pairs) ? [.. pairs.EnumerateArray().Select(part => part.GetString()!)] : [];
            return new Incoming(
                message.GetProperty("partition").GetInt32(),
                message.GetProperty("offset").GetInt64(),
                message.GetProperty("key").GetString(),
                message.GetProperty("payload").GetString(),
                message.GetProperty("ts").GetInt64(),
                headers.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]));
        }),
    ];

    private static IReadOnlyList<int>? ParseLine(string line)
    {
        if (!line.Contains("rebalanced", StringComparison.Ordinal)) return null;
        if (line.Contains("revoked", StringComparison.Ordinal)) return [];
        return [.. PartitionPattern().Matches(line).Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))];
    }

    [GeneratedRegex(@"offset (-?\d+)")]
    private static partial Regex OffsetPattern();

    [GeneratedRegex(@"\[(\d+)\]")]
    private static partial Regex PartitionPattern();
}
