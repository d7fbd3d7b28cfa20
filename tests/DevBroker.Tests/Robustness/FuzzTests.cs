using System.Buffers.Binary;
using System.Net;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using DevBroker.Apis;
using DevBroker.Protocol;

namespace DevBroker.Tests.Robustness;

/// <summary>
/// Frames that clients really sent, damaged in all the ways a generator can think of, go through the dispatcher: each is answered,
/// waits (and is then cancelled) or is refused as malformed; none makes the server fail, hang or allocate without bound.
/// </summary>
public sealed class FuzzTests
{
    private const int Seed = 271828;
    private static readonly TimeSpan HandleMax = TimeSpan.FromSeconds(10);

    /// <summary>The largest answers (all groups, all topics) are well below.</summary>
    private const long AllocatedBytesMax = 16 * 1024 * 1024;

    private static readonly int[] Extremes = [-1, 0, 1, int.MaxValue, int.MinValue, short.MaxValue, 0x10000, 1 << 24, -2];

    [Fact]
    public async Task Survives_damaged_requests()
    {
        int inputs = LongForm.IsOn ? 1_000_000 : 60_000;
        await using var proxy = new RecordingProxy();
        await using RunningBroker broker = RunningBroker.Start(options => options with { AdvertisedHost = "127.0.0.1", AdvertisedPort = proxy.Port, PartitionsMax = 64 });
        proxy.Forward(broker.Broker.Port);
        await TalkAsync($"127.0.0.1:{proxy.Port}");
        byte[][] seeds = [.. proxy.Frames().Where(frame => frame.Length < 4096)];
        seeds.Select(frame => BinaryPrimitives.ReadInt16BigEndian(frame)).Distinct().Count().ShouldBeGreaterThan(15);

        var random = new Random(Seed);
        var outcomes = new Dictionary<string, int>();
        for (int i = 0; i < inputs; i++)
        {
            byte[] frame = Damage(seeds, random);
            string outcome = await HandleAsync(broker.Broker, frame, i);
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        }

        TestContext.Current.TestOutputHelper!.WriteLine(string.Join(", ", outcomes));
        outcomes.GetValueOrDefault("answered").ShouldBeGreaterThan(inputs / 100);
        outcomes.GetValueOrDefault("malformed").ShouldBeGreaterThan(inputs / 100);
    }

    private static async Task<string> HandleAsync(Broker broker, byte[] frame, int index)
    {
        using var closed = new CancellationTokenSource();
        var peer = new Peer(new IPEndPoint(IPAddress.Loopback, 1), new IPEndPoint(IPAddress.Loopback, 2), closed.Token);
        using var writer = new FrameWriter();
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            ValueTask<bool> handling = Dispatcher.HandleAsync(broker, peer, new FrameReader(frame, 0, frame.Length), writer);
            (GC.GetAllocatedBytesForCurrentThread() - allocated).ShouldBeLessThan(AllocatedBytesMax, $"input {index}: {Convert.ToHexString(frame)}");
            if (!handling.IsCompleted) await closed.CancelAsync();
            await handling.AsTask().WaitAsync(HandleMax, TestContext.Current.CancellationToken);
            return "answered";
        }
        catch (MalformedFrameException)
        {
            return "malformed";
        }
        catch (OperationCanceledException)
        {
            return "waited";
        }
        catch (Exception failure) when (failure is RequestFailedException or TimeoutException)
        {
            throw new InvalidOperationException($"Input {index} of seed {Seed}: {Convert.ToHexString(frame)}", failure);
        }
    }

    private static byte[] Damage(byte[][] seeds, Random random)
    {
        byte[] frame = [.. seeds[random.Next(seeds.Length)]];
        for (int i = random.Next(4); i >= 0 && frame.Length > 8; i--)
        {
            int at = random.Next(frame.Length);
            switch (random.Next(9))
            {
                case 0:
                    frame[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    frame[at] = (byte)random.Next(256);
                    break;
                case 2 when at + 4 <= frame.Length:
                    BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(at), Extremes[random.Next(Extremes.Length)]);
                    break;
                case 3:
                    frame = frame[..Math.Max(8, at)];
                    break;
                case 4:
                    frame = [.. frame[..at], .. frame[random.Next(frame.Length)..]];
                    break;
                case 5:
                    byte[] other = seeds[random.Next(seeds.Length)];
                    frame = [.. frame[..at], .. other[random.Next(other.Length)..]];
                    break;
                case 6:
                    BinaryPrimitives.WriteInt16BigEndian(frame, (short)random.Next(50));
                    break;
                case 7:
                    BinaryPrimitives.WriteInt16BigEndian(frame.AsSpan(2), (short)random.Next(14));
                    break;
                default:
                    random.NextBytes(frame.AsSpan(Math.Min(at, 8)));
                    break;
            }
        }

        return frame;
    }

    /// <summary>A little of everything that the .NET client can say.</summary>
    private static async Task TalkAsync(string bootstrap)
    {
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrap }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = "t", NumPartitions = 2, ReplicationFactor = 1 }]);
        await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = "t", IncreaseTo = 3 }]);
        var resource = new ConfigResource { Type = ResourceType.Topic, Name = "t" };
        await admin.DescribeConfigsAsync([resource]);
        await admin.IncrementalAlterConfigsAsync(new Dictionary<ConfigResource, List<ConfigEntry>>
        {
            [resource] = [new ConfigEntry { Name = "retention.ms", Value = "5", IncrementalOperation = AlterConfigOpType.Set }],
        });
        using (IProducer<string, string> producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = bootstrap, EnableIdempotence = true }).Build())
        {
            for (int i = 0; i < 20; i++)
                await producer.ProduceAsync(new TopicPartition("t", i % 3), new Message<string, string> { Key = "k", Value = "v" }, TestContext.Current.CancellationToken);
        }

        using (IConsumer<string, string> consumer = new ConsumerBuilder<string, string>(new ConsumerConfig
        {
            BootstrapServers = bootstrap,
            GroupId = "g",
            AutoOffsetReset = AutoOffsetReset.Earliest,
            HeartbeatIntervalMs = 50,
            SessionTimeoutMs = 6000,
        }).Build())
        {
            consumer.Subscribe("t");
            for (int i = 0; i < 20; i++) consumer.Consume(RunningBroker.Patience).ShouldNotBeNull();
            consumer.OffsetsForTimes([new TopicPartitionTimestamp("t", 0, new Timestamp(5, TimestampType.CreateTime))], RunningBroker.Patience);
            consumer.Commit();
            consumer.Committed(RunningBroker.Patience);
            consumer.Close();
        }

        await admin.ListConsumerGroupsAsync();
        await admin.DescribeConsumerGroupsAsync(["g"]);
        await admin.DeleteRecordsAsync([new TopicPartitionOffset("t", 0, 1)]);
        await admin.DeleteGroupsAsync(["g"]);
        await admin.DeleteTopicsAsync(["t"]);
    }
}
