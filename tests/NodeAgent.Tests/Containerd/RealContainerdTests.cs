using NodeAgent.Tests.Engines;
using Pipeline.Domain.Containers;
using Pipeline.Domain.Events;
using Testing;

namespace NodeAgent.Tests.Containerd;

/// <summary>The containerd source on a real containerd.</summary>
[Trait("Category", "Docker")]
public sealed class RealContainerdTests(ContainerdDaemon containerd) : IClassFixture<ContainerdDaemon>
{
    [Fact]
    public async Task Follows_a_privileged_container_from_its_creation_to_its_end()
    {
        containerd.Require();
        await using var watched = WatchedSource.Containerd(containerd.Socket);
        await watched.ConnectedAsync();

        await containerd.RunAsync("default", "power", ["--privileged", "--label", "team=blue"], "sleep", "1000");
        await watched.ActionsAsync("default/power", ContainerAction.Started);
        await containerd.RemoveAsync("default", "power");

        (await watched.ActionsAsync("default/power", ContainerAction.Removed))
            .ShouldBe([ContainerAction.Created, ContainerAction.Started, ContainerAction.Died, ContainerAction.Removed]);
        ContainerRecord[] records = [.. watched.Sink.Of("default/power")];
        records.Select(record => record.Runtime).ShouldAllBe(runtime => runtime == "containerd");
        ContainerSpec spec = records[0].Spec.ShouldNotBeNull();
        (spec.Name, spec.Image, spec.Labels["team"]).ShouldBe(("power", ContainerdDaemon.Image, "blue"));
        spec.Privileged.ShouldBe(Setting.Explicit(true));
        spec.Seccomp.Value.ShouldBe(SeccompProfile.Unconfined);
        spec.Command.ShouldBe(["sleep", "1000"]);
        records[1].Pid.ShouldBeGreaterThan(0);
        records[2].ExitCode.ShouldBe(137);
        watched.Sink.Losses.ShouldBeEmpty();
    }

    [Fact]
    public async Task Describes_containers_of_each_setting_as_docker_does()
    {
        containerd.Require();
        await using var watched = WatchedSource.Containerd(containerd.Socket);
        await watched.ConnectedAsync();

        await ExpectAsync(watched, "plain", ["--seccomp"], spec =>
            spec.Privileged.Value is false && spec.Seccomp.Value == SeccompProfile.Default && spec.NoNewPrivileges.Value
            && spec.HostNamespaces.Length == 0 && !spec.Mounts.Any(mount => mount.Type == "bind"));
        await ExpectAsync(watched, "cap", ["--cap-add", "CAP_SYS_ADMIN"], spec => spec.Capabilities.Effective!.Value.Contains("SYS_ADMIN"));
        await ExpectAsync(watched, "unfiltered", [], spec => spec.Seccomp.Value == SeccompProfile.Unconfined);
        await ExpectAsync(watched, "gain", ["--allow-new-privs"], spec => !spec.NoNewPrivileges.Value);
        await ExpectAsync(watched, "mount", ["--mount", "type=bind,src=/etc,dst=/e,options=rbind:rw"], spec =>
            spec.Mounts.Any(mount => mount is { Source: "/etc", Destination: "/e", Mode: "rw", Type: "bind" }));
        await ExpectAsync(watched, "net", ["--net-host"], spec => spec.HostNamespaces.Any(shared => shared.Type == "network"));
    }

    [Fact]
    public async Task Announces_what_runs_when_it_comes_and_again_after_a_killed_engine_came_back()
    {
        containerd.Require();
        await containerd.RunAsync("other", "early", [], "sleep", "1000");
        await containerd.RunAsync("other", "doomed", [], "sleep", "1000");
        await using var watched = WatchedSource.Containerd(containerd.Socket);
        await watched.ActionsAsync("other/early", ContainerAction.Existing);
        await watched.ActionsAsync("other/doomed", ContainerAction.Existing);
        ContainerRecord early = watched.Sink.Of("other/early").First();
        (early.Running, early.Pid > 0, early.Spec?.Image).ShouldBe((true, true, ContainerdDaemon.Image));

        await containerd.KillAsync();
        await Eventually.TrueAsync(() => watched.Source.State.State == "unavailable", "the source to notice");
        OwnProcess.Kill(watched.Sink.Of("other/doomed").First().Pid);
        await containerd.StartAsync();
        await watched.ConnectedAsync();
        await watched.ActionsAsync("other/doomed", ContainerAction.Died);
        await containerd.RemoveAsync("other", "doomed");
        await containerd.RemoveAsync("other", "early");

        (await watched.ActionsAsync("other/early", ContainerAction.Removed))
            .ShouldBe([ContainerAction.Existing, ContainerAction.Existing, ContainerAction.Died, ContainerAction.Removed]);
        (await watched.ActionsAsync("other/doomed", ContainerAction.Removed))
            .ShouldBe([ContainerAction.Existing, ContainerAction.Died, ContainerAction.Removed]);
        watched.Sink.Losses.ShouldBe([(LossCause.SourceAway, 0)]);
    }

    [Fact]
    public async Task Reports_exec_sessions_and_pauses()
    {
        containerd.Require();
        await using var watched = WatchedSource.Containerd(containerd.Socket);
        await watched.ConnectedAsync();
        await containerd.RunAsync("default", "worked", [], "sleep", "1000");

        await containerd.TryCtrAsync("default", "tasks", "exec", "--exec-id", "e1", "worked", "sh", "-c", "exit 3");
        await containerd.CtrAsync("default", "tasks", "pause", "worked");
        await containerd.CtrAsync("default", "tasks", "resume", "worked");
        await containerd.RemoveAsync("default", "worked");

        (await watched.ActionsAsync("default/worked", ContainerAction.Removed)).ShouldBe(
            [
                ContainerAction.Created, ContainerAction.Started,
                ContainerAction.ExecCreated, ContainerAction.ExecStarted, ContainerAction.ExecDied,
                ContainerAction.Paused, ContainerAction.Unpaused, ContainerAction.Died, ContainerAction.Removed,
            ]);
        ContainerRecord died = watched.Sink.Of("default/worked").ElementAt(4);
        (died.ExecId, died.ExitCode).ShouldBe(("e1", 3));
    }

    [Fact]
    public async Task Leaves_the_namespaces_alone_that_another_source_knows()
    {
        containerd.Require();
        string id = new('a', 64);
        await containerd.RunAsync("moby", "before", [], "sleep", "1000");
        await using var watched = WatchedSource.Containerd(containerd.Socket, "moby");
        await watched.ConnectedAsync();

        await containerd.RunAsync("moby", id, [], "sleep", "1000");
        await containerd.RunAsync("default", id, [], "sleep", "1000");
        await containerd.RemoveAsync("moby", "before");
        await containerd.RemoveAsync("moby", id);
        await containerd.RemoveAsync("default", id);

        (await watched.ActionsAsync(id, ContainerAction.Removed))
            .ShouldBe([ContainerAction.Created, ContainerAction.Started, ContainerAction.Died, ContainerAction.Removed]);
        watched.Sink.Records.ShouldAllBe(record => record.ContainerId == id);
    }

    private async Task ExpectAsync(WatchedSource watched, string name, string[] options, Func<ContainerSpec, bool> holds)
    {
        await containerd.RunAsync("default", name, options, "sleep", "1000");
        await watched.ActionsAsync($"default/{name}", ContainerAction.Started);
        await containerd.RemoveAsync("default", name);
        (await watched.ActionsAsync($"default/{name}", ContainerAction.Removed))
            .ShouldBe([ContainerAction.Created, ContainerAction.Started, ContainerAction.Died, ContainerAction.Removed]);
        ContainerSpec spec = watched.Sink.Of($"default/{name}").First().Spec.ShouldNotBeNull();
        holds(spec).ShouldBeTrue($"{name}: {spec}");
    }
}
