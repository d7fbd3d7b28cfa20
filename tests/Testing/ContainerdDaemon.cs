using Xunit;

namespace Testing;

/// <summary>
/// A containerd of the tests' own with directories, socket and CRI plugin of its own, and an image of Debian's static busybox (Debian:
/// containerd, runc,
/// busybox-static; root). As an xunit fixture it starts once; tests call <see cref="Require"/> and are skipped with the reason where it
/// cannot be had.
/// </summary>
public sealed class ContainerdDaemon : IAsyncLifetime
{
    /// <summary>The image, in the namespaces <see cref="Namespaces"/>.</summary>
    public const string Image = BusyboxImage.Name;

    private static readonly string[] Namespaces = ["default", "other", "moby", "k8s.io"];

    private readonly string _root = Directory.CreateTempSubdirectory("cd-").FullName;
    private OwnProcess? _daemon;
    private string _runtime = "";
    private string? _ctr;
    private string? _containerd;

    /// <summary>Why there is none; empty when there is one.</summary>
    public string Reason { get; private set; } = "not started";

    public string Socket => At("sock");

    public async ValueTask InitializeAsync()
    {
        try
        {
            Reason = await PrepareAsync();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidOperationException or TimeoutException)
        {
            Reason = fault.Message;
        }
    }

    /// <summary>Skips the calling test, with the reason, when there is no containerd.</summary>
    public void Require() => Assert.SkipUnless(Reason.Length == 0, $"no containerd: {Reason}");

    /// <summary>Starts a container of the test image in the background (ctr run -d OPTIONS IMAGE ID COMMAND).</summary>
    public Task<string> RunAsync(string space, string id, string[] options, params string[] command) =>
        CtrAsync(space, ["run", "-d", "--snapshotter", "native", "--runc-binary", _runtime, .. options, Image, id, .. command]);

    /// <summary>Ends a container and removes it.</summary>
    public async Task RemoveAsync(string space, string id)
    {
        await TryCtrAsync(space, "tasks", "kill", "-s", "SIGKILL", id);
        await Eventually.TrueAsync(
            async () => (await TryCtrAsync(space, "tasks", "rm", id)).Exit == 0 || !await HasTaskAsync(space, id), $"the task of {id} to end");
        await TryCtrAsync(space, "containers", "rm", id);
    }

    /// <summary>Runs the ctr command line and gives its output; throws when it fails.</summary>
    public async Task<string> CtrAsync(string space, params string[] arguments)
    {
        (int exit, string output) = await TryCtrAsync(space, arguments);
        return exit == 0
            ? output
            : throw new InvalidOperationException($"ctr {string.Join(' ', arguments)} gave {exit}: {output}\n{_daemon?.Output}");
    }

    /// <summary>As <see cref="CtrAsync"/>, for what may fail.</summary>
    public async Task<(int Exit, string Output)> TryCtrAsync(string space, params string[] arguments)
    {
        await using OwnProcess ctr = OwnProcess.Start("ctr", _ctr!, ["--address", Socket, "--namespace", space, .. arguments]);
        int exit = await ctr.ExitAsync();
        return (exit, ctr.Output);
    }

    /// <summary>kill -9; containers live on.</summary>
    public async Task KillAsync() => await _daemon!.DisposeAsync();

    public async Task StartAsync()
    {
        _daemon = OwnProcess.Start("containerd", _containerd!, ["--config", At("config.toml")]);
        await Eventually.TrueAsync(
            async () => _daemon.HasExited || (await TryCtrAsync("default", "containers", "ls")).Exit == 0, "containerd to answer");
        if (_daemon.HasExited) throw new InvalidOperationException($"containerd ended with {_daemon.ExitCode}: {_daemon.Output}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null)
        {
            if (!_daemon.HasExited)
            {
                foreach (string space in Namespaces) await ClearAsync(space);
            }

            if (!_daemon.HasExited) await _daemon.TerminateAsync();
            await _daemon.DisposeAsync();
        }

        await PrivateMounts.RemoveAsync(_root);
        Directory.Delete(_root, recursive: true);
    }

    private async Task<string> PrepareAsync()
    {
        _containerd = DockerEngine.Tool("containerd");
        _ctr = DockerEngine.Tool("ctr");
        if (_containerd is null || _ctr is null) return "no containerd (Debian: apt-get install containerd)";
        if (DockerEngine.Tool("runc") is not { } runc) return "no runc (Debian: apt-get install runc)";
        if (DockerEngine.Tool("busybox") is not { } busybox) return "no busybox (Debian: apt-get install busybox-static)";
        if (!Environment.IsPrivilegedProcess) return "starting containerd needs root";
        _runtime = runc;
        if (OciRuntimeShim.IsNeeded)
        {
            if (DockerEngine.Tool("jq") is not { } jq) return "without CAP_SYS_RESOURCE jq is needed (Debian: apt-get install jq)";
            _runtime = OciRuntimeShim.Write(_root, runc, jq);
        }

        File.WriteAllText(At("config.toml"), Configuration());
        await StartAsync();
        BusyboxImage.Write(At("image.tar"), busybox);
        foreach (string space in Namespaces) await CtrAsync(space, "images", "import", "--snapshotter", "native", At("image.tar"));
        return "";
    }

    private string Configuration() => $"""
        version = 2
        root = "{At("root")}"
        state = "{At("state")}"
        [grpc]
          address = "{Socket}"
        [plugins."io.containerd.internal.v1.opt"]
          path = "{At("opt")}"
        [plugins."io.containerd.grpc.v1.cri"]
          sandbox_image = "{Image}"
          restrict_oom_score_adj = true
          disable_apparmor = true
          [plugins."io.containerd.grpc.v1.cri".containerd]
            snapshotter = "native"
            default_runtime_name = "runc"
          [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
            runtime_type = "io.containerd.runc.v2"
            [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
              BinaryName = "{_runtime}"
          [plugins."io.containerd.grpc.v1.cri".cni]
            bin_dir = "{At("cni")}"
            conf_dir = "{At("cni")}"

        """;

    private async Task ClearAsync(string space)
    {
        (_, string ids) = await TryCtrAsync(space, "containers", "ls", "-q");
        const StringSplitOptions Words = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        foreach (string id in ids.Split('\n', Words)) await RemoveAsync(space, id);
    }

    private async Task<bool> HasTaskAsync(string space, string id) =>
        (await TryCtrAsync(space, "tasks", "ls", "-q")).Output.Split('\n').Contains(id);

    private string At(string name) => Path.Combine(_root, name);
}
