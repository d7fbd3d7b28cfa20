using System.Globalization;
using Confluent.Kafka;
using Testing;

namespace DevBroker.Tests.Robustness;

/// <summary>The server is killed while it works: what it acknowledged is there once and in order when it is back.</summary>
public sealed class CrashTests : IAsyncDisposable
{
    private const int Partitions = 3;
    private static readonly int Messages = LongForm.IsOn ? 1_000_000 : 60_000;
    private static readonly int Kills = LongForm.IsOn ? 20 : 3;
    private readonly TemporaryDirectory _directory = new();
    private readonly int _port = FreePort.Next();
    private readonly int _healthPort = FreePort.Next();
    private OwnProcess? _server;

    private string Bootstrap => $"127.0.0.1:{_port}";

    [Theory]
    [InlineData("batch")]
    [InlineData("1000")]
    public async Task Keeps_each_acknowledged_message_once_and_in_order_over_kills(string fsync)
    {
        await StartAsync(fsync);
        const int seed = 31415;
        var random = new Random(seed);
        int[] killsAt = [.. Enumerable.Range(0, Kills).Select(_ => random.Next(Messages)).Order()];
        long acknowledged = 0;
        var failures = new List<Error>();

        using (IProducer<Null, string> producer = Producer())
        {
            void Count(DeliveryReport<Null, string> report)
            {
                if (!report.Error.IsError) Interlocked.Increment(ref acknowledged);
                else failures.Add(report.Error);
            }

            Task producing = Task.Run(() => ProduceAll(producer, Count), TestContext.Current.CancellationToken);
            foreach (int killAt in killsAt)
            {
                await Eventually.TrueAsync(() => Interlocked.Read(ref acknowledged) >= killAt, $"{killAt} messages are acknowledged (seed {seed})");
                await _server!.KillAsync();
                await StartAsync(fsync);
            }

            await producing;
            producer.Flush(TimeSpan.FromMinutes(2)).ShouldBe(0);
        }

        failures.ShouldBeEmpty();
        for (int partition = 0; partition < Partitions; partition++)
            Read(partition).ShouldBe(Enumerable.Range(0, Messages).Where(i => i % Partitions == partition));
    }

    [Fact]
    public async Task Keeps_committed_offsets_over_a_kill()
    {
        await StartAsync("1000");
        var partition = new TopicPartition("crash", 0);
        using (IConsumer<Null, string> consumer = Consumer()) consumer.Commit([new TopicPartitionOffset(partition, 12345)]);

        await _server!.KillAsync();
        await StartAsync("1000");

        using IConsumer<Null, string> again = Consumer();
        again.Committed([partition], RunningBroker.Patience)[0].Offset.Value.ShouldBe(12345);
    }

    [Fact]
    public async Task Ends_with_code_0_when_asked_to_stop()
    {
        await StartAsync("1000");

        (await _server!.TerminateAsync()).ShouldBe(0);

        _server.Output.ShouldContain("without replication");
        _server.Output.ShouldContain($"devbroker ready kafka=127.0.0.1:{_port} health=127.0.0.1:{_healthPort}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        _directory.Dispose();
    }

    private async Task StartAsync(string fsync)
    {
        if (_server is not null) await _server.DisposeAsync();
        string topics = Path.Combine(_directory.Path, "topics.json");
        await File.WriteAllTextAsync(
            topics, $"{{\"crash\": {{\"partitions\": {Partitions}, \"config\": {{\"segment.bytes\": \"4000000\"}}}}}}", TestContext.Current.CancellationToken);
        _server = OwnProcess.StartOurs("infra/DevBroker", "devbroker",
        [
            "--data", Path.Combine(_directory.Path, "data"), "--port", $"{_port}", "--health-port", $"{_healthPort}", "--topics", topics, "--fsync", fsync,
        ]);
        await _server.ReadyAsync($"http://127.0.0.1:{_healthPort}/health");
    }

    private IProducer<Null, string> Producer() => new ProducerBuilder<Null, string>(new ProducerConfig
    {
        BootstrapServers = Bootstrap,
        EnableIdempotence = true,
        LingerMs = 2,
        ReconnectBackoffMs = 10,
        ReconnectBackoffMaxMs = 100,
        RetryBackoffMs = 20,
    }).Build();

    private IConsumer<Null, string> Consumer() => new ConsumerBuilder<Null, string>(new ConsumerConfig
    {
        BootstrapServers = Bootstrap,
        GroupId = "crash",
        EnableAutoCommit = false,
        EnablePartitionEof = true,
    }).Build();

    private static void ProduceAll(IProducer<Null, string> producer, Action<DeliveryReport<Null, string>> report)
    {
        for (int i = 0; i < Messages;)
        {
            try
            {
                producer.Produce(new TopicPartition("crash", i % Partitions), new Message<Null, string> { Value = i.ToString(CultureInfo.InvariantCulture) }, report);
                i++;
            }
            catch (ProduceException<Null, string> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
            {
                producer.Poll(TimeSpan.FromMilliseconds(10));
            }
        }
    }

    private List<int> Read(int partition)
    {
        using IConsumer<Null, string> consumer = Consumer();
        consumer.Assign(new TopicPartitionOffset("crash", partition, Offset.Beginning));
        var values = new List<int>();
        while (true)
        {
            ConsumeResult<Null, string>? next = consumer.Consume(RunningBroker.Patience);
            next.ShouldNotBeNull("The log could not be read to its end in time.");
            if (next.IsPartitionEOF) return values;
            values.Add(int.Parse(next.Message.Value, CultureInfo.InvariantCulture));
        }
    }
}
