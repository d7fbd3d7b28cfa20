using NodeAgent.Tests.Cri.Api;
using NodeAgent.Tests.Engines;
using Pipeline.Domain.Containers;
using Pipeline.Domain.Events;
using Testing;

namespace NodeAgent.Tests.Cri;

/// <summary>The CRI source on containerd's CRI plugin.</summary>
[Trait("Category", "Docker")]
public sealed class RealCriTests(ContainerdDaemon containerd) : IClassFixture<ContainerdDaemon>
{
    private static readonly ContainerAction[] WholeLife =
        [ContainerAction.Created, ContainerAction.Started, ContainerAction.Died, ContainerAction.Removed];

    private static int _made;

    [Fact]
    public async Task Tells_a_pods_containers_with_their_names_and_settings_and_in_order()
    {
        containerd.Require();
        await using var watched = WatchedSource.Cri(containerd.Socket);
        await watched.ConnectedAsync();
        await using CriPod pod = await CriPod.RunAsync(containerd.Socket, "web-0", "uid-1");
        string sandbox = pod.Id;
        string power = await pod.CreateAsync(
            "power", config => config.Linux.SecurityContext.Privileged = true, "/bin/busybox", "sleep", "1000");
        await watched.ActionsAsync(power, ContainerAction.Created);
        await pod.StartAsync(power);
        await watched.ActionsAsync(power, ContainerAction.Started);
        await pod.StopAsync(power);
        await watched.ActionsAsync(power, ContainerAction.Died);
        await pod.RemoveAsync();
        await watched.ActionsAsync(sandbox, ContainerAction.Removed);

        (await watched.ActionsAsync(power, ContainerAction.Removed)).ShouldBe(WholeLife);
        watched.Sink.ActionsOf(sandbox).ShouldBe(WholeLife);
        ContainerRecord created = watched.Sink.Of(power).First();
        created.Runtime.ShouldBe("containerd");
        ContainerSpec spec = created.Spec.ShouldNotBeNull();
        (spec.Name, spec.Image, spec.IsSandbox).ShouldBe(("power", ContainerdDaemon.Image, false));
        spec.Privileged.ShouldBe(Setting.Explicit(true));
        spec.Seccomp.Value.ShouldBe(SeccompProfile.Unconfined);
        spec.HostNamespaces.ShouldContain(shared => shared.Type == "network");
        (spec.Pod!.Namespace, spec.Pod.Pod, spec.Pod.PodUid).ShouldBe(("shop", "web-0", "uid-1"));
        watched.Sink.Of(power).ElementAt(2).ExitCode.ShouldBe(137);
        ContainerSpec holder = watched.Sink.Of(sandbox).First().Spec.ShouldNotBeNull();
        (holder.IsSandbox, holder.Pod!.Pod).ShouldBe((true, "web-0"));
        watched.Sink.Losses.ShouldBeEmpty();
    }

    [Fact]
    public async Task Describes_settings_as_docker_does()
    {
        containerd.Require();
        await using var watched = WatchedSource.Cri(containerd.Socket);
        await using CriPod pod = await CriPod.RunAsync(containerd.Socket, "settings", "uid-2");

        await ExpectAsync(watched, pod, _ => { }, spec =>
            !spec.Privileged.Value && spec.Capabilities.Add.Length == 0 && !spec.Mounts.Any(mount => mount.Source == "/etc"));
        await ExpectAsync(
            watched, pod,
            config => config.Linux.SecurityContext.Capabilities = new Capability { AddCapabilities = { "SYS_ADMIN" } },
            spec => spec.Capabilities.Add.SequenceEqual(["SYS_ADMIN"]) && spec.Capabilities.Effective!.Value.Contains("SYS_ADMIN"));
        await ExpectAsync(
            watched, pod, config => config.Mounts.Add(new Mount { HostPath = "/etc", ContainerPath = "/e" }),
            spec => spec.Mounts.Any(mount => mount is { Source: "/etc", Destination: "/e", Mode: "rw", Type: "bind" }));
        await ExpectAsync(
            watched, pod, config => config.Linux.SecurityContext.NamespaceOptions.Pid = NamespaceMode.Node,
            spec => spec.HostNamespaces.Any(shared => shared.Type == "pid"));
    }

    [Fact]
    public async Task Announces_what_runs_when_it_comes_and_again_after_a_killed_runtime_came_back()
    {
        containerd.Require();
        await using CriPod pod = await CriPod.RunAsync(containerd.Socket, "early", "uid-3");
        string early = await pod.CreateAsync("early", null, "/bin/busybox", "sleep", "1000");
        await pod.StartAsync(early);
        await using var watched = WatchedSource.Cri(containerd.Socket);
        await watched.ActionsAsync(early, ContainerAction.Existing);
        await watched.ActionsAsync(pod.Id, ContainerAction.Existing);
        ContainerRecord record = watched.Sink.Of(early).First();
        (record.Running, record.Pid > 0, record.Spec?.Name).ShouldBe((true, true, "early"));

        await containerd.KillAsync();
        await Eventually.TrueAsync(() => watched.Source.State.State == "unavailable", "the source to notice");
        await containerd.StartAsync();
        await watched.ConnectedAsync();
        await Eventually.TrueAsync(() => watched.Sink.ActionsOf(early).Count() == 2, "the second announcement");
        await pod.RemoveAsync(early);

        (await watched.ActionsAsync(early, ContainerAction.Removed))
            .ShouldBe([ContainerAction.Existing, ContainerAction.Existing, ContainerAction.Died, ContainerAction.Removed]);
        watched.Sink.Losses.ShouldBe([(LossCause.SourceAway, 0)]);
    }

    private static async Task ExpectAsync(
        WatchedSource watched, CriPod pod, Action<ContainerConfig> change, Func<ContainerSpec, bool> holds)
    {
        string id = await pod.CreateAsync($"c{Interlocked.Increment(ref _made)}", change, "/bin/busybox", "sleep", "1000");
        await Eventually.TrueAsync(() => watched.Sink.Of(id).Any(), "the container");
        ContainerSpec spec = watched.Sink.Of(id).First().Spec.ShouldNotBeNull();
        holds(spec).ShouldBeTrue(spec.ToString());
        await pod.RemoveAsync(id);
    }
}
