using Agents.NodeAgent.Shipping;
using Pipeline.Domain.Events;

namespace NodeAgent.Tests.Shipping;

/// <summary>What is stored stays in order, and what cannot be stored in order is lost and known to be lost.</summary>
public sealed class InFlightWindowTests
{
    private readonly InFlightWindow _window = new();

    [Fact]
    public void Is_empty_when_all_are_stored()
    {
        OutgoingBatch[] sent = Send(1, 2, 3);

        foreach (OutgoingBatch batch in sent) _window.Report(batch, DeliveryOutcome.Stored);

        _window.Count.ShouldBe(0);
        _window.TakeLost().ShouldBeEmpty();
        _window.OldestUnsettled().ShouldBeNull();
    }

    [Fact]
    public void Sends_failed_ones_again_oldest_first()
    {
        OutgoingBatch[] sent = Send(1, 2, 3);

        foreach (OutgoingBatch batch in sent.Reverse()) _window.Report(batch, DeliveryOutcome.FailedForNow);

        _window.TakeFailed().Select(batch => batch.First).ShouldBe([1, 2, 3]);
        _window.HasOutstanding.ShouldBeTrue();
    }

    [Fact]
    public void Gives_up_a_failed_one_when_a_later_one_was_stored_before()
    {
        OutgoingBatch[] sent = Send(1, 2);

        _window.Report(sent[1], DeliveryOutcome.Stored);
        _window.Report(sent[0], DeliveryOutcome.FailedForNow);

        _window.HasFailed.ShouldBeFalse();
        _window.TakeLost().ShouldBe([sent[0]]);
    }

    [Fact]
    public void Gives_up_a_failed_one_when_a_later_one_is_stored_after()
    {
        OutgoingBatch[] sent = Send(1, 2);

        _window.Report(sent[0], DeliveryOutcome.FailedForNow);
        _window.Report(sent[1], DeliveryOutcome.Stored);

        _window.HasFailed.ShouldBeFalse();
        _window.TakeLost().ShouldBe([sent[0]]);
    }

    [Fact]
    public void Gives_up_a_refused_one_at_once()
    {
        OutgoingBatch[] sent = Send(1, 2);

        _window.Report(sent[0], DeliveryOutcome.Refused);

        _window.TakeLost().ShouldBe([sent[0]]);
        _window.Count.ShouldBe(1);
    }

    [Fact]
    public void Ignores_a_second_report_of_the_same_message()
    {
        OutgoingBatch[] sent = Send(1);

        _window.Report(sent[0], DeliveryOutcome.Stored);
        _window.Report(sent[0], DeliveryOutcome.FailedForNow);

        _window.Count.ShouldBe(0);
        _window.TakeLost().ShouldBeEmpty();
    }

    [Fact]
    public void Counts_a_loss_as_unsettled_until_its_report_is_stored()
    {
        var batch = new OutgoingBatch(50, 1, [], "loss", [new LostRange(LossCause.Spool, 3, 20, 22), new LostRange(LossCause.SourceAway, 0, 0, 0)]);

        _window.Sent(batch);

        _window.OldestUnsettled().ShouldBe(20);
    }

    private OutgoingBatch[] Send(params int[] firsts)
    {
        OutgoingBatch[] batches = [.. firsts.Select(first => new OutgoingBatch(first, 1, [], "container", []))];
        foreach (OutgoingBatch batch in batches) _window.Sent(batch);
        return batches;
    }
}
