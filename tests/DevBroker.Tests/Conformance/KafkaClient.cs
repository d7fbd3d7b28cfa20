using Testing;

namespace DevBroker.Tests.Conformance;

/// <summary>A message to send.</summary>
internal sealed record Outgoing(string? Key, string? Value, long? Timestamp = null, int Partition = 0)
{
    public Dictionary<string, string> Headers { get; init; } = [];
}

/// <summary>A message as a client saw it.</summary>
internal sealed record Incoming(int Partition, long Offset, string? Key, string? Value, long Timestamp, Dictionary<string, string> Headers);

/// <summary>A running member of a consumer group.</summary>
internal interface IMember : IAsyncDisposable
{
    /// <summary>The partitions it holds now.</summary>
    IReadOnlyList<int> Held { get; }

    /// <summary>Leaves the group in good order.</summary>
    Task LeaveAsync();
}

/// <summary>One of the Kafka clients under which the scenarios run. A call that a client does not have throws <see cref="NotSupportedException"/>.</summary>
internal abstract class KafkaClient
{
    /// <summary>Null if the client can run here, else why not.</summary>
    public abstract string? Missing { get; }

    public abstract Task ProduceAsync(string bootstrap, string topic, IReadOnlyList<Outgoing> messages, string compression = "none", bool idempotent = false);

    /// <summary>The first <paramref name="count"/> messages from the start of a topic.</summary>
    public abstract Task<IReadOnlyList<Incoming>> ReadAsync(string bootstrap, string topic, int partitions, int count);

    /// <summary>Takes messages as the only member of a group, commits and leaves.</summary>
    public abstract Task<IReadOnlyList<Incoming>> ConsumeAsync(string bootstrap, string group, string topic, int count);

    public abstract IMember Join(string bootstrap, string group, string topic);

    public abstract Task<long> OffsetForTimeAsync(string bootstrap, string topic, long timestamp);

    public abstract Task CreateTopicAsync(string bootstrap, string topic, int partitions, Dictionary<string, string> config);

    public abstract Task GrowTopicAsync(string bootstrap, string topic, int partitions);

    public abstract Task ConfigureTopicAsync(string bootstrap, string topic, Dictionary<string, string> config);

    public abstract Task<Dictionary<string, string>> DescribeTopicAsync(string bootstrap, string topic);

    public abstract Task DeleteTopicAsync(string bootstrap, string topic);

    public abstract Task<int> CountPartitionsAsync(string bootstrap, string topic);

    public abstract Task<IReadOnlyList<string>> ListGroupsAsync(string bootstrap);
}

/// <summary>A member that is a process and writes its partitions as lines "ASSIGNED 0,1".</summary>
internal sealed class ProcessMember(OwnProcess process, Func<string, IReadOnlyList<int>?> parseLine) : IMember
{
    public IReadOnlyList<int> Held => process.Output.Split('\n').Select(parseLine).LastOrDefault(held => held is not null) ?? [];

    public Task LeaveAsync() => process.TerminateAsync();

    public ValueTask DisposeAsync() => process.DisposeAsync();
}
