using Pipeline.Ingest.Consuming;

namespace Ingest.Tests.Consuming;

public sealed class StartPositionTests
{
    [Theory]
    [InlineData(10)]
    [InlineData(15)]
    [InlineData(20)]
    public void Starts_at_the_checkpoint_when_the_log_still_reaches_it(long next) =>
        StartPosition.From(next, low: 10, high: 20).ShouldBe(new StartPosition(next, null));

    [Theory]
    [InlineData(9)]
    [InlineData(21)]
    public void Starts_at_the_beginning_and_says_so_when_it_does_not(long next) =>
        StartPosition.From(next, low: 10, high: 20).ShouldBe(new StartPosition(10, next));

    [Fact]
    public void Starts_anywhere_when_nothing_was_ever_processed() => StartPosition.From(null, low: 10, high: 20).ShouldBe(new StartPosition(null, null));
}
