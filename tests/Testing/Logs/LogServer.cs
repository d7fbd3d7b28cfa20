using Xunit;

namespace Testing;

/// <summary>Which log a test runs on.</summary>
public enum LogKind
{
    /// <summary>The Kafka that KAFKA_BOOTSTRAP_SERVERS names, else a DevBroker process of the test's own.</summary>
    Here,

    /// <summary>Apache Kafka in a container of the test's own; the test is skipped where there is no engine or no image.</summary>
    Container,
}

/// <summary>A server that speaks Kafka, for tests that run whole processes. A topic or group that a test uses has a name of the test's own.</summary>
public abstract class LogServer : IAsyncDisposable
{
    /// <summary>Every kind, for theories.</summary>
    public static TheoryData<LogKind> Kinds => [LogKind.Here, LogKind.Container];

    public abstract string BootstrapServers { get; }

    /// <summary>Why this server cannot be stopped by a test; null when it can.</summary>
    public virtual string? Unstoppable => null;

    public static async Task<LogServer> StartAsync(LogKind kind)
    {
        LogServer server = kind == LogKind.Container
            ? new ContainerKafka()
            : Environment.GetEnvironmentVariable("KAFKA_BOOTSTRAP_SERVERS") is { Length: > 0 } given ? new GivenKafka(given) : new DevBrokerProcess();
        await server.StartAsync();
        return server;
    }

    /// <summary>Starts it, or starts it again with what it held.</summary>
    public abstract Task StartAsync();

    /// <summary>Takes it away without warning.</summary>
    public abstract Task StopAsync();

    public abstract ValueTask DisposeAsync();
}
