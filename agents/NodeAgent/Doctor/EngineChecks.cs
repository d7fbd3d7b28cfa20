using System.Net.Sockets;
using Agents.NodeAgent.Containerd;
using Agents.NodeAgent.Cri;
using Agents.NodeAgent.Docker;
using Agents.NodeAgent.Engines;
using Agents.NodeAgent.Kubernetes;

namespace Agents.NodeAgent.Doctor;

/// <summary>Who tells of containers and pods: each source that the agent would have, asked as the agent would ask it.</summary>
internal static class EngineChecks
{
    private const string Blind = "abnormal startups; alarms carry no image, name or pod";

    public static async IAsyncEnumerable<Finding> RunAsync(DoctorOptions options)
    {
        ContainerSources sources = options.Sources;
        foreach (DockerOptions docker in sources.Docker)
        {
            string name = docker.Name == "docker" ? "container engine" : docker.Name;
            yield return Judge(name, docker, await ReachAsync(docker.Socket, options.Patience));
        }

        if (sources.Containerd is { } containerd)
        {
            ContainerdOptions timely = containerd with { AnswerTimeout = options.Patience };
            yield return Judge("containerd", containerd, await AskAsync(new ContainerdEngine(timely, TimeProvider.System)));
        }

        if (sources.Cri is { } cri)
        {
            CriOptions timely = cri with { AnswerTimeout = options.Patience };
            yield return Judge("CRI", cri, await AskAsync(new CriEngine(timely, TimeProvider.System)));
        }

        if (sources.Kubernetes is { } kubernetes) yield return await PodsAsync(kubernetes with { AnswerTimeout = options.Patience });
    }

    private static Finding Judge(string name, EngineOptions engine, string? fault) => fault is null
        ? new Finding(name, Verdict.Ok, $"answers at {engine.Socket}")
        : new Finding(
            name, Verdict.Warn, $"{engine.Socket}: {fault}",
            $"Start the engine, or name its socket ({engine.SocketOption}; none: do without it).", Blind);

    private static async Task<Finding> PodsAsync(KubernetesOptions options)
    {
        using var connection = new KubernetesConnection(options);
        PodAnswer answer = await connection.PodsAsync(CancellationToken.None);
        return answer.Pods is { } pods
            ? new Finding("Kubernetes", Verdict.Ok, $"{pods.Count} pods from {options.Pods.Authority}")
            : new Finding(
                "Kubernetes", Verdict.Warn, $"{options.Pods.Authority}: {answer.Fault}",
                "Check --kubelet or --kubernetes-api, --kubernetes-token-file and --kubernetes-ca-file.",
                "owner, service account and labels of pods in alarms");
    }

    private static async Task<string?> AskAsync(IContainerEngine engine)
    {
        using (engine)
        {
            try
            {
                await engine.RuntimeAsync(CancellationToken.None);
                return null;
            }
            catch (EngineAwayException away)
            {
                return away.Message;
            }
        }
    }

    private static async Task<string?> ReachAsync(string socket, TimeSpan patience)
    {
        try
        {
            using var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket)).WaitAsync(patience);
            return null;
        }
        catch (Exception fault) when (fault is SocketException or TimeoutException or ArgumentException)
        {
            return fault.Message;
        }
    }
}
