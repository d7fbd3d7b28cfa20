namespace Attacks;

/// <summary>A container that does nothing wrong.</summary>
[Trait("Category", "Docker")]
public sealed class PlainLifeTests(WatchedEngine engine)
{
    [Fact]
    public async Task A_container_that_does_nothing_gives_its_process_and_no_more()
    {
        IReadOnlyList<SeenEvent> seen = await engine.RunAsync([], "/bin/true");

        seen.Where(one => one.Started).Select(one => one.What).ShouldBe(["Executed", "Exited"]);
    }
}
