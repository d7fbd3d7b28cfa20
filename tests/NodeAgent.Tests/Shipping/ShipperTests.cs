using Agents.NodeAgent.Sequencing;
using Agents.NodeAgent.Shipping;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Schemas;
using Testing;

namespace NodeAgent.Tests.Shipping;

/// <summary>Delivered + reported lost = seen, whatever the log does.</summary>
public sealed class ShipperTests : IDisposable
{
    private static readonly NodeBoot Scope = new(new NodeId("n"), new BootId("b"));

    private readonly TemporaryDirectory _directory = new();
    private readonly ManualClock _clock = new();
    private readonly FakeTimeProvider _time = new();
    private readonly SequenceKeeper _sequence;

    public ShipperTests() => _sequence = SequenceKeeper.Open(_directory.Path, Scope, _clock, _time, NullLogger.Instance);

    public void Dispose()
    {
        _sequence.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(2, 30, 0)]
    [InlineData(3, 0, 20)]
    [InlineData(4, 30, 20)]
    [InlineData(5, 60, 10)]
    [InlineData(6, 60, 10)]
    public async Task Delivers_or_reports_every_number_exactly_once(int seed, int fail, int refuse)
    {
        long first = _sequence.Next;
        EventQueue queue = Queue(events: 40);
        Shipper shipper = Shipper(queue, new ShippingOptions { Brokers = "", BatchEvents = 8, InFlight = 4 });
        using var log = new UnreliableLog(seed, shipper.Reported) { Percent = (fail, refuse) };
        Task shipping = shipper.RunAsync(log, TestContext.Current.CancellationToken);
        var random = new Random(seed);
        for (int i = 0; i < 400; i++)
        {
            queue.Take(EventQueueTests.Container($"c{i}"), 1);
            if (random.Next(20) == 0) await TurnAsync(log);
        }

        // Losses are reported in messages that may be lost as well; once the log is well again the account must come out even.
        log.Percent = (0, 0);
        await FinishAsync(shipper, shipping, log);

        AccountIsEven(log, first, _sequence.Next);
        queue.OldestUnsettled().ShouldBe(_sequence.Next);
    }

    [Fact]
    public async Task Stores_messages_in_order_when_all_fail_for_a_while()
    {
        EventQueue queue = Queue(events: 100);
        Shipper shipper = Shipper(queue, new ShippingOptions { Brokers = "", BatchEvents = 1, InFlight = 4 });
        using var log = new UnreliableLog(1, shipper.Reported) { Percent = (100, 0) };
        Task shipping = shipper.RunAsync(log, TestContext.Current.CancellationToken);
        for (int i = 0; i < 10; i++) queue.Take(EventQueueTests.Container($"c{i}"), 1);
        await Eventually.TrueAsync(
            async () =>
            {
                await TurnAsync(log);
                return log.Renewed >= 3;
            },
            "three tries");
        shipper.Trouble.ShouldBe("scripted");

        log.Percent = (0, 0);
        await FinishAsync(shipper, shipping, log);

        shipper.Trouble.ShouldBeNull();
        log.Stored.Select(batch => batch.First).ShouldBe(Enumerable.Range(0, 10).Select(i => log.Stored[0].First + i));
        queue.Lost.ShouldBe(0);
    }

    [Fact]
    public async Task Fills_messages_up_to_the_bound()
    {
        EventQueue queue = Queue(events: 1_000);
        for (int i = 0; i < 600; i++) queue.Take(EventQueueTests.Container($"c{i}"), 1);
        Shipper shipper = Shipper(queue, new ShippingOptions { Brokers = "" });
        using var log = new UnreliableLog(1, shipper.Reported);

        await FinishAsync(shipper, shipper.RunAsync(log, TestContext.Current.CancellationToken), log);

        log.Stored.Select(batch => batch.Count).ShouldBe([256, 256, 88]);
    }

    [Fact]
    public async Task Divides_a_batch_that_is_larger_than_a_message()
    {
        EventQueue queue = Queue(events: 100);
        for (int i = 0; i < 16; i++) queue.Take(EventQueueTests.Container(new string('c', 1_000)), 1);
        Shipper shipper = Shipper(queue, new ShippingOptions { Brokers = "", MessageBytes = 5_000 });
        using var log = new UnreliableLog(1, shipper.Reported);

        await FinishAsync(shipper, shipper.RunAsync(log, TestContext.Current.CancellationToken), log);

        log.Stored.ShouldAllBe(batch => batch.Value.Length <= 5_000);
        log.Stored.Sum(batch => batch.Count).ShouldBe(16);
    }

    [Fact]
    public async Task Reports_an_event_that_no_message_can_hold()
    {
        EventQueue queue = Queue(events: 100);
        long first = _sequence.Next;
        queue.Take(EventQueueTests.Container("before"), 1);
        queue.Take(EventQueueTests.Container(new string('c', 9_000)), 1);
        queue.Take(EventQueueTests.Container("behind"), 1);
        Shipper shipper = Shipper(queue, new ShippingOptions { Brokers = "", MessageBytes = 5_000 });
        using var log = new UnreliableLog(1, shipper.Reported);

        await FinishAsync(shipper, shipper.RunAsync(log, TestContext.Current.CancellationToken), log);

        log.Stored.SelectMany(batch => batch.Reports).ShouldBe([new LostRange(LossCause.Rejected, 1, first + 1, first + 1)]);
        AccountIsEven(log, first, _sequence.Next);
    }

    [Fact]
    public async Task Says_in_a_message_how_many_events_its_losses_are()
    {
        EventQueue queue = Queue(events: 100);
        queue.ReportLoss(LossCause.RateLimit, 7);
        Shipper shipper = Shipper(queue, new ShippingOptions { Brokers = "" });
        using var log = new UnreliableLog(1, shipper.Reported);

        await FinishAsync(shipper, shipper.RunAsync(log, TestContext.Current.CancellationToken), log);

        var batch = new EventBatch();
        NodeEventsCodec.Decode(log.Stored.ShouldHaveSingleItem().Value, batch, DecodeLimits.Default).IsOk.ShouldBeTrue();
        batch.LostSinceLast.ShouldBe(7);
        batch.Losses[0].Cause.ShouldBe(LossCause.RateLimit);
    }

    internal static void AccountIsEven(UnreliableLog log, long first, long next)
    {
        long[] delivered = [.. log.Stored.SelectMany(batch => Enumerable.Range(0, batch.Count).Select(i => batch.First + i))];
        LostRange[] lost = [.. log.Stored.SelectMany(batch => batch.Reports)];
        long[] reported = [.. lost.SelectMany(range => Enumerable.Range(0, (int)(range.Last - range.First + 1)).Select(i => range.First + i))];

        delivered.ShouldBe(delivered.Order().Distinct());
        delivered.Concat(reported).Order().ShouldBe(Enumerable.Range(0, (int)(next - first)).Select(i => first + i));
        lost.Sum(range => range.Count).ShouldBe(reported.Length);
    }

    private EventQueue Queue(int events) => new(_sequence, _clock, new QueueLimits(events, 10_000_000));

    private Shipper Shipper(EventQueue queue, ShippingOptions options) => new(
        queue, _sequence, new BatchEncoder(Scope, _clock, NodeEventsCodec.Encode, options.MessageBytes), options, _time, NullLogger.Instance);

    private async Task FinishAsync(Shipper shipper, Task shipping, UnreliableLog log)
    {
        shipper.Stop();
        await Eventually.TrueAsync(
            async () =>
            {
                await TurnAsync(log);
                return shipping.IsCompleted;
            },
            "the shipper to end");
        await shipping;
    }

    /// <summary>Lets the shipper do what it can, time pass, and reports come in.</summary>
    private async Task TurnAsync(UnreliableLog log)
    {
        await Task.Yield();
        log.Flush();
        _time.Advance(TimeSpan.FromSeconds(1));
    }
}
