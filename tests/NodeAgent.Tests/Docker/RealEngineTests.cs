using Agents.Descriptions;
using Agents.NodeAgent.Docker;
using Agents.NodeAgent.Engines;
using Pipeline.Domain.Containers;
using Pipeline.Domain.Events;
using Testing;

namespace NodeAgent.Tests.Docker;

/// <summary>The Docker source on a real engine.</summary>
[Trait("Category", "Docker")]
public sealed class RealEngineTests(DockerEngine docker) : IClassFixture<DockerEngine>
{
    [Fact]
    public async Task Describes_containers_of_each_setting_before_they_start()
    {
        docker.Require();
        var sink = new RecordingSink();
        using var stop = new CancellationTokenSource();
        EngineSource source = Source();
        Task watching = source.RunAsync(sink, stop.Token);
        await Eventually.TrueAsync(() => source.State.State == "connected", "the source to connect");

        await ExpectAsync(sink, [], spec => spec.Privileged.Value || spec.Capabilities.Add.Length > 0 || spec.Mounts.Length > 0, expected: false);
        await ExpectAsync(sink, ["--privileged"], spec => spec.Privileged.IsExplicit && spec.Privileged.Value);
        await ExpectAsync(sink, ["--cap-add", "SYS_ADMIN"], spec => spec.Capabilities.Add.SequenceEqual(["SYS_ADMIN"]));
        await ExpectAsync(sink, ["--security-opt", "seccomp=unconfined"], spec => spec.Seccomp is { Value: SeccompProfile.Unconfined, IsExplicit: true });
        await ExpectAsync(sink, ["--security-opt", "no-new-privileges=false"], spec => spec.NoNewPrivileges is { Value: false, IsExplicit: true });
        await ExpectAsync(sink, ["-v", "/etc:/e"], spec => spec.Mounts.Any(mount => mount is { Source: "/etc", Destination: "/e", Mode: "rw", Type: "bind" }));
        await ExpectAsync(sink, ["--pid", "host"], spec => spec.HostNamespaces.Any(shared => shared.Type == "pid"));
        await EndAsync(stop, watching);

        sink.Losses.ShouldBeEmpty();
    }

    [Fact]
    public async Task Follows_a_container_and_its_exec_session_to_the_end()
    {
        docker.Require();
        var sink = new RecordingSink();
        using var stop = new CancellationTokenSource();
        string early = await docker.RunAsync([], "sleep", "1000");
        EngineSource source = Source();
        Task watching = source.RunAsync(sink, stop.Token);
        await Eventually.TrueAsync(() => sink.ActionsOf(early).Contains(ContainerAction.Existing), "the container that was there");

        await docker.DockerAsync("exec", early, "true");
        await docker.DockerAsync("rm", "-f", early);

        await Eventually.TrueAsync(() => sink.ActionsOf(early).Contains(ContainerAction.Removed), "its end");
        await EndAsync(stop, watching);
        sink.ActionsOf(early).ShouldBe(
            [
                ContainerAction.Existing, ContainerAction.ExecCreated, ContainerAction.ExecStarted, ContainerAction.ExecDied, ContainerAction.Died,
                ContainerAction.Removed,
            ]);
        sink.Of(early).First().Pid.ShouldBeGreaterThan(0);
        sink.Of(early).ElementAt(1).ExecCommand.ShouldBe(["true"]);
        sink.Of(early).ElementAt(4).ExitCode.ShouldBe(137);
    }

    private EngineSource Source()
    {
        var options = new DockerOptions { Socket = docker.Socket };
        return new EngineSource(options, new DockerConnection(options, json => DockerInspect.Parse(json)), TimeProvider.System, new ListLogger());
    }

    private static async Task EndAsync(CancellationTokenSource stop, Task watching)
    {
        await stop.CancelAsync();
        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ExpectAsync(RecordingSink sink, string[] options, Func<ContainerSpec, bool> holds, bool expected = true)
    {
        string id = await docker.RunAsync(options, "true");
        await Eventually.TrueAsync(() => sink.ActionsOf(id).Contains(ContainerAction.Died), $"the end of a container with {string.Join(' ', options)}");
        sink.ActionsOf(id).ShouldBe([ContainerAction.Created, ContainerAction.Started, ContainerAction.Died]);
        holds(sink.Of(id).First().Spec.ShouldNotBeNull()).ShouldBe(expected, string.Join(' ', options));
    }
}
