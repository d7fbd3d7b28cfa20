using Pipeline.Domain.Events;
using Testing;

namespace NodeAgent.Tests.Docker;

/// <summary>What the source makes of an engine that comes late, goes, and comes back.</summary>
public sealed class DockerSourceOutageTests
{
    private const int SaidAway = 7033;

    [Fact]
    public async Task Says_once_that_there_is_no_engine_and_finds_it_when_it_comes()
    {
        await using var watched = new WatchedEngine();
        watched.Watch();
        await Eventually.TrueAsync(() => watched.Logger.Count(SaidAway) == 1, "the agent to say so");
        watched.Source.State.State.ShouldBe("unavailable");
        watched.Source.State.Detail.ShouldContain("--docker-socket");

        watched.Engine.Create("a");
        await watched.Engine.StartAsync();

        await watched.ActionsAsync("a", ContainerAction.Existing);
        watched.Logger.Count(SaidAway).ShouldBe(1);
        watched.Sink.Losses.ShouldBeEmpty();
    }

    [Fact]
    public async Task Misses_nothing_and_repeats_nothing_when_the_engine_remembers()
    {
        await using WatchedEngine watched = await WatchedEngine.StartAsync();
        watched.Engine.Create("before");
        watched.Engine.Start("before");
        await watched.ActionsAsync("before", ContainerAction.Started);

        await watched.Engine.StopAsync();
        await Eventually.TrueAsync(() => watched.Source.State.State == "unavailable", "the source to notice");
        watched.Engine.Die("before", 9);
        watched.Engine.Create("meanwhile");
        watched.Engine.Start("meanwhile");
        watched.Engine.Die("meanwhile", 0);
        watched.Engine.Destroy("meanwhile");
        await watched.Engine.StartAsync();
        await watched.ConnectedAsync();
        watched.Engine.Create("after");
        await watched.ActionsAsync("after", ContainerAction.Created);

        (await watched.ActionsAsync("before", ContainerAction.Died)).ShouldBe([ContainerAction.Created, ContainerAction.Started, ContainerAction.Died]);
        (await watched.ActionsAsync("meanwhile", ContainerAction.Removed))
            .ShouldBe([ContainerAction.Created, ContainerAction.Started, ContainerAction.Died, ContainerAction.Removed]);
        watched.Sink.Losses.ShouldBeEmpty();
    }

    [Fact]
    public async Task Reports_a_loss_and_what_it_can_tell_by_comparison_when_the_engine_has_forgotten()
    {
        await using WatchedEngine watched = await WatchedEngine.StartAsync();
        foreach (string id in new[] { "ended", "removed", "stayed" })
        {
            watched.Engine.Create(id);
            watched.Engine.Start(id);
            await watched.ActionsAsync(id, ContainerAction.Started);
        }

        await watched.Engine.StopAsync();
        watched.Engine.Die("ended", 1, tell: false);
        watched.Engine.Destroy("removed", tell: false);
        watched.Engine.Create("new", tell: false);
        watched.Engine.ForgetEvents();
        await watched.Engine.StartAsync();

        (await watched.ActionsAsync("ended", ContainerAction.Died)).ShouldBe([ContainerAction.Created, ContainerAction.Started, ContainerAction.Died]);
        (await watched.ActionsAsync("removed", ContainerAction.Removed))
            .ShouldBe([ContainerAction.Created, ContainerAction.Started, ContainerAction.Died, ContainerAction.Removed]);
        await watched.ActionsAsync("stayed", ContainerAction.Existing);
        await watched.ActionsAsync("new", ContainerAction.Existing);
        watched.Sink.Losses.ShouldBe([(LossCause.SourceAway, 0)]);
    }

    [Fact]
    public async Task Says_each_absence_once()
    {
        await using WatchedEngine watched = await WatchedEngine.StartAsync();

        for (int absence = 1; absence <= 2; absence++)
        {
            await watched.Engine.StopAsync();
            await Eventually.TrueAsync(() => watched.Logger.Count(SaidAway) == absence, "the agent to say so");
            await watched.Engine.StartAsync();
            await watched.ConnectedAsync();
        }

        watched.Logger.Count(SaidAway).ShouldBe(2);
    }

    [Fact]
    public async Task Notices_an_engine_that_hangs()
    {
        await using WatchedEngine watched = await WatchedEngine.StartAsync(
            options => options with { ProbeInterval = TimeSpan.FromMilliseconds(20), AnswerTimeout = TimeSpan.FromMilliseconds(300) });
        var hang = new TaskCompletionSource();

        watched.Engine.Answering = () => hang.Task;

        await Eventually.TrueAsync(() => watched.Source.State.State == "unavailable", "the source to notice");
        hang.SetResult();
        watched.Engine.Answering = () => Task.CompletedTask;
        await watched.ConnectedAsync();
    }
}
