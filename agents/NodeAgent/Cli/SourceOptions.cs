using System.CommandLine;
using Agents.NodeAgent.Containerd;
using Agents.NodeAgent.Cri;
using Agents.NodeAgent.Docker;
using Agents.NodeAgent.Inventory;
using Agents.NodeAgent.Kubernetes;

namespace Agents.NodeAgent.Cli;

/// <summary>The options that say which engines tell of containers, and who tells of pods.</summary>
internal sealed class SourceOptions
{
    private const string Auto = "auto";
    private const string None = "none";
    private const string StandardDocker = "/var/run/docker.sock";
    private const string Account = "/var/run/secrets/kubernetes.io/serviceaccount";

    private static readonly string[] ContainerdSockets = ["/run/containerd/containerd.sock", "/run/k3s/containerd/containerd.sock"];
    private static readonly string[] PodmanSockets = ["/run/podman/podman.sock"];
    private static readonly string[] CrioSockets = ["/run/crio/crio.sock", "/var/run/crio/crio.sock"];

    private readonly Option<string> _docker = Socket(
        "--docker-socket", "NODE_AGENT_DOCKER_SOCKET",
        "Socket of Docker Engine. auto: /var/run/docker.sock, unless it is absent and another engine is there.");

    private readonly Option<string> _podman = Socket("--podman-socket", "NODE_AGENT_PODMAN_SOCKET", "Socket of podman's service.");

    private readonly Option<string> _containerd = Socket(
        "--containerd-socket", "NODE_AGENT_CONTAINERD_SOCKET",
        "Socket of containerd. Its namespaces moby and k8s.io are left to Docker Engine's and the CRI's source where these are on.");

    private readonly Option<string> _cri = Socket(
        "--cri-socket", "NODE_AGENT_CRI_SOCKET",
        "Socket at which a runtime serves the kubelet (CRI). auto: CRI-O's, or containerd's on a node with a kubelet.");

    private readonly Option<string> _kubelet = AgentCommand.Text(
        "--kubelet", "URL", "NODE_AGENT_KUBELET", "",
        "Ask this kubelet whose the pods are (owner, service account, labels), for example https://NODE:10250.");

    private readonly Option<string> _server = AgentCommand.Text(
        "--kubernetes-api", "URL", "NODE_AGENT_KUBERNETES_API", "",
        "Ask the API server instead, for example https://kubernetes.default.svc.");

    private readonly Option<string> _kubernetesNode = AgentCommand.Text(
        "--kubernetes-node", "NAME", "NODE_AGENT_KUBERNETES_NODE", Environment.MachineName,
        "This node's name in Kubernetes, for --kubernetes-api.");

    private readonly Option<string> _token = AgentCommand.Text(
        "--kubernetes-token-file", "PATH", "NODE_AGENT_KUBERNETES_TOKEN_FILE", Existing($"{Account}/token"),
        "Bearer token for kubelet or API server; read anew each time, sent over HTTPS only. Default: the pod's service account.");

    private readonly Option<string> _ca = AgentCommand.Text(
        "--kubernetes-ca-file", "PATH", "NODE_AGENT_KUBERNETES_CA_FILE", Existing($"{Account}/ca.crt"),
        "Certificates (PEM) to trust for kubelet or API server. Default: the pod's service account's, else the system's.");

    public SourceOptions()
    {
        foreach (Option<string> url in new[] { _kubelet, _server })
        {
            url.Validators.Add(result =>
            {
                string text = result.GetValueOrDefault<string>() ?? "";
                if (text.Length > 0 && Url(text) is null)
                    result.AddError($"{url.Name} must be a URL with http or https, such as https://NODE:10250.");
            });
        }
    }

    public IEnumerable<Option> All => [_docker, _podman, _containerd, _cri, _kubelet, _server, _kubernetesNode, _token, _ca];

    /// <summary>Adds the options, and what must hold between them, to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in All) command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_kubelet) is { Length: > 0 } && result.GetValue(_server) is { Length: > 0 })
                result.AddError("--kubelet and --kubernetes-api: name one of them.");
        });
    }

    /// <summary>The sources that the command line asks for, and those whose well-known sockets are there.</summary>
    public ContainerSources Of(ParseResult parsed, TimeSpan announceInterval)
    {
        string? podman = Chosen(parsed.GetValue(_podman), PodmanSockets);
        string? containerd = Chosen(parsed.GetValue(_containerd), ContainerdSockets);
        string? cri = Chosen(parsed.GetValue(_cri), IsKubernetesNode() ? [.. CrioSockets, .. ContainerdSockets] : CrioSockets);
        string? docker = Chosen(parsed.GetValue(_docker), [StandardDocker]);
        // Nothing at all is there yet: it is Docker Engine that is waited for.
        if (parsed.GetValue(_docker) == Auto && (podman ?? containerd ?? cri) is null) docker ??= StandardDocker;
        // podman-docker puts a link to podman's socket where Docker Engine has its own.
        if (docker is not null && podman is not null && IsSame(docker, podman)) docker = null;

        List<DockerOptions> engines = [];
        if (docker is not null) engines.Add(new DockerOptions { Socket = docker, AnnounceInterval = announceInterval });
        if (podman is not null)
        {
            engines.Add(new DockerOptions
            {
                Name = "podman",
                Socket = podman,
                SocketOption = _podman.Name,
                AnnounceInterval = announceInterval,
            });
        }

        HashSet<string> skipped = [];
        if (docker is not null) skipped.Add(ContainerdOptions.Docker);
        if (cri is not null && containerd is not null && IsSame(cri, containerd)) skipped.Add(ContainerdOptions.Kubernetes);
        return new ContainerSources(
            engines,
            containerd is null
                ? null
                : new ContainerdOptions { Socket = containerd, SkippedNamespaces = skipped, AnnounceInterval = announceInterval },
            cri is null ? null : new CriOptions { Socket = cri, AnnounceInterval = announceInterval },
            Kubernetes(parsed));
    }

    private KubernetesOptions? Kubernetes(ParseResult parsed)
    {
        Uri? pods = Url(parsed.GetValue(_kubelet)) is { } kubelet ? KubernetesOptions.OfKubelet(kubelet)
            : Url(parsed.GetValue(_server)) is { } server ? KubernetesOptions.OfApiServer(server, parsed.GetValue(_kubernetesNode)!)
            : null;
        return pods is null
            ? null
            : new KubernetesOptions { Pods = pods, TokenFile = parsed.GetValue(_token)!, CaFile = parsed.GetValue(_ca)! };
    }

    private static Option<string> Socket(string name, string variable, string description) =>
        AgentCommand.Text(name, "PATH|auto|none", variable, Auto, $"{description} The agent only reads.");

    private static string? Chosen(string? value, string[] wellKnown) => value switch
    {
        Auto => wellKnown.FirstOrDefault(File.Exists),
        None or "" or null => null,
        _ => value,
    };

    private static bool IsKubernetesNode() =>
        Directory.Exists("/var/lib/kubelet") || AgentCommand.Variable("KUBERNETES_SERVICE_HOST") is not null;

    private static bool IsSame(string one, string other) =>
        one == other
        || (LinuxFiles.Facts(one) is { } first && LinuxFiles.Facts(other) is { } second
            && (first.Device, first.Inode) == (second.Device, second.Inode));

    private static Uri? Url(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? url)
        && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp) ? url : null;

    private static string Existing(string path) => File.Exists(path) ? path : "";
}
