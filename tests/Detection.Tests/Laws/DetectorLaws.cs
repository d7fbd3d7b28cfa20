using System.Collections.Immutable;
using FsCheck.Xunit;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;
using Testing;
using Testing.Scripts;

namespace Detection.Tests.Laws;

/// <summary>
/// What holds for every detector of the catalogue, over whatever log. A detector that breaks one of these cannot be replayed or resumed.
/// </summary>
[Properties(Arbitrary = [typeof(LogGenerator)], MaxTest = 100)]
public sealed class DetectorLaws
{
    [Property]
    public void The_same_log_gives_the_same_alarms(Script log) =>
        Exact(log.OnKernel(LawPolicy.Detectors)).ShouldBe(Exact(log.OnKernel(LawPolicy.Detectors)));

    [Property]
    public void Where_batches_are_cut_does_not_show(Script log, int seed)
    {
        var sizes = new Random(seed);
        var one = new PartitionKernel(LawPolicy.Detectors);
        var other = new PartitionKernel(LawPolicy.Detectors);

        var alarms = KernelRun.Feed(one, Batches.Of(log.Events));

        Exact(KernelRun.Feed(other, Batches.Of(log.Events, () => sizes.Next(1, 8)))).ShouldBe(Exact(alarms));
        other.StateDigest().ShouldBe(one.StateDigest());
    }

    [Property]
    public void A_run_may_be_split_anywhere_and_resumed_elsewhere(Script log, int at)
    {
        ScriptedEvent[] events = [.. log.Events];
        int split = events.Length == 0 ? 0 : (int)((uint)at % events.Length);
        var whole = new PartitionKernel(LawPolicy.Detectors);
        var first = new PartitionKernel(LawPolicy.Detectors);
        var second = new PartitionKernel(LawPolicy.Detectors);

        var alarms = KernelRun.Feed(whole, Batches.Of(events));
        var before = KernelRun.Feed(first, Batches.Of(events.Take(split)));
        second.Restore(first.Save()).ShouldBeEmpty();
        var after = KernelRun.Feed(second, Batches.Of(events.Skip(split)));

        Exact([.. before, .. after]).ShouldBe(Exact(alarms));
        second.StateDigest().ShouldBe(whole.StateDigest());
    }

    [Property]
    public void A_redelivery_changes_nothing(Script log, int from, int count)
    {
        EventBatch[] batches = [.. Batches.Of(log.Events, 4)];
        if (batches.Length == 0) return;
        int start = (int)((uint)from % batches.Length);
        int length = 1 + (int)((uint)count % (batches.Length - start));
        var once = new PartitionKernel(LawPolicy.Detectors);
        var again = new PartitionKernel(LawPolicy.Detectors);

        var alarms = KernelRun.Feed(once, batches);
        var repeated = KernelRun.Feed(again, [.. batches[..(start + length)], .. batches[start..]]);

        Exact(repeated).ShouldBe(Exact(alarms));
    }

    [Property]
    public void Every_alarm_rests_on_events_of_the_log(Script log)
    {
        var seen = log.Events.Select(e => (e.Node.Node.Value, e.Node.Boot.Value, e.Sequence)).ToHashSet();

        foreach (AlarmEvent e in log.OnKernel(LawPolicy.Detectors))
        {
            ImmutableArray<Evidence> evidence = EvidenceOf(e);
            evidence.ShouldNotBeEmpty();
            evidence.ShouldAllBe(piece => seen.Contains(new ValueTuple<string, string, long>(piece.Node, piece.Boot, piece.Sequence)));
        }
    }

    [Property]
    public void Ids_never_meet_and_ordinals_have_no_gaps(Script log)
    {
        var alarms = log.OnKernel(LawPolicy.Detectors);

        alarms.Select(e => e.EventId).ShouldBeUnique();
        foreach (var alarm in alarms.Cast<DetectedEvent>().GroupBy(e => e.AlarmId)) alarm.Select(e => e.Ordinal).ShouldBe(Enumerable.Range(0, alarm.Count()));
    }

    [Property]
    public void All_is_told_once_enough_time_has_passed(Script log)
    {
        foreach (string node in log.Events.Select(e => e.Node.Node.Value).Distinct().ToArray())
            log.Node(node).After(100_000).Heartbeat().After(10).Heartbeat();
        var kernel = new PartitionKernel(LawPolicy.Detectors);
        KernelRun.Feed(kernel, Batches.Of(log.Events));
        int before = log.Events.Count;

        foreach (string node in log.Events.Select(e => e.Node.Node.Value).Distinct().ToArray()) log.Node(node).After(100_000).Heartbeat();

        KernelRun.Feed(kernel, Batches.Of(log.Events.Skip(before))).ShouldBeEmpty();
    }

    [Fact]
    public void State_stops_growing_at_its_bounds()
    {
        var kernel = new PartitionKernel(LawPolicy.Detectors);
        int full = Feed(kernel, 0, 70_000);

        Feed(kernel, 70_000, 70_000).ShouldBeLessThan(full / 100 * 101);
    }

    private static int Feed(PartitionKernel kernel, int from, int count)
    {
        // Containers that are never removed, each with an alarm of its own.
        var batch = new EventBatch();
        for (int first = from; first < from + count; first += 250)
        {
            batch.Begin(new NodeId("n1"), new BootId("b1"), first, new EventTime(first, first), 0);
            for (int i = first; i < first + 250; i++)
                batch.AddContainer(i, new ContainerRecord
                {
                    Action = ContainerAction.Created,
                    ContainerId = $"{i:x64}",
                    Spec = Some.PrivilegedSpec($"c{i:x8}")
                });
            kernel.Feed(batch);
        }

        return kernel.Save().Length;
    }

    private static ImmutableArray<Evidence> EvidenceOf(AlarmEvent e) => e switch
    {
        AlarmRaised raised => raised.Evidence,
        AlarmConfirmed confirmed => [confirmed.Evidence],
        AlarmAmended amended => [amended.Evidence],
        AlarmRecurred recurred => [recurred.Evidence],
        AlarmEscalated escalated => [escalated.Evidence],
        _ => [],
    };

    private static string Exact(ImmutableArray<AlarmEvent> events) => AlarmText.Exact(events);
}
