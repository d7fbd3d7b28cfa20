using Agents.NodeAgent.Kernel;
using Pipeline.Domain.Events;
using Testing;

namespace Attacks;

/// <summary>Containers that do nothing wrong.</summary>
[Trait("Category", "Docker")]
public sealed class PlainLifeTests(WatchedEngine engine)
{
    [Fact]
    public async Task A_container_that_does_nothing_gives_its_process_and_no_more()
    {
        IReadOnlyList<SeenEvent> seen = await engine.RunAsync([], "/bin/true");

        seen.Own().Select(Expect.Short).ShouldBe(["Executed /bin/busybox", "Exited"]);
        SeenEvent run = seen.Own()[0];
        run.Raw.ShouldBe("/bin/true");
        run.Other.ShouldBe("/");
        run.Task.NamespaceTgid.ShouldBe(1);
        run.CgroupPath.ShouldBe($"/docker/{run.Container}");
        run.File.Layer.ShouldBe(FileLayer.Image);
        seen.TakeWhile(one => !one.Started).ShouldAllBe(one => one.Runtime);
    }

    [Fact]
    public async Task An_exec_session_is_told_from_the_container_s_own_processes()
    {
        engine.Require();
        string id = await engine.StartContainerAsync([], "sleep", "1000");
        await Eventually.TrueAsync(
            () => engine.Sink.Of(id).Any(one => one is { What: "Executed", Started: true }), "the container's own program");
        await engine.Docker.DockerAsync("exec", id, "/tools/nothing");
        await engine.Docker.DockerAsync("kill", id);

        IReadOnlyList<SeenEvent> seen = await engine.EndOfAsync(id);

        SeenEvent own = seen.Own().First(one => one.What == "Executed");
        own.Task.Flags.ShouldBe(TaskFlags.Started);
        SeenEvent session = seen.Single("Executed", one => one.Path == "/tools/nothing");
        session.Task.Flags.ShouldBe(TaskFlags.Started | TaskFlags.ExecSession);
        seen.Own().Select(Expect.Short).ShouldBe(["Executed /bin/busybox", "Executed /tools/nothing", "Exited", "Exited"]);
        seen.Own()[^1].Process.ExitSignal.ShouldBe(9);
    }

    [Fact]
    public async Task A_health_check_is_a_session_of_its_own()
    {
        engine.Require();
        string id = await engine.StartContainerAsync(["--health-cmd", "/tools/nothing", "--health-interval", "1s"], "sleep", "1000");

        await Eventually.TrueAsync(() => engine.Sink.Of(id).Any(one => one.Path == "/tools/nothing"), "a health check");

        SeenEvent check = engine.Sink.Of(id).First(one => one is { What: "Executed", Path: "/tools/nothing" });
        check.Task.Flags.ShouldBe(TaskFlags.Started | TaskFlags.ExecSession);
        await engine.Docker.DockerAsync("kill", id);
        IReadOnlyList<SeenEvent> seen = await engine.EndOfAsync(id);
        seen.Own().Where(one => one.What is not "Exited" and not "Forked").ShouldAllBe(one => one.What == "Executed");
    }

    [Fact]
    public async Task An_exec_session_that_begins_before_the_container_s_own_program_is_one_and_that_program_is_none()
    {
        engine.Require();
        Assert.SkipUnless(BareRuntime.Missing is null, BareRuntime.Missing ?? "");
        string program = engine.Tool("nothing");
        await using BareRuntime container = await BareRuntime.CreateAsync(
            new Dictionary<string, string> { ["own"] = program, ["session"] = program }, "/own");
        await container.ExecAsync("/session");
        await container.StartAsync();

        await Eventually.TrueAsync(
            () => engine.Sink.Of(container.Id).Any(one => one is { What: "Exited", Exe: "/own" }), "the container's end");

        IReadOnlyList<SeenEvent> seen = engine.Sink.Of(container.Id);
        seen.Own().Select(Expect.Short).ShouldBe(["Executed /session", "Exited", "Executed /own", "Exited"]);
        seen.Own().Select(one => one.Task.Flags & TaskFlags.ExecSession).ShouldBe(
            [TaskFlags.ExecSession, TaskFlags.ExecSession, TaskFlags.None, TaskFlags.None]);
    }

    [Fact]
    public async Task An_exec_session_is_told_by_whichever_of_the_container_s_cgroups_it_is_in_first()
    {
        engine.Require();
        const string Pids = "/sys/fs/cgroup/pids";
        Assert.SkipUnless(Directory.Exists(Pids), "the pids controller has no hierarchy of its own here");
        string id = await engine.StartContainerAsync([], "sleep", "1000");
        await Eventually.TrueAsync(
            () => engine.Sink.Of(id).Any(one => one is { What: "Executed", Started: true }), "the container's own program");
        string cgroup = Directory.EnumerateDirectories(Pids, id, SearchOption.AllDirectories).Single();
        await using OwnProcess entering = OwnProcess.Start("entering", "/bin/sh", ["-c", "while :; do /bin/sleep 0.05; done"]);

        File.WriteAllText(Path.Combine(cgroup, "cgroup.procs"), $"{entering.Id}");

        await Eventually.TrueAsync(
            () => engine.Sink.Of(id).Any(one => one.Runtime && one.Task.ParentTgid == entering.Id), "a process in one cgroup");
        engine.Sink.Of(id).Where(one => one.Task.Tgid == entering.Id || one.Task.ParentTgid == entering.Id)
            .ShouldAllBe(one => one.Task.Flags.HasFlag(TaskFlags.ExecSession));
        engine.Sink.Of(id).Single("Executed", one => one.Started).Task.Flags.ShouldBe(TaskFlags.Started);
        await engine.Docker.DockerAsync("kill", id);
    }

    [Fact]
    public async Task A_container_that_ran_before_the_agent_is_known_and_has_begun()
    {
        engine.Require();
        string id = await engine.StartContainerAsync([], "sh", "-c",
            "while [ ! -e /go ]; do /bin/busybox usleep 50000; done; /tools/nothing");
        var sink = new RecordingSink();
        using var stop = new CancellationTokenSource();
        KernelSource late = WatchedEngine.NewSource(new KernelOptions());
        Task watching = late.RunAsync(sink, stop.Token);
        await Eventually.TrueAsync(() => late.State.State == "connected", "the late source to attach");

        await engine.Docker.DockerAsync("exec", id, "/bin/busybox", "touch", "/go");
        await Eventually.TrueAsync(() => sink.Of(id).Any(one => one is { What: "Exited", Task.NamespaceTgid: 1 }),
            "the end of the container");
        await stop.CancelAsync();
        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        IReadOnlyList<SeenEvent> seen = sink.Of(id);
        seen.Single("Executed", one => one.Path == "/tools/nothing").Task.Flags.ShouldBe(TaskFlags.Started);
        seen.Single("Create", one => one.Path == "/go").Task.Flags.ShouldBe(TaskFlags.Started | TaskFlags.ExecSession);
        // Of a process that ended just then /proc tells nothing any more.
        seen.Where(one => !one.Runtime && one.What is not "Exited" and not "Forked").ShouldAllBe(one => one.Exe == "/bin/busybox"
            || one.Exe == "/tools/nothing");
    }
}
