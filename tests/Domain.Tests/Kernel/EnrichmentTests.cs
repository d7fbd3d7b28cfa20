using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;
using Testing;
using Testing.Scripts;

namespace Domain.Tests.Kernel;

public sealed class EnrichmentTests
{
    private readonly Enrichment _enrichment = new();

    [Fact]
    public void Shows_an_event_the_container_that_its_task_runs_in()
    {
        var batch = One(Script.OnNode("n1").Exec("c1", "/a").Created("c1", Some.PlainSpec()).Exec("c1", "/a").Exec("other", "/a")
            .Exec("", "/a"));

        EnrichedBatch enriched = _enrichment.Enrich(batch);

        enriched.ContainerAt(0).ShouldBeNull("it was not described yet");
        enriched.ContainerAt(2)!.Spec!.Image.ShouldBe("nginx:1.27");
        enriched.ContainerAt(3).ShouldBeNull();
        enriched.ContainerAt(4).ShouldBeNull();
    }

    [Fact]
    public void Keeps_the_description_through_later_news()
    {
        EnrichedBatch enriched = _enrichment.Enrich(One(Script.OnNode("n1").Created("c1", Some.PlainSpec()).Started("c1")));

        enriched.ContainerAt(1)!.Last.ShouldBe(ContainerAction.Started);
        enriched.ContainerAt(1)!.Spec.ShouldNotBeNull();
    }

    [Fact]
    public void Does_not_take_a_container_of_one_node_for_one_of_another()
    {
        var script = Script.OnNode("n1").Created("c1", Some.PlainSpec()).Node("n2").Exec("c1", "/a");

        Feed(script).ContainerAt(0).ShouldBeNull();
    }

    [Theory]
    [InlineData(599, true)]
    [InlineData(605, false)]
    public void Knows_a_removed_container_for_ten_minutes_more(double seconds, bool known)
    {
        var script = Script.OnNode("n1").Created("c1", Some.PlainSpec()).Removed("c1").After(seconds).Heartbeat().Exec("c1", "/a");

        EnrichedBatch enriched = Feed(script);

        (enriched.ContainerAt(enriched.Batch.Count - 1) is not null).ShouldBe(known);
    }

    [Fact]
    public void Skips_what_it_has_seen_of_a_batch_that_overlaps()
    {
        var script = Script.OnNode("n1").Heartbeat().Heartbeat().Heartbeat().Heartbeat();
        _enrichment.Enrich(One(script.Events.Take(3)));

        EnrichedBatch enriched = _enrichment.Enrich(One(script.Events.Skip(1)));

        enriched.First.ShouldBe(2);
        _enrichment.Counts.ShouldBe(new EnrichmentCounts(Events: 4, Duplicates: 2, Gaps: 0, Evictions: 0));
    }

    [Fact]
    public void Shows_nothing_new_in_a_redelivery()
    {
        EventBatch batch = One(Script.OnNode("n1").Created("c1", Some.PlainSpec()).After(10).Heartbeat());
        _enrichment.Enrich(batch);

        EnrichedBatch enriched = _enrichment.Enrich(batch);

        enriched.First.ShouldBe(batch.Count);
        enriched.Kinds.ShouldBe(EventKinds.None);
        enriched.Ticks.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Starts_the_numbers_anew_with_a_boot()
    {
        Feed(Script.OnNode("n1").Heartbeat().Heartbeat().Reboot().Heartbeat());

        _enrichment.Counts.ShouldBe(new EnrichmentCounts(Events: 3, Duplicates: 0, Gaps: 0, Evictions: 0));
    }

    [Fact]
    public void Finds_gaps_in_the_numbers_and_reported_losses()
    {
        Feed(Script.OnNode("n1").Heartbeat().Lost(5).Heartbeat().LossReport(3).Heartbeat());

        _enrichment.Counts.Gaps.ShouldBe(2);
    }

    [Fact]
    public void Ticks_before_the_event_that_moves_the_watermark_over_a_second()
    {
        var script = Script.OnNode("n1").Heartbeat().After(0.4).Heartbeat().After(0.7).Heartbeat().After(0.1).Heartbeat().After(5.8)
            .Heartbeat().After(-3).Heartbeat();

        EnrichedBatch enriched = _enrichment.Enrich(One(script));

        const long second = EventTime.NanosecondsPerSecond;
        enriched.Ticks.ToArray().ShouldBe([new WatermarkTick(2, (3601 - 2) * second), new WatermarkTick(4, (3607 - 2) * second)]);
    }

    [Fact]
    public void Is_not_dragged_into_the_future_by_a_damaged_time()
    {
        var batch = new EventBatch();
        batch.Begin(new NodeId("n1"), new BootId("b1"), 0, new EventTime(1_000, 1_000), 0);
        batch.AddHeartbeat(500, new HeartbeatRecord { AgentVersion = "test" });
        batch.AddHeartbeat(long.MaxValue, new HeartbeatRecord { AgentVersion = "test" });

        EnrichedBatch enriched = _enrichment.Enrich(batch);

        enriched.TimeAt(1).ShouldBe(new EventTime(1_000, 1_000));
        enriched.Ticks.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Does_not_take_over_damaged_state()
    {
        Feed(Script.OnNode("n1").Created("c1", Some.PrivilegedSpec()).Removed("c1").Lost(3).Heartbeat().Node("n2").Heartbeat());
        StateSection saved = _enrichment.Save();

        for (int cut = 0; cut < saved.Bytes.Length; cut++)
            Enrichment.From(saved with { Bytes = saved.Bytes[..cut] }).Discarded.ShouldNotBeNull($"cut at {cut}");
        Enrichment.From(saved).Discarded.ShouldBeNull();
        Enrichment.From(saved with { Version = 99 }).Discarded!.Reason.ShouldContain("99");
    }

    private EnrichedBatch Feed(Script script)
    {
        EnrichedBatch? last = null;
        foreach (EventBatch batch in Batches.Of(script.Events)) last = _enrichment.Enrich(batch);
        return last!;
    }

    private static EventBatch One(Script script) => One(script.Events);

    private static EventBatch One(IEnumerable<ScriptedEvent> events) => Batches.Of(events).ShouldHaveSingleItem();
}
