using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;
using Testing;
using Testing.Scripts;

namespace Domain.Tests.Kernel;

public sealed class InventoryTests
{
    private readonly Enrichment _enrichment = new();
    private readonly Inventory _inventory = new();

    [Fact]
    public void Tells_a_container_as_the_newest_report_has_it()
    {
        Feed(Script.OnNode("n1").Created("c1", Some.PlainSpec()).After(1).Started("c1"));

        ContainerSighting seen = _inventory.Take().Containers.ShouldHaveSingleItem();

        (seen.ContainerId, seen.State, seen.Spec!.Image).ShouldBe(("c1", "running", "nginx:1.27"));
        seen.Created.ShouldNotBeNull().ShouldBeLessThan(seen.Started.ShouldNotBeNull());
        seen.Ended.ShouldBeNull();
    }

    [Fact]
    public void Knows_the_description_from_before_the_last_checkpoint()
    {
        var script = Script.OnNode("n1").Created("c1", Some.PlainSpec());
        Feed(script);
        _inventory.Take();

        Feed(script.Removed("c1"));

        ContainerSighting seen = _inventory.Take().Containers.ShouldHaveSingleItem();
        (seen.State, seen.Spec!.Image).ShouldBe(("removed", "nginx:1.27"));
    }

    [Fact]
    public void Tells_a_node_by_its_newest_heartbeat()
    {
        Feed(Script.OnNode("n1").Heartbeat().Exec("c1", "/a").Heartbeat());

        NodeSighting seen = _inventory.Take().Nodes.ShouldHaveSingleItem();

        (seen.Node.Value, seen.LastSequence).ShouldBe(("n1", 2L));
    }

    [Fact]
    public void Adds_up_what_is_lost_by_cause_and_hour()
    {
        var batch = new EventBatch();
        batch.Begin(new NodeId("n1"), new BootId("b1"), 0, new EventTime(1_000, 3_600_000_000_000), 12);
        batch.AddLoss(10, new LossRecord { Cause = LossCause.RingBuffer, Count = 5 });
        batch.AddLoss(20, new LossRecord { Cause = LossCause.RingBuffer, Count = 7 });
        batch.AddLoss(30, new LossRecord { Cause = LossCause.SourceAway });

        _inventory.Note(_enrichment.Enrich(batch));

        _inventory.Take().Losses.Select(loss => (loss.Cause, loss.Reports, loss.Lost))
            .ShouldBe([(LossCause.RingBuffer, 2L, 12L), (LossCause.SourceAway, 1L, 0L)]);
    }

    [Fact]
    public void Tells_nothing_twice()
    {
        EventBatch batch = Feed(Script.OnNode("n1").Created("c1", Some.PlainSpec()).Heartbeat());
        _inventory.Take().IsEmpty.ShouldBeFalse();

        _inventory.Note(_enrichment.Enrich(batch));

        _inventory.Take().IsEmpty.ShouldBeTrue("it was a redelivery");
    }

    private EventBatch Feed(Script script)
    {
        EventBatch last = new();
        foreach (EventBatch batch in Batches.Of(script.Events))
        {
            _inventory.Note(_enrichment.Enrich(batch));
            last = batch;
        }

        return last;
    }
}
