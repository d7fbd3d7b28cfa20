using System.Collections.Immutable;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;
using Pipeline.Runtime.Ports;
using Pipeline.Runtime.Processing;
using Testing.Scripts;

namespace Runtime.Tests;

/// <summary>
/// A detector that throws loses its partition no alarm: the lane begins again from the checkpoint, and what fails twice is reported and
/// passed over.
/// </summary>
public sealed class FailingDetectorTests : LaneTests
{
    private static readonly Script WithBoom = Script.OnNode("n1").Exec("c1", "/a").After(2).Exec("c1", "/bin/boom").After(2)
        .Exec("c1", "/a").After(2).Exec("c2", "/a");
    private static readonly EventBatch[] Boom = [.. Batches.Of(WithBoom.Events, 1)];

    [Fact]
    public async Task Ends_the_lane_when_a_detector_throws()
    {
        (IPartitionLane lane, _) = await OpenAsync();

        LaneOutcome outcome = await FeedAsync(lane, Boom);

        outcome.ShouldBeOfType<LaneOutcome.Failed>().Reason.ShouldContain("boom");
        (await lane.FeedAsync(Boom[2], 2, Cancellation)).ShouldBe(outcome);
        (await lane.DrainAsync(Cancellation)).ShouldBe(outcome);
        Poison.Reported.ShouldBeEmpty("once may be chance");
    }

    [Fact]
    public async Task Reports_the_event_and_passes_it_over_when_it_fails_on_it_again()
    {
        await FailAsync();
        await FailAsync();

        (IPartitionLane lane, long from) = await OpenAsync();
        (await FeedAsync(lane, Boom, from)).ShouldBe(new LaneOutcome.Done());
        await lane.DrainAsync(Cancellation);

        Poison.Reported.ShouldBe([new PoisonEvent(Partition, 1, WithBoom.Events[1].Id, "probe", "boom")]);
        AlarmText.Short(Store.Alarms).ShouldBe(["raised PR-01 Low c1: ", "recurred PR-01 x2", "raised PR-01 Low c2: "]);
    }

    [Fact]
    public async Task Does_not_pass_over_what_could_not_be_reported()
    {
        Poison.Refuses = true;
        await FailAsync();
        await FailAsync();
        await FailAsync();

        Poison.Refuses = false;
        await FailAsync();

        (IPartitionLane lane, long from) = await OpenAsync();
        (await FeedAsync(lane, Boom, from)).ShouldBe(new LaneOutcome.Done());
        Poison.Reported.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Shows_the_event_to_the_other_detectors()
    {
        DetectorSpec sturdy = ProbeDetector.Description with { Name = "sturdy" };
        Detectors = [.. Detectors, new DetectorPost(new DetectorFactory(sturdy, () => new SturdyDetector(sturdy)), typeof(SturdyActor))];
        await FailAsync();
        await FailAsync();

        (IPartitionLane lane, long from) = await OpenAsync();
        await FeedAsync(lane, Boom, from);
        await lane.DrainAsync(Cancellation);

        Store.Alarms.OfType<AlarmRaised>().Count(a => a.RuleId == "ST-01").ShouldBe(Boom.Length);
    }

    [Fact]
    public async Task Ends_the_lane_when_a_detector_cannot_save_its_state()
    {
        DetectorSpec spec = ProbeDetector.Description with { Name = "forgetful" };
        Detectors = [new DetectorPost(new DetectorFactory(spec, () => new SturdyDetector(spec, saves: false)), typeof(SturdyActor))];
        (IPartitionLane lane, _) = await OpenAsync();
        await FeedAsync(lane, Boom);

        (await lane.DrainAsync(Cancellation)).ShouldBeOfType<LaneOutcome.Failed>();
    }

    private async Task FailAsync()
    {
        (IPartitionLane lane, long from) = await OpenAsync();
        (await FeedAsync(lane, Boom, from)).ShouldBeOfType<LaneOutcome.Failed>();
        await lane.DisposeAsync();
    }

    /// <summary>An alarm for every event.</summary>
    private sealed class SturdyDetector(DetectorSpec spec, bool saves = true) : IDetector
    {
        public DetectorSpec Spec => spec;

        public void Observe(in Observation observation, IFindings findings) => findings.Report(new Finding
        {
            RuleId = "ST-01",
            ClassId = "",
            Title = "Something ran",
            Severity = Severity.Low,
            Outcome = Outcome.AbnormalBehavior,
            Attack = [],
            Source = new AlarmSource(observation.Id.Node.Value, observation.Id.Boot.Value, "", "", "", "", "", "", ""),
            Subject = "",
            Content = [],
            Evidence = [Evidence.Of(observation.Id, "process", observation.Time, ImmutableSortedDictionary<string, string>.Empty)],
            Cause = observation.Id,
            At = observation.Time,
            DedupKey = observation.Id.ToString(),
            Recommendation = "",
        });

        public void Advance(NodeBoot node, long watermarkNs, IFindings findings)
        {
        }

        public void Save(BinaryWriter state)
        {
            if (!saves) throw new InvalidOperationException("cannot save");
        }

        public void Load(BinaryReader state)
        {
        }
    }

    private sealed class SturdyActor(DetectorSeat seat) : DetectorActor(seat);
}
