using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using NodeAgent.Tests.Cri.Api;
using Testing;

namespace NodeAgent.Tests.Cri;

/// <summary>A pod as a kubelet makes it, in the network of the host, and its containers. What was made is removed at the end.</summary>
internal sealed class CriPod : IAsyncDisposable
{
    private readonly GrpcChannel _channel;
    private readonly RuntimeService.RuntimeServiceClient _runtime;
    private readonly PodSandboxConfig _config;
    private readonly List<string> _containers = [];

    private CriPod(string socket, string name, string uid)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellation);
                return new NetworkStream(connection, ownsSocket: true);
            },
        };
        _channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
        _runtime = new RuntimeService.RuntimeServiceClient(_channel);
        _config = new PodSandboxConfig
        {
            Metadata = new PodSandboxMetadata { Name = name, Uid = uid, Namespace = "shop" },
            LogDirectory = Path.GetDirectoryName(socket)!,
            Linux = new LinuxPodSandboxConfig
            {
                SecurityContext = new LinuxSandboxSecurityContext
                {
                    Privileged = true,
                    NamespaceOptions = new NamespaceOption { Network = NamespaceMode.Node },
                },
            },
        };
        foreach ((string label, string value) in Labels("")) _config.Labels[label] = value;
    }

    public string Id { get; private set; } = "";

    public static async Task<CriPod> RunAsync(string socket, string name, string uid)
    {
        var pod = new CriPod(socket, name, uid);
        pod.Id = (await pod._runtime.RunPodSandboxAsync(new RunPodSandboxRequest { Config = pod._config }, Options())).PodSandboxId;
        return pod;
    }

    public async Task<string> CreateAsync(string name, Action<ContainerConfig>? change = null, params string[] command)
    {
        var config = new ContainerConfig
        {
            Metadata = new ContainerMetadata { Name = name },
            Image = new ImageSpec { Image = ContainerdDaemon.Image },
            Command = { command },
            Linux = new LinuxContainerConfig
            {
                SecurityContext = new LinuxContainerSecurityContext
                {
                    NamespaceOptions = new NamespaceOption { Network = NamespaceMode.Node },
                },
            },
        };
        foreach ((string label, string value) in Labels(name)) config.Labels[label] = value;
        change?.Invoke(config);
        var request = new CreateContainerRequest { PodSandboxId = Id, Config = config, SandboxConfig = _config };
        string id = (await _runtime.CreateContainerAsync(request, Options())).ContainerId;
        _containers.Add(id);
        return id;
    }

    public async Task StartAsync(string id) => await _runtime.StartContainerAsync(new ContainerRequest { ContainerId = id }, Options());

    /// <summary>Ends a container at once.</summary>
    public async Task StopAsync(string id) => await _runtime.StopContainerAsync(new ContainerRequest { ContainerId = id }, Options());

    /// <summary>Ends a container at once and removes it.</summary>
    public async Task RemoveAsync(string id)
    {
        await StopAsync(id);
        await _runtime.RemoveContainerAsync(new ContainerRequest { ContainerId = id }, Options());
        _containers.Remove(id);
    }

    public async Task RemoveAsync()
    {
        foreach (string id in _containers.ToArray()) await RemoveAsync(id);
        await _runtime.StopPodSandboxAsync(new PodSandboxRequest { PodSandboxId = Id }, Options());
        await _runtime.RemovePodSandboxAsync(new PodSandboxRequest { PodSandboxId = Id }, Options());
        Id = "";
    }

    public async ValueTask DisposeAsync()
    {
        if (Id.Length > 0) await RemoveAsync();
        _channel.Dispose();
    }

    private static CallOptions Options() => new(cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>What the kubelet writes on sandboxes, and with a container's name on containers.</summary>
    private IEnumerable<(string, string)> Labels(string container)
    {
        yield return ("io.kubernetes.pod.name", _config.Metadata.Name);
        yield return ("io.kubernetes.pod.namespace", _config.Metadata.Namespace);
        yield return ("io.kubernetes.pod.uid", _config.Metadata.Uid);
        if (container.Length > 0) yield return ("io.kubernetes.container.name", container);
    }
}
