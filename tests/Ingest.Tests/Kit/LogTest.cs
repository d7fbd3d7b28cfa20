using Pipeline.Ingest;
using Testing;

namespace Ingest.Tests.Kit;

/// <summary>A test over the log: a topic and a group of its own, a store that all its members share.</summary>
public abstract class LogTest
{
    private protected LogTest(LogFixture log)
    {
        Assert.SkipWhen(log.Absent is not null, log.Absent ?? "");
        Log = log;
    }

    private protected InMemoryStore Store { get; } = new();

    private protected LogFixture Log { get; }

    private protected async Task<IngestOptions> TopicAsync(int partitions)
    {
        string topic = await Log.CreateTopicAsync(partitions);
        string deadLetters = await Log.CreateTopicAsync(1, $"{topic}-dead");
        return Member.Options(Log.BootstrapServers, topic, LogFixture.UniqueName("group")) with { DeadLetterTopic = deadLetters };
    }

    private protected Feeder FeederOf(IngestOptions options) => new(Log.BootstrapServers, options.Topic);

    /// <summary>Until each partition was processed up to an offset.</summary>
    private protected Task ReachAsync(int partitions, long end) => Eventually.GetAsync(
        () => Task.FromResult(string.Join(
            " ",
            Enumerable.Range(0, partitions).Where(it => !Store.HasReached(it, end)).Select(it => $"{it}:{Store.Next(it)}"))),
        behind => behind.Length == 0,
        $"{partitions} partitions to be processed up to offset {end}",
        TimeSpan.FromSeconds(30));

    /// <summary>Each record once, in order.</summary>
    private protected void ShouldHoldEachOnce(int partitions, int recordsEach)
    {
        for (int partition = 0; partition < partitions; partition++)
            Store.Stored(partition).ShouldBe(Offsets(0, recordsEach), $"partition {partition}");
    }

    private protected static IEnumerable<long> Offsets(long from, long to)
    {
        for (long offset = from; offset < to; offset++) yield return offset;
    }
}
