namespace Agents.NodeAgent.Kubernetes;

/// <summary>Where facts of pods come from: the kubelet of this node, or the API server.</summary>
internal sealed record KubernetesOptions
{
    /// <summary>
    /// The list of this node's pods: the kubelet's /pods, or the API server's /api/v1/pods with the node as field selector.
    /// </summary>
    public required Uri Pods { get; init; }

    /// <summary>
    /// File with the bearer token; empty for none. Read anew for each question, since tokens are replaced while the agent runs.
    /// </summary>
    public string TokenFile { get; init; } = "";

    /// <summary>File with the certificates to trust, PEM; empty for those that the system trusts.</summary>
    public string CaFile { get; init; } = "";

    public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Least time between two questions when a container names a pod that is not known yet.</summary>
    public TimeSpan LeastPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long an answer may take.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a container's description waits for its pod's facts.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Bytes of the list; a pod is about 10 KB, and a node runs 110 by default.</summary>
    public int ListBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Pods that are remembered.</summary>
    public int MostPods { get; init; } = 2048;

    public static Uri OfKubelet(Uri kubelet) => new(kubelet, "/pods");

    public static Uri OfApiServer(Uri server, string node) =>
        new(server, $"/api/v1/pods?fieldSelector={Uri.EscapeDataString("spec.nodeName=" + node)}");
}
