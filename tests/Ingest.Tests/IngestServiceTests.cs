using Akka.Actor;
using Ingest.Tests.Kit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Ingest;
using Pipeline.Runtime.Ports;
using Testing;

namespace Ingest.Tests;

/// <summary>The service as the host registers and runs it.</summary>
[Trait("Category", "Broker")]
public sealed class IngestServiceTests(LogFixture log) : LogTest(log)
{
    private const string NoController = "the mock broker has no controller, so nothing about topics can be asked of it";

    [Fact]
    public async Task Creates_missing_topics_consumes_and_drains_when_it_is_stopped()
    {
        Assert.SkipWhen(Log.Mock is not null, NoController);
        string topic = LogFixture.UniqueName("topic");
        IngestOptions options = Member.Options(Log.BootstrapServers, topic, LogFixture.UniqueName("group")) with
        {
            DeadLetterTopic = $"{topic}-dead",
            CreateTopics = true,
            CreatedPartitions = 3,
        };
        await using ServiceProvider services = Services(options);
        IngestService service = services.GetRequiredService<IngestService>();

        await service.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => service.IsConsuming, "the service to consume");
        service.Assignment.Length.ShouldBe(3);
        using (Feeder feeder = FeederOf(options)) await feeder.FillAsync(3, 15);
        await ReachAsync(3, 15);
        await service.StopAsync(TestContext.Current.CancellationToken);

        ShouldHoldEachOnce(3, 15);
        service.IsConsuming.ShouldBeFalse();
    }

    [Fact]
    public async Task Waits_for_topics_that_somebody_else_creates()
    {
        Assert.SkipWhen(Log.Mock is not null, NoController);
        string topic = LogFixture.UniqueName("topic");
        IngestOptions options = Member.Options(Log.BootstrapServers, topic, LogFixture.UniqueName("group")) with
        {
            DeadLetterTopic = $"{topic}-dead",
        };
        await using ServiceProvider services = Services(options);
        IngestService service = services.GetRequiredService<IngestService>();

        await service.StartAsync(TestContext.Current.CancellationToken);
        service.IsConsuming.ShouldBeFalse();
        service.Detail.ShouldStartWith("waiting for the topics");
        await Log.CreateTopicAsync(2, topic);
        await Log.CreateTopicAsync(1, options.DeadLetterTopic);

        await Eventually.TrueAsync(() => service.IsConsuming, "the service to consume");
        await service.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Stops_at_once_while_the_broker_is_away()
    {
        IngestOptions options = Member.Options($"127.0.0.1:{FreePort.Next()}", "node-events", "group");
        await using ServiceProvider services = Services(options);
        IngestService service = services.GetRequiredService<IngestService>();

        await service.StartAsync(TestContext.Current.CancellationToken);
        await service.StopAsync(TestContext.Current.CancellationToken);

        service.IsConsuming.ShouldBeFalse();
    }

    private ServiceProvider Services(IngestOptions options) => new ServiceCollection()
        .AddLogging()
        .AddSingleton(_ => ActorSystem.Create("ingest-tests", "akka.loglevel = WARNING"))
        .AddSingleton<IAlarmStore>(new AcquiringStore(Store))
        .AddSingleton<IPartitionRuntime>(new RecordingRuntime(Store))
        .AddIngest(options)
        .BuildServiceProvider();

    private sealed class AcquiringStore(InMemoryStore store) : IAlarmStore
    {
        public Task<PartitionCheckpoint> AcquireAsync(PartitionId partition, CancellationToken cancellation) =>
            store.AcquireAsync(partition, cancellation);

        public Task<CommitOutcome> CommitAsync(PartitionCommit commit, CancellationToken cancellation) => throw new NotSupportedException();
    }
}
