using Agents.NodeAgent.Sequencing;
using Agents.NodeAgent.Shipping;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Testing;

namespace NodeAgent.Tests.Shipping;

public sealed class EventQueueTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ManualClock _clock = new();
    private readonly SequenceKeeper _sequence;
    private readonly List<TakenEvent> _batch = [];

    public EventQueueTests() =>
        _sequence = SequenceKeeper.Open(_directory.Path, new NodeBoot(new NodeId("n"), new BootId("b")), _clock, TimeProvider.System, NullLogger.Instance);

    public void Dispose()
    {
        _sequence.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Gives_events_in_order_with_consecutive_numbers()
    {
        EventQueue queue = Queue(events: 10);
        for (int i = 0; i < 5; i++) queue.Take(Container($"c{i}"), 1);

        queue.TakeBatch(_batch, 3, 1_000);

        Ids(_batch).ShouldBe(["c0", "c1", "c2"]);
        _batch.Select(taken => taken.Sequence).ShouldBe(Enumerable.Range(0, 3).Select(i => _batch[0].Sequence + i));
    }

    [Fact]
    public void Numbers_what_finds_no_room_and_reports_it_as_lost()
    {
        EventQueue queue = Queue(events: 2);
        long first = _sequence.Next;
        for (int i = 0; i < 5; i++) queue.Take(Container($"c{i}"), 1);
        queue.TakeBatch(_batch, 10, 1_000);
        Ids(_batch).ShouldBe(["c0", "c1"]);

        queue.TakeBatch(_batch, 10, 1_000);

        LostRange lost = _batch.ShouldHaveSingleItem().Content.ShouldBeOfType<EventContent.Loss>().Range;
        lost.ShouldBe(new LostRange(LossCause.Spool, 3, first + 2, first + 4));
        queue.Lost.ShouldBe(3);
    }

    [Fact]
    public void Reports_a_loss_before_anything_newer()
    {
        EventQueue queue = Queue(events: 1);
        queue.Take(Container("kept"), 1);
        queue.Take(Container("lost"), 1);
        queue.TakeBatch(_batch, 10, 1_000);

        queue.Take(Container("newer"), 1);
        queue.TakeBatch(_batch, 10, 1_000);

        _batch[0].Content.ShouldBeOfType<EventContent.Loss>();
    }

    [Fact]
    public void Ends_a_batch_where_numbers_are_missing()
    {
        EventQueue queue = Queue(events: 2);
        for (int i = 0; i < 3; i++) queue.Take(Container($"c{i}"), 1);
        queue.TakeBatch(_batch, 1, 1_000);

        queue.TakeBatch(_batch, 10, 1_000);

        Ids(_batch).ShouldBe(["c1"]);
    }

    [Fact]
    public void Bounds_the_weight_of_a_batch_but_gives_at_least_one_event()
    {
        EventQueue queue = Queue(events: 10, bytes: 100_000);
        queue.Take(Container("large"), 5_000);
        queue.Take(Container("small"), 10);

        queue.TakeBatch(_batch, 10, 1_000);

        Ids(_batch).ShouldBe(["large"]);
    }

    [Fact]
    public void Bounds_the_weight_of_what_waits()
    {
        EventQueue queue = Queue(events: 1_000, bytes: 1_000);

        for (int i = 0; i < 10; i++) queue.Take(Container($"c{i}"), 300);

        queue.Lost.ShouldBe(7);
        queue.TakeBatch(_batch, 10, 10_000);
        Ids(_batch).ShouldBe(["c0", "c1", "c2"]);
    }

    [Fact]
    public async Task Lets_a_patient_source_wait_for_room()
    {
        EventQueue queue = Queue(events: 1);
        queue.Take(Container("first"), 1);
        Task[] waiting = [.. Enumerable.Range(0, 3).Select(i => queue.TakeWhenRoomAsync(Container($"w{i}"), 1, TestContext.Current.CancellationToken))];
        waiting.ShouldAllBe(task => !task.IsCompleted);

        var seen = new List<string>();
        await Eventually.TrueAsync(
            () =>
            {
                queue.TakeBatch(_batch, 10, 1_000);
                seen.AddRange(Ids(_batch));
                return seen.Count == 4;
            },
            "all four events");

        await Task.WhenAll(waiting);
        seen.Order().ShouldBe(["first", "w0", "w1", "w2"]);
        queue.Lost.ShouldBe(0);
    }

    [Fact]
    public void Reports_again_the_losses_of_a_lost_message()
    {
        EventQueue queue = Queue(events: 10);
        var old = new LostRange(LossCause.Spool, 3, 5, 7);

        queue.Report([new LostRange(LossCause.Rejected, 2, 20, 21)], [old]);
        queue.TakeBatch(_batch, 10, 1_000);

        _batch.Select(taken => ((EventContent.Loss)taken.Content).Range).ShouldBe([old, new LostRange(LossCause.Rejected, 2, 20, 21)]);
        queue.Lost.ShouldBe(2);
    }

    [Fact]
    public void Settles_nothing_that_still_waits()
    {
        EventQueue queue = Queue(events: 1);
        queue.OldestUnsettled().ShouldBe(_sequence.Next);
        queue.Take(Container("kept"), 1);
        queue.Take(Container("lost"), 1);
        long lost = _sequence.Next - 1;
        queue.TakeBatch(_batch, 10, 1_000);

        queue.OldestUnsettled().ShouldBe(lost);
    }

    private EventQueue Queue(int events, long bytes = 1_000_000) => new(_sequence, _clock, new QueueLimits(events, bytes));

    internal static ContainerRecord Container(string id) => new() { Action = ContainerAction.Started, ContainerId = id };

    private static IEnumerable<string> Ids(IEnumerable<TakenEvent> events) =>
        events.Select(taken => taken.Content).OfType<EventContent.Container>().Select(container => container.Record.ContainerId);
}
