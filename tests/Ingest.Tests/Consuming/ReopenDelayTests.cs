using Pipeline.Ingest.Consuming;

namespace Ingest.Tests.Consuming;

public sealed class ReopenDelayTests
{
    [Theory]
    [InlineData(1, 100)]
    [InlineData(2, 200)]
    [InlineData(4, 800)]
    [InlineData(5, 1000)]
    [InlineData(1_000_000, 1000)]
    public void Doubles_up_to_the_most(int failures, int expectedMs) =>
        new ReopenDelay(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1)).After(failures).ShouldBe(TimeSpan.FromMilliseconds(expectedMs));
}
