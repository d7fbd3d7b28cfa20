using NodeAgent.Tests.Engines;
using Pipeline.Domain.Containers;
using Pipeline.Domain.Events;
using Testing;

namespace NodeAgent.Tests.Podman;

/// <summary>The source for Docker's interface on podman, which serves it too and differs in places.</summary>
[Trait("Category", "Docker")]
public sealed class RealPodmanTests(PodmanService podman) : IClassFixture<PodmanService>
{
    [Fact]
    public async Task Follows_a_privileged_container_and_its_exec_session_to_the_end()
    {
        podman.Require();
        await using WatchedSource watched = WatchedSource.Podman(podman.Socket);
        await watched.ConnectedAsync();

        string id = await podman.RunAsync(["--privileged", "--name", "power"], "sleep", "1000");
        await watched.ActionsAsync(id, ContainerAction.Started);
        await podman.PodmanAsync("exec", id, "true");
        await podman.RemoveAsync(id);

        ContainerAction[] actions = await watched.ActionsAsync(id, ContainerAction.Removed);
        actions[..2].ShouldBe([ContainerAction.Created, ContainerAction.Started]);
        actions[^2..].ShouldBe([ContainerAction.Died, ContainerAction.Removed]);
        actions.ShouldContain(ContainerAction.ExecStarted);
        ContainerRecord created = watched.Sink.Of(id).First();
        (created.Runtime, created.ExitCode).ShouldBe(("podman", null));
        created.Spec.ShouldNotBeNull();
        (created.Spec.Name, created.Spec.Format).ShouldBe(("power", "podman"));
        created.Spec.Privileged.ShouldBe(Setting.Explicit(true));
        watched.Sink.Of(id).Single(record => record.Action == ContainerAction.Died).ExitCode.ShouldBe(137);
        watched.Sink.Losses.ShouldBeEmpty();
    }

    [Fact]
    public async Task Describes_containers_of_each_setting_as_docker_does()
    {
        podman.Require();
        await using WatchedSource watched = WatchedSource.Podman(podman.Socket);
        await watched.ConnectedAsync();

        await ExpectAsync(watched, [], spec => !spec.Privileged.Value && spec.Capabilities.Add.Length == 0 && spec.Mounts.Length == 0);
        await ExpectAsync(watched, ["--cap-add", "SYS_ADMIN"], spec =>
            spec.Capabilities.Add.SequenceEqual(["SYS_ADMIN"]) && spec.Capabilities.Effective!.Value.Contains("SYS_ADMIN"));
        await ExpectAsync(watched, ["--security-opt", "seccomp=unconfined"], spec =>
            spec.Seccomp is { Value: SeccompProfile.Unconfined, IsExplicit: true });
        await ExpectAsync(watched, ["-v", "/etc:/e"], spec =>
            spec.Mounts.Any(mount => mount is { Source: "/etc", Destination: "/e", Mode: "rw", Type: "bind" }));
        await ExpectAsync(watched, ["--pid", "host"], spec => spec.HostNamespaces.Any(shared => shared.Type == "pid"));
    }

    [Fact]
    public async Task Misses_nothing_and_repeats_nothing_when_a_killed_service_comes_back()
    {
        podman.Require();
        string early = await podman.RunAsync([], "sleep", "1000");
        await using WatchedSource watched = WatchedSource.Podman(podman.Socket);
        await watched.ActionsAsync(early, ContainerAction.Existing);
        watched.Sink.Of(early).First().Pid.ShouldBeGreaterThan(0);
        string seen = await podman.RunAsync([], "sleep", "1000");
        await watched.ActionsAsync(seen, ContainerAction.Started);

        await podman.KillAsync();
        await Eventually.TrueAsync(() => watched.Source.State.State == "unavailable", "the source to notice");
        string meanwhile = await podman.RunAsync(["--privileged"], "sleep", "1000");
        await podman.RemoveAsync(seen);
        await podman.StartAsync();
        await watched.ConnectedAsync();
        await watched.ActionsAsync(seen, ContainerAction.Removed);
        await watched.ActionsAsync(meanwhile, ContainerAction.Started);
        await podman.RemoveAsync(meanwhile);
        await podman.RemoveAsync(early);

        (await watched.ActionsAsync(meanwhile, ContainerAction.Removed)).Where(action => action != ContainerAction.Existing)
            .ShouldBe([ContainerAction.Created, ContainerAction.Started, ContainerAction.Died, ContainerAction.Removed]);
        watched.Sink.ActionsOf(seen)
            .ShouldBe([ContainerAction.Created, ContainerAction.Started, ContainerAction.Died, ContainerAction.Removed]);
        watched.Sink.Losses.ShouldBeEmpty();
    }

    private async Task ExpectAsync(WatchedSource watched, string[] options, Func<ContainerSpec, bool> holds)
    {
        string id = await podman.RunAsync(options, "sleep", "1000");
        await watched.ActionsAsync(id, ContainerAction.Started);
        await podman.RemoveAsync(id);
        (await watched.ActionsAsync(id, ContainerAction.Removed))
            .ShouldBe([ContainerAction.Created, ContainerAction.Started, ContainerAction.Died, ContainerAction.Removed]);
        ContainerSpec spec = watched.Sink.Of(id).First().Spec.ShouldNotBeNull();
        holds(spec).ShouldBeTrue($"{string.Join(' ', options)}: {spec}");
    }
}
