namespace Testing;

/// <summary>A Kafka that somebody else runs.</summary>
internal sealed class GivenKafka(string bootstrapServers) : LogServer
{
    public override string BootstrapServers => bootstrapServers;

    public override string Unstoppable => "The Kafka at KAFKA_BOOTSTRAP_SERVERS is not the test's to stop";

    public override Task StartAsync() => Task.CompletedTask;

    public override Task StopAsync() => throw new InvalidOperationException(Unstoppable);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
