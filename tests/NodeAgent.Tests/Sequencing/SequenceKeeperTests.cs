using Agents.NodeAgent.Sequencing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Domain.Identity;

namespace NodeAgent.Tests.Sequencing;

/// <summary>A number is given once per (node, boot), whatever happens to the agent or its record; what is skipped is told.</summary>
public sealed class SequenceKeeperTests : IDisposable
{
    private static readonly NodeBoot Scope = new(new NodeId("n"), new BootId("b1"));

    private readonly TemporaryDirectory _directory = new();
    private readonly ManualClock _clock = new();
    private readonly FakeTimeProvider _time = new();

    private long FirstEver => _clock.BootNs / 1_000;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Counts_up_by_one_across_blocks()
    {
        using SequenceKeeper keeper = Open();
        long first = keeper.Take();

        long[] next = [.. Enumerable.Range(0, 5_000).Select(_ => keeper.Take())];

        next.ShouldBe(Enumerable.Range(1, 5_000).Select(i => first + i));
    }

    [Fact]
    public void Starts_at_the_uptime_when_nothing_is_remembered()
    {
        using SequenceKeeper keeper = Open();

        keeper.Take().ShouldBe(FirstEver);
        keeper.Unsettled.ShouldBeNull();
    }

    [Fact]
    public void Goes_on_without_a_gap_after_a_clean_stop()
    {
        long last = TakeAndStop(10);

        using SequenceKeeper second = Open();

        second.Take().ShouldBe(last + 1);
        second.Unsettled.ShouldBeNull();
    }

    [Fact]
    public void Tells_after_a_stop_what_was_not_settled()
    {
        long first = FirstEver;
        using (SequenceKeeper keeper = Open())
        {
            for (int i = 0; i < 10; i++) keeper.Take();
            keeper.Settle(first + 7);
        }

        using SequenceKeeper second = Open();

        second.Unsettled.ShouldBe((first + 7, first + 9));
        second.Take().ShouldBe(first + 10);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(SequenceKeeper.SmallestBlock)]
    [InlineData(SequenceKeeper.SmallestBlock + 1)]
    [InlineData(3_000)]
    public void Never_gives_a_number_again_after_a_kill(int taken)
    {
        byte[] record;
        long last = 0;
        using (SequenceKeeper killed = Open())
        {
            for (int i = 0; i < taken; i++) last = killed.Take();
            record = File.ReadAllBytes(Record);
        }

        File.WriteAllBytes(Record, record);
        using SequenceKeeper next = Open();

        (long first, long skippedTo) = next.Unsettled.ShouldNotBeNull();
        first.ShouldBe(FirstEver);
        skippedTo.ShouldBeGreaterThanOrEqualTo(last);
        next.Take().ShouldBe(skippedTo + 1);
    }

    [Fact]
    public void Skips_little_on_a_quiet_node_after_a_busy_time()
    {
        using SequenceKeeper keeper = Open();
        for (int i = 0; i < 3_000; i++) keeper.Take();

        _time.Advance(TimeSpan.FromMinutes(1));
        long last = 0;
        long reserved = Reserved();
        while (Reserved() == reserved) last = keeper.Take();

        (Reserved() - last).ShouldBeLessThanOrEqualTo(SequenceKeeper.SmallestBlock);
    }

    [Fact]
    public void Reports_less_after_a_kill_when_settling_was_saved()
    {
        using SequenceKeeper keeper = Open();
        for (int i = 0; i < 100; i++) keeper.Take();

        keeper.Settle(FirstEver + 90);
        keeper.Save();

        SequenceRecord.Parse(File.ReadAllBytes(Record)).ShouldNotBeNull().Settled.ShouldBe(FirstEver + 90);
    }

    [Theory]
    [InlineData("")]
    [InlineData("node-agent sequence 1\nnode n\nboot b1\nsettled 5\nreser")]
    [InlineData("node-agent sequence 1\nnode n\nboot b1\nsettled 5\nreserved 9\nsha256 0000\n")]
    public void Starts_above_every_earlier_number_when_the_record_is_torn(string torn)
    {
        long last = TakeAndStop(1_000);
        File.WriteAllText(Record, torn);
        _clock.BootNs += 1_000_000_000;

        using SequenceKeeper second = Open();

        second.Take().ShouldBeGreaterThan(last);
    }

    [Fact]
    public void Starts_anew_in_another_boot()
    {
        TakeAndStop(10);
        _clock.BootNs = 20 * EventTime.NanosecondsPerSecond;

        using SequenceKeeper second = Open(Scope with { Boot = new BootId("b2") });

        second.Take().ShouldBe(20_000_000);
        second.Unsettled.ShouldBeNull();
    }

    [Fact]
    public void Refuses_a_directory_that_another_agent_holds()
    {
        using SequenceKeeper first = Open();

        Should.Throw<IOException>(() => Open());
    }

    [Fact]
    public void Keeps_its_directory_to_its_owner()
    {
        string state = _directory["made"];

        using SequenceKeeper keeper = SequenceKeeper.Open(state, Scope, _clock, _time, NullLogger.Instance);

        File.GetUnixFileMode(state).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public void Goes_on_and_reuses_nothing_when_the_record_cannot_be_written()
    {
        long last;
        using (SequenceKeeper keeper = Open())
        {
            // A directory in the draft's place makes every write fail, for root as well.
            Directory.CreateDirectory(Record + ".new");
            last = 0;
            for (int i = 0; i < 1_000; i++) last = keeper.Take();
        }

        _clock.BootNs += 1_000_000_000;
        using SequenceKeeper second = Open();

        second.Take().ShouldBeGreaterThan(last);
    }

    private string Record => SequenceKeeper.PathIn(_directory.Path);

    private long Reserved() => SequenceRecord.Parse(File.ReadAllBytes(Record)).ShouldNotBeNull().Reserved;

    private SequenceKeeper Open(NodeBoot? scope = null) => SequenceKeeper.Open(_directory.Path, scope ?? Scope, _clock, _time, NullLogger.Instance);

    private long TakeAndStop(int count)
    {
        using SequenceKeeper keeper = Open();
        long last = 0;
        for (int i = 0; i < count; i++) last = keeper.Take();
        keeper.Settle(last + 1);
        return last;
    }
}
