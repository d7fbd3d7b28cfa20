using System.CommandLine;
using Agents.NodeAgent;
using Agents.NodeAgent.Cli;

namespace NodeAgent.Tests.Cli;

/// <summary>Which sources a command line asks for.</summary>
public sealed class SourceOptionsTests : IDisposable
{
    private const string NoOthers = "--docker-socket none --podman-socket none --containerd-socket none --cri-socket none";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Leaves_to_docker_and_the_kubelets_interface_what_they_know_better()
    {
        ContainerSources sources = await RunAsync("--docker-socket /d --podman-socket /p --containerd-socket /c --cri-socket /c")
            ?? throw new InvalidOperationException("refused");

        sources.Docker.Select(engine => (engine.Name, engine.Socket)).ShouldBe([("docker", "/d"), ("podman", "/p")]);
        sources.Containerd!.SkippedNamespaces.ShouldBe(["moby", "k8s.io"], ignoreOrder: true);
        sources.Cri!.Socket.ShouldBe("/c");
    }

    [Fact]
    public async Task Leaves_out_no_namespace_that_nobody_else_tells_of()
    {
        ContainerSources sources = await RunAsync("--docker-socket none --podman-socket none --containerd-socket /c --cri-socket /o")
            ?? throw new InvalidOperationException("refused");

        sources.Docker.ShouldBeEmpty();
        sources.Containerd!.SkippedNamespaces.ShouldBeEmpty();
    }

    [Fact]
    public async Task Watches_podman_once_when_dockers_socket_is_a_link_to_it()
    {
        File.WriteAllText(_directory["podman.sock"], "");
        File.CreateSymbolicLink(_directory["docker.sock"], _directory["podman.sock"]);

        string sockets = $"--docker-socket {_directory["docker.sock"]} --podman-socket {_directory["podman.sock"]}";
        ContainerSources sources = await RunAsync($"--containerd-socket none --cri-socket none {sockets}")
            ?? throw new InvalidOperationException("refused");

        sources.Docker.Select(engine => engine.Name).ShouldBe(["podman"]);
    }

    [Fact]
    public async Task Asks_the_kubelet_or_the_api_server_for_pods()
    {
        (await RunAsync($"{NoOthers} --kubelet https://n:10250"))!.Kubernetes!.Pods.ShouldBe(new Uri("https://n:10250/pods"));
        (await RunAsync($"{NoOthers} --kubernetes-api https://k --kubernetes-node n7"))!.Kubernetes!.Pods
            .ShouldBe(new Uri("https://k/api/v1/pods?fieldSelector=spec.nodeName%3Dn7"));
        (await RunAsync(NoOthers))!.Kubernetes.ShouldBeNull();
    }

    [Theory]
    [InlineData("--kubelet https://n:10250 --kubernetes-api https://k")]
    [InlineData("--kubelet n:10250")]
    public async Task Refuses_what_it_cannot_ask(string options) => (await RunAsync($"{NoOthers} {options}")).ShouldBeNull();

    private static async Task<ContainerSources?> RunAsync(string options)
    {
        ContainerSources? sources = null;
        RootCommand command = AgentCommand.Create((bound, _) =>
        {
            sources = bound.Sources;
            return Task.FromResult(0);
        });
        var output = new InvocationConfiguration { Output = TextWriter.Null, Error = TextWriter.Null };
        await command.Parse($"run {options}").InvokeAsync(output, TestContext.Current.CancellationToken);
        return sources;
    }
}
