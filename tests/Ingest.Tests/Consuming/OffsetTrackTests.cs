using FsCheck.Xunit;
using Pipeline.Ingest.Consuming;

namespace Ingest.Tests.Consuming;

public sealed class OffsetTrackTests
{
    [Fact]
    public void Takes_any_first_offset_when_none_is_expected() => new OffsetTrack(null).Observe(17).ShouldBe(OffsetStep.Next);

    [Fact]
    public void Tells_a_jump_before_the_first_record() => new OffsetTrack(5).Observe(17).ShouldBe(OffsetStep.Jump);

    /// <summary>Whatever comes, what is taken ascends, and every missing offset is told by a jump.</summary>
    [Property]
    public void Takes_ascending_offsets_only_and_tells_every_missing_one(ushort[] offsets)
    {
        var track = new OffsetTrack(0);
        var taken = new List<long>();
        long missing = 0;
        foreach (long offset in offsets)
        {
            long expected = track.Next!.Value;
            OffsetStep step = track.Observe(offset);
            if (step == OffsetStep.Back)
            {
                offset.ShouldBeLessThan(expected);
                track.Next.ShouldBe(expected);
                continue;
            }

            if (step == OffsetStep.Jump) missing += offset - expected;
            taken.Add(offset);
        }

        taken.ShouldBeInOrder();
        taken.Distinct().Count().ShouldBe(taken.Count);
        (taken.Count + missing).ShouldBe(track.Next!.Value);
    }
}
