using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Domain.Events;
using Testing;

namespace NodeAgent.Tests.Docker;

/// <summary>What the source makes of an engine that is there.</summary>
public sealed class DockerSourceTests
{
    [Fact]
    public async Task Announces_what_runs_or_is_about_to_and_not_what_ended()
    {
        await using WatchedEngine watched = await WatchedEngine.StartAsync(before: engine =>
        {
            engine.Create("running", privileged: true);
            engine.Start("running", pid: 77);
            engine.Create("created");
            engine.Create("ended");
            engine.Die("ended", 1);
        });

        await watched.ActionsAsync("running", ContainerAction.Existing);
        await watched.ActionsAsync("created", ContainerAction.Existing);

        ContainerRecord running = watched.Sink.Of("running").First();
        (running.Running, running.Pid, running.Runtime).ShouldBe((true, 77, "docker"));
        running.Spec!.Privileged.Value.ShouldBeTrue();
        watched.Sink.Of("created").First().Running.ShouldBeFalse();
        watched.Sink.Of("ended").ShouldBeEmpty();
        watched.Source.State.State.ShouldBe("connected");
    }

    [Fact]
    public async Task Describes_a_container_at_create_and_asks_no_second_time()
    {
        await using WatchedEngine watched = await WatchedEngine.StartAsync();

        watched.Engine.Create("a", privileged: true);
        await watched.ActionsAsync("a", ContainerAction.Created);
        watched.Engine.Start("a");
        watched.Engine.Die("a", 3);
        watched.Engine.Destroy("a");

        (await watched.ActionsAsync("a", ContainerAction.Removed))
            .ShouldBe([ContainerAction.Created, ContainerAction.Started, ContainerAction.Died, ContainerAction.Removed]);
        watched.Sink.Of("a").First().Spec!.Name.ShouldBe("name-a");
        watched.Sink.Of("a").Select(record => record.Running).ShouldBe([false, true, false, false]);
        watched.Sink.Of("a").Select(record => record.ExitCode).ShouldBe([null, null, 3, null]);
        watched.Engine.InspectedTimes("a").ShouldBe(1);
    }

    [Fact]
    public async Task Describes_an_unknown_container_at_start()
    {
        await using WatchedEngine watched = await WatchedEngine.StartAsync();

        watched.Engine.Create("a", tell: false);
        watched.Engine.Start("a", pid: 99);

        await watched.ActionsAsync("a", ContainerAction.Started);
        ContainerRecord started = watched.Sink.Of("a").Single();
        started.Spec!.Name.ShouldBe("name-a");
        started.Pid.ShouldBe(99);
    }

    [Fact]
    public async Task Reports_exec_sessions_and_pauses()
    {
        await using WatchedEngine watched = await WatchedEngine.StartAsync();

        watched.Engine.Say("a", "pause");
        watched.Engine.Say("a", "unpause");
        watched.Engine.Say("a", "exec_create: sh -c id", ("execID", "e1"));
        watched.Engine.Say("a", "exec_start: sh -c id", ("execID", "e1"));
        watched.Engine.Say("a", "resize");
        watched.Engine.Say("a", "exec_die", ("execID", "e1"), ("exitCode", "137"));

        (await watched.ActionsAsync("a", ContainerAction.ExecDied)).ShouldBe(
            [ContainerAction.Paused, ContainerAction.Unpaused, ContainerAction.ExecCreated, ContainerAction.ExecStarted, ContainerAction.ExecDied]);
        ContainerRecord created = watched.Sink.Of("a").ElementAt(2);
        created.ExecId.ShouldBe("e1");
        created.ExecCommand.ShouldBe(["sh -c id"]);
        watched.Sink.Of("a").Last().ExitCode.ShouldBe(137);
    }

    [Fact]
    public async Task Goes_on_with_other_containers_while_one_answer_is_slow()
    {
        var slow = new TaskCompletionSource<IResult?>();
        await using WatchedEngine watched = await WatchedEngine.StartAsync();
        watched.Engine.Inspecting = id => id == "slow" ? slow.Task : Task.FromResult<IResult?>(null);
        watched.Engine.Create("slow");
        watched.Engine.Start("slow");

        for (int i = 0; i < 30; i++)
        {
            watched.Engine.Create($"c{i}");
            watched.Engine.Start($"c{i}");
        }

        // Those that share the slow one's lane wait; the others do not.
        await Eventually.TrueAsync(() => watched.Sink.Records.Count(record => record.Action == ContainerAction.Started) >= 15, "half of the others");
        watched.Sink.Of("slow").ShouldBeEmpty();
        slow.SetResult(null);
        (await watched.ActionsAsync("slow", ContainerAction.Started)).ShouldBe([ContainerAction.Created, ContainerAction.Started]);
        await Eventually.TrueAsync(() => watched.Sink.Records.Length == 62, "all");
        watched.Sink.Losses.ShouldBeEmpty();
    }

    [Fact]
    public async Task Keeps_each_containers_order_whatever_the_answers_take()
    {
        const int containers = 40;
        await using WatchedEngine watched = await WatchedEngine.StartAsync();
        var random = new Random(7);
        watched.Engine.Inspecting = async _ =>
        {
            int turns;
            lock (random) turns = random.Next(20);
            for (int i = 0; i < turns; i++) await Task.Yield();
            return null;
        };

        for (int step = 0; step < 4; step++)
        {
            for (int i = 0; i < containers; i++)
            {
                if (step == 0) watched.Engine.Create($"c{i}");
                if (step == 1) watched.Engine.Start($"c{i}");
                if (step == 2) watched.Engine.Die($"c{i}", 0);
                if (step == 3) watched.Engine.Destroy($"c{i}");
            }
        }

        for (int i = 0; i < containers; i++)
        {
            (await watched.ActionsAsync($"c{i}", ContainerAction.Removed))
                .ShouldBe([ContainerAction.Created, ContainerAction.Started, ContainerAction.Died, ContainerAction.Removed]);
        }
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("error")]
    [InlineData("garbage")]
    [InlineData("huge")]
    [InlineData("invalid")]
    public async Task Reports_a_container_without_its_description_when_that_cannot_be_had_and_asks_again_at_start(string trouble)
    {
        await using WatchedEngine watched = await WatchedEngine.StartAsync(options => options with { InspectBytes = 10_000 });
        watched.Engine.Inspecting = _ => Task.FromResult<IResult?>(trouble switch
        {
            "gone" => Results.NotFound(),
            "error" => Results.StatusCode(500),
            "garbage" => Results.Text("<html>"),
            "huge" => Results.Text(new string(' ', 20_000)),
            _ => Results.Text("{\"State\":{\"Running\":false},\"HostConfig\":{\"Privileged\":\"maybe\"}}"),
        });

        watched.Engine.Create("a");
        await watched.ActionsAsync("a", ContainerAction.Created);
        watched.Engine.Inspecting = _ => Task.FromResult<IResult?>(null);
        watched.Engine.Start("a");
        await watched.ActionsAsync("a", ContainerAction.Started);

        watched.Sink.Of("a").First().Spec.ShouldBeNull();
        watched.Sink.Of("a").Last().Spec!.Name.ShouldBe("name-a");
    }

    [Fact]
    public async Task Does_not_wait_for_ever_for_a_description()
    {
        var never = new TaskCompletionSource<IResult?>();
        await using WatchedEngine watched = await WatchedEngine.StartAsync(options => options with { AnswerTimeout = TimeSpan.FromMilliseconds(500) });
        watched.Engine.Inspecting = _ => never.Task;

        watched.Engine.Create("a");

        await watched.ActionsAsync("a", ContainerAction.Created);
        watched.Sink.Of("a").Single().Spec.ShouldBeNull();
        never.SetResult(null);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("{\"Type\":\"container\",\"Action\":7,\"Actor\":{\"ID\":\"a\"},\"timeNano\":1}")]
    public async Task Counts_a_line_that_is_no_event_as_lost_and_reads_on(string line)
    {
        await using WatchedEngine watched = await WatchedEngine.StartAsync();

        watched.Engine.SayRaw(line);
        watched.Engine.Create("a");

        await watched.ActionsAsync("a", ContainerAction.Created);
        watched.Sink.Losses.ShouldBe([(LossCause.Unknown, 1)]);
    }

    [Fact]
    public async Task Counts_a_line_over_the_bound_as_lost_and_reads_on()
    {
        await using WatchedEngine watched = await WatchedEngine.StartAsync(options => options with { EventBytes = 1_000 });

        watched.Engine.SayRaw(new string('x', 100_000));
        watched.Engine.Create("a");

        await watched.ActionsAsync("a", ContainerAction.Created);
        watched.Sink.Losses.ShouldBe([(LossCause.Unknown, 1)]);
    }

    [Fact]
    public async Task Counts_events_that_find_no_room_as_lost()
    {
        var slow = new TaskCompletionSource<IResult?>();
        await using WatchedEngine watched = await WatchedEngine.StartAsync(options => options with { Lanes = 1, LaneEvents = 3 });
        watched.Engine.Inspecting = _ => slow.Task;
        watched.Engine.Create("a");
        await Eventually.TrueAsync(() => watched.Engine.InspectedTimes("a") == 1, "the question about it");

        for (int i = 0; i < 10; i++) watched.Engine.Say("a", $"exec_start: {i}");
        await Eventually.TrueAsync(() => watched.Sink.Losses.Length == 7, "seven losses");
        slow.SetResult(null);

        await Eventually.TrueAsync(() => watched.Sink.Records.Length == 4, "what found room");
        watched.Sink.Losses.ShouldAllBe(loss => loss.Cause == LossCause.Spool && loss.Count == 1);
    }

    [Fact]
    public async Task Announces_everything_again_at_its_interval()
    {
        var time = new FakeTimeProvider();
        await using WatchedEngine watched = await WatchedEngine.StartAsync(
            before: engine =>
            {
                engine.Create("a");
                engine.Start("a");
            },
            time: time);
        await watched.ActionsAsync("a", ContainerAction.Existing);

        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(10));
                return watched.Sink.ActionsOf("a").Count() >= 2;
            },
            "the second announcement");

        watched.Sink.ActionsOf("a").Last().ShouldBe(ContainerAction.Existing);
    }
}
