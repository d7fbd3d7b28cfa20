using Agents.NodeAgent.Sequencing;
using Agents.NodeAgent.Shipping;
using Agents.NodeAgent.Shipping.Spool;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Schemas;
using Testing;

namespace NodeAgent.Tests.Shipping.Spool;

/// <summary>The log goes away and comes back: delivered + reported lost = seen, in order, whatever fits into the spool.</summary>
public sealed class ShipperSpoolTests : IDisposable
{
    private static readonly NodeBoot Scope = new(new NodeId("n"), new BootId("b"));

    private readonly SpoolBench _bench = new();
    private readonly TemporaryDirectory _state = new();
    private readonly ManualClock _clock = new();
    private readonly SequenceKeeper _sequence;

    public ShipperSpoolTests() => _sequence = SequenceKeeper.Open(_state.Path, Scope, _clock, _bench.Time, NullLogger.Instance);

    public void Dispose()
    {
        _sequence.Dispose();
        _state.Dispose();
        _bench.Dispose();
    }

    [Theory]
    [InlineData(1, 100)]
    [InlineData(2, 60)]
    [InlineData(3, 30)]
    public async Task Loses_nothing_while_the_log_is_away_and_the_queue_is_small(int seed, int fail)
    {
        using DiskSpool spool = _bench.Open(Scope);
        var run = new Run(this, spool, seed, queueEvents: 40);
        long first = _sequence.Next;
        run.Log.Percent = (fail, 0);
        for (int i = 0; i < 400; i++)
        {
            run.Queue.Take(EventQueueTests.Container($"c{i}"), 1);
            if (i % 8 == 7) await run.TurnAsync();
            if (i % 8 == 7) await Eventually.TrueAsync(() => run.Queue.Count < 30, "the shipper to spool");
        }

        run.Log.Percent = (0, 0);
        await run.FinishAsync();

        // What failed behind something that was stored cannot be sent again in order, spool or not.
        if (fail == 100) run.Queue.Lost.ShouldBe(0);
        run.Log.Stored.Select(batch => batch.First).ShouldBeInOrder();
        ShipperTests.AccountIsEven(run.Log, first, _sequence.Next);
        spool.IsEmpty.ShouldBeTrue();
        _bench.Logger.Count(7025).ShouldBeGreaterThan(0);
        _bench.Logger.Count(7026).ShouldBe(_bench.Logger.Count(7025));
    }

    [Fact]
    public async Task Does_not_touch_the_disk_while_the_log_is_well()
    {
        using DiskSpool spool = _bench.Open(Scope);
        var run = new Run(this, spool, seed: 1, queueEvents: 100);
        for (int i = 0; i < 50; i++) run.Queue.Take(EventQueueTests.Container($"c{i}"), 1);

        await run.FinishAsync();

        _bench.Segments.ShouldBeEmpty();
        _bench.Logger.Texts.ShouldBeEmpty();
    }

    [Fact]
    public async Task Spools_when_the_log_says_nothing_at_all()
    {
        using DiskSpool spool = _bench.Open(Scope);
        var run = new Run(this, spool, seed: 1, queueEvents: 100);
        run.Queue.Take(EventQueueTests.Container("sent"), 1);
        await Eventually.TrueAsync(() => run.Log.Stored.Length == 1, "the first message to be sent");

        _bench.Time.Advance(TimeSpan.FromMinutes(1));
        run.Queue.Take(EventQueueTests.Container("spooled"), 1);

        await Eventually.TrueAsync(() => _bench.Logger.Count(7025) == 1, "the shipper to spool");
        await run.FinishAsync();
        run.Log.Stored.Length.ShouldBe(2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reports_exactly_what_a_full_or_broken_disk_did_not_take(bool broken)
    {
        using DiskSpool spool = _bench.Open(Scope, bytes: 45_000);
        if (broken) _bench.Fault = DiskFault.Write;
        var run = new Run(this, spool, seed: 1, queueEvents: 40);
        long first = _sequence.Next;
        run.Log.Percent = (100, 0);
        int taken = 0;
        await Eventually.TrueAsync(
            async () =>
            {
                for (int i = 0; i < 8; i++) run.Queue.Take(EventQueueTests.Container($"c{taken++}"), 1);
                await run.TurnAsync();
                return run.Queue.Lost > 100 && _bench.Logger.Count(broken ? 7028 : 7027) == 1;
            },
            "events to be lost");

        _bench.Fault = DiskFault.None;
        run.Log.Percent = (0, 0);
        await run.FinishAsync();

        ShipperTests.AccountIsEven(run.Log, first, _sequence.Next);
        run.Log.Stored.Select(batch => batch.First).ShouldBeInOrder();
        run.Log.Stored.SelectMany(batch => batch.Reports).ShouldAllBe(lost => lost.Cause == LossCause.Spool);
        run.Log.Stored.SelectMany(batch => batch.Reports).Sum(lost => lost.Count).ShouldBe(run.Queue.Lost);
    }

    [Fact]
    public async Task Leaves_in_the_spool_what_the_log_did_not_take_before_the_end()
    {
        long first = _sequence.Next;
        using (DiskSpool spool = _bench.Open(Scope))
        {
            var run = new Run(this, spool, seed: 1, queueEvents: 100);
            run.Log.Percent = (100, 0);
            for (int i = 0; i < 90; i++) run.Queue.Take(EventQueueTests.Container($"c{i}"), 1);
            await run.CancelAsync();
            run.Shipper.RestIsSpooled.ShouldBeTrue();
        }

        using DiskSpool next = _bench.Open(Scope);
        next.Unaccounted(first, _sequence.Next - 1).ShouldBeEmpty();
        var again = new Run(this, next, seed: 2, queueEvents: 100);
        again.Queue.Take(EventQueueTests.Container("newer"), 1);
        await again.FinishAsync();

        again.Log.Stored.Sum(batch => batch.Count).ShouldBe(91);
        ShipperTests.AccountIsEven(again.Log, first, _sequence.Next);
    }

    /// <summary>One run of the agent's shipping over a log that does as it is told.</summary>
    private sealed class Run
    {
        private readonly ShipperSpoolTests _tests;
        private readonly CancellationTokenSource _cancel =
            CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        private readonly Task _shipping;

        public Run(ShipperSpoolTests tests, DiskSpool spool, int seed, int queueEvents)
        {
            _tests = tests;
            Queue = new EventQueue(tests._sequence, tests._clock, new QueueLimits(queueEvents, 10_000_000));
            var options = new ShippingOptions { Brokers = "", BatchEvents = 8, InFlight = 4, MessageBytes = 4_000 };
            var encoder = new BatchEncoder(Scope, tests._clock, NodeEventsCodec.Encode, options.MessageBytes);
            Shipper = new Shipper(Queue, tests._sequence, encoder, options, tests._bench.Time, tests._bench.Logger, spool);
            Log = new UnreliableLog(seed, Shipper.Reported);
            _shipping = Shipper.RunAsync(Log, _cancel.Token);
        }

        public EventQueue Queue { get; }

        public Shipper Shipper { get; }

        public UnreliableLog Log { get; }

        public async Task TurnAsync()
        {
            await Task.Yield();
            Log.Flush();
            _tests._bench.Time.Advance(TimeSpan.FromSeconds(1));
        }

        public async Task FinishAsync()
        {
            Shipper.Stop();
            await Eventually.TrueAsync(
                async () =>
                {
                    await TurnAsync();
                    return _shipping.IsCompleted;
                },
                "the shipper to end");
            await _shipping;
        }

        public async Task CancelAsync()
        {
            await _cancel.CancelAsync();
            await _shipping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
