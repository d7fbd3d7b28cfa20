using Xunit;

namespace Testing;

/// <summary>
/// A container engine for tests that need a real one, with an image of Debian's static busybox: the engine that DOCKER_HOST names, or else a private dockerd with
/// directories of its own (Debian: docker.io, busybox-static; root). As an xunit fixture it starts once; tests call <see cref="Require"/> and are skipped with the reason
/// where no engine can be had.
/// </summary>
public sealed class DockerEngine : IAsyncLifetime
{
    /// <summary>The image: /bin/busybox and a few of its names.</summary>
    public const string Image = "pipeline-tests/busybox:1";

    private static readonly string[] Applets = ["sh", "true", "sleep", "cat", "mount", "id"];

    /// <summary>The system's own programs before anybody's in /usr/local.</summary>
    private static readonly string[] Folders = ["/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin", "/usr/local/sbin"];

    private readonly string _root = Directory.CreateTempSubdirectory("dk-").FullName;
    private readonly List<string> _containers = [];
    private OwnProcess? _daemon;
    private string? _cli;

    /// <summary>Why there is no engine; empty when there is one.</summary>
    public string Reason { get; private set; } = "not started";

    /// <summary>Path of the engine's unix socket.</summary>
    public string Socket { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        try
        {
            Reason = await StartAsync();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidOperationException or TimeoutException)
        {
            Reason = fault.Message;
        }
    }

    /// <summary>Skips the calling test, with the reason, when there is no engine.</summary>
    public void Require() => Assert.SkipUnless(Reason.Length == 0, $"no container engine: {Reason}");

    /// <summary>Runs a container of the test image detached (docker run -d OPTIONS IMAGE COMMAND) and gives its id. It is removed at the end.</summary>
    public async Task<string> RunAsync(string[] options, params string[] command)
    {
        string id = (await DockerAsync(["run", "-d", .. options, Image, .. command])).Trim();
        _containers.Add(id);
        return id;
    }

    /// <summary>Runs the docker command line and gives its output; throws when it fails.</summary>
    public async Task<string> DockerAsync(params string[] arguments)
    {
        (int exit, string output) = await TryDockerAsync(arguments);
        return exit == 0 ? output : throw new InvalidOperationException($"docker {string.Join(' ', arguments)} gave {exit}: {output}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_containers.Count > 0) await TryDockerAsync(["rm", "-f", "-v", .. _containers]);
        if (_daemon is not null)
        {
            await _daemon.TerminateAsync();
            await _daemon.DisposeAsync();
        }

        await PrivateMounts.RemoveAsync(_root);
        Directory.Delete(_root, recursive: true);
    }

    private async Task<string> StartAsync()
    {
        if (Tool("docker") is not { } cli) return "no docker command (Debian: apt-get install docker.io)";
        _cli = cli;
        if (Tool("busybox") is not { } busybox) return "no busybox (Debian: apt-get install busybox-static)";
        if (Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } given)
        {
            if (!given.StartsWith("unix://", StringComparison.Ordinal)) return $"DOCKER_HOST is {given}, not a unix socket";
            Socket = given["unix://".Length..];
        }
        else
        {
            if (Tool("dockerd") is not { } dockerd) return "no dockerd (Debian: apt-get install docker.io)";
            if (!Environment.IsPrivilegedProcess) return "starting dockerd needs root";
            if (await StartDaemonAsync(dockerd) is { } failed) return failed;
        }

        return await BuildImageAsync(busybox);
    }

    private async Task<string?> StartDaemonAsync(string dockerd)
    {
        string configuration = "{}";
        if (OciRuntimeShim.IsNeeded)
        {
            if (Tool("jq") is not { } jq || Tool("runc") is not { } runc) return "without CAP_SYS_RESOURCE jq and runc are needed (Debian: apt-get install jq runc)";
            configuration = OciRuntimeShim.Install(_root, runc, jq);
        }

        File.WriteAllText(At("daemon.json"), configuration);
        Socket = At("sock");
        _daemon = OwnProcess.Start("dockerd", dockerd,
        [
            "--config-file", At("daemon.json"), "--data-root", At("data"), "--exec-root", At("exec"), "--pidfile", At("pid"), "--host", $"unix://{Socket}",
            // A network of its own would need rules in the host's firewall; containers here talk to nobody.
            "--bridge", "none", "--iptables=false", "--ip6tables=false",
        ]);
        try
        {
            await Eventually.TrueAsync(async () => _daemon.HasExited || (await TryDockerAsync(["version"])).Exit == 0, "dockerd to answer");
        }
        catch (TimeoutException late)
        {
            return $"{late.Message}\n{_daemon.Output}";
        }

        return _daemon.HasExited ? $"dockerd ended with {_daemon.ExitCode}: {_daemon.Output}" : null;
    }

    private async Task<string> BuildImageAsync(string busybox)
    {
        Directory.CreateDirectory(At("image"));
        File.Copy(busybox, At("image/busybox"));
        IEnumerable<string> links = Applets.Select(applet => $"RUN [\"/bin/busybox\", \"ln\", \"-s\", \"busybox\", \"/bin/{applet}\"]");
        File.WriteAllText(At("image/Dockerfile"), $"FROM scratch\nCOPY busybox /bin/busybox\n{string.Join('\n', links)}\n");
        (int exit, string output) = await TryDockerAsync(["build", "-q", "-t", Image, At("image")]);
        return exit == 0 ? "" : $"the test image cannot be built: {output}";
    }

    private async Task<(int Exit, string Output)> TryDockerAsync(string[] arguments)
    {
        // The classic builder needs nothing but the daemon.
        var environment = new Dictionary<string, string> { ["DOCKER_HOST"] = $"unix://{Socket}", ["DOCKER_BUILDKIT"] = "0", ["DOCKER_CONFIG"] = At("cli") };
        await using OwnProcess docker = OwnProcess.Start("docker", _cli!, arguments, environment);
        int exit = await docker.ExitAsync();
        return (exit, docker.Output);
    }

    private string At(string name) => Path.Combine(_root, name);

    /// <summary>Path of a program of the system's; null when it is not there.</summary>
    internal static string? Tool(string name) => Folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
