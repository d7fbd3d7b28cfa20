using Pipeline.Detection;
using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;
using Testing.Scripts;
using Testing.Truth;

namespace Simulation;

/// <summary>The oracle itself: a run in which nothing happens agrees with it, and what is wrong is said.</summary>
public sealed class KnownLogTests
{
    private static IReadOnlyList<FoundAlarm> Undisturbed(KnownLog log) =>
        FoundAlarm.In(KernelRun.Feed(new PartitionKernel(Catalog.Detectors), log.Records));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Agrees_with_a_run_in_which_nothing_happens(int seed)
    {
        KnownLog log = KnownLog.Generate(seed);

        AlarmComparison.Differences("the kernel", log.Expected, Undisturbed(log)).ShouldBeEmpty();
        log.Expected.Length.ShouldBeGreaterThan(10);
    }

    [Fact]
    public void Is_the_same_for_the_same_seed()
    {
        KnownLog first = KnownLog.Generate(7), again = KnownLog.Generate(7);

        again.Expected.ShouldBe(first.Expected);
        again.Records.Select(Shape).ShouldBe(first.Records.Select(Shape));
        KnownLog.Generate(8).Records.Select(Shape).ShouldNotBe(first.Records.Select(Shape));
    }

    [Fact]
    public void Holds_redeliveries_gaps_and_several_boots()
    {
        KnownLog log = KnownLog.Generate(9, new KnownLogShape(AttacksPerNode: 60));

        log.Records.Sum(record => record.Count).ShouldBeGreaterThan(log.Events, "some are told twice");
        log.Records.Select(record => record.Boot).Distinct().Count().ShouldBe(4, "two nodes with two boots each");
        log.Records.GroupBy(record => record.Boot).ShouldContain(
            boot => boot.Max(record => record.FirstSequence + record.Count) > boot.SelectMany(Numbers).Distinct().Count(),
                "numbers are missing");
    }

    [Fact]
    public void Says_in_words_what_is_lost_doubled_miscounted_and_made_up()
    {
        var expected = new ExpectedAlarm("AS-01", "n", "c", "web", 2, false);
        var right = new FoundAlarm(Guid.NewGuid(), "AS-01", "n", "c", "web", 2, false);

        AlarmComparison.Differences("here", [expected], []).ShouldBe(["here: lost AS-01 in container c on node n"]);
        AlarmComparison.Differences("here", [expected], [right, right])
            .ShouldBe(["here: 2 alarms instead of one: AS-01 in container c on node n"]);
        AlarmComparison.Differences("here", [expected], [right with { Occurrences = 3 }])
            .ShouldBe(["here: AS-01 in container c on node n: counted 3 times, done 2 times"]);
        AlarmComparison.Differences("here", [],
            [right]).ShouldBe(["here: nobody did AS-01 in container c on node n, and there it is (1 times)"]);
        AlarmComparison.Differences("here", [expected], [right]).ShouldBeEmpty();
    }

    private static string Shape(EventBatch record) => $"{record.Node.Value} {record.Boot.Value} {record.FirstSequence} {record.Count}";

    private static IEnumerable<long> Numbers(EventBatch record) => Enumerable.Range(0, record.Count).Select(i => record.FirstSequence + i);
}
