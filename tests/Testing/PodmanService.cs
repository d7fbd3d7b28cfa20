using Xunit;

namespace Testing;

/// <summary>
/// podman's service for tests that need a real one, with directories and a socket of its own and an image of Debian's static busybox
/// (Debian: podman, runc,
/// busybox-static; root). As an xunit fixture it starts once; tests call <see cref="Require"/> and are skipped with the reason where it
/// cannot be had.
/// </summary>
public sealed class PodmanService : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("pm-").FullName;
    private string _podman = "";
    private string _runtime = "";
    private OwnProcess? _service;

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

    /// <summary>Skips the calling test, with the reason, when there is no podman.</summary>
    public void Require() => Assert.SkipUnless(Reason.Length == 0, $"no podman: {Reason}");

    /// <summary>Runs a container of the test image in the background (podman run -d OPTIONS IMAGE COMMAND) and gives its id.</summary>
    public async Task<string> RunAsync(string[] options, params string[] command) =>
        (await PodmanAsync(["run", "-d", "--network", "none", .. options, BusyboxImage.Name, .. command])).Trim();

    public Task RemoveAsync(string id) => PodmanAsync("rm", "-f", "-t", "0", id);

    /// <summary>Runs the podman command line and gives its output; throws when it fails.</summary>
    public async Task<string> PodmanAsync(params string[] arguments)
    {
        (int exit, string output) = await TryPodmanAsync(arguments);
        return exit == 0 ? output : throw new InvalidOperationException($"podman {string.Join(' ', arguments)} gave {exit}: {output}");
    }

    /// <summary>kill -9; containers live on.</summary>
    public async Task KillAsync() => await _service!.DisposeAsync();

    public async Task StartAsync()
    {
        File.Delete(Socket);
        _service = OwnProcess.Start("podman", _podman, [.. Settings, "system", "service", "-t", "0", $"unix://{Socket}"]);
        await Eventually.TrueAsync(() => _service.HasExited || File.Exists(Socket), "podman's socket");
        if (_service.HasExited) throw new InvalidOperationException($"podman ended with {_service.ExitCode}: {_service.Output}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_service is not null)
        {
            await TryPodmanAsync(["rm", "-f", "-a", "-t", "0"]);
            if (!_service.HasExited) await _service.TerminateAsync();
            await _service.DisposeAsync();
        }

        // The monitors of containers tidy up after they ended.
        await Eventually.TrueAsync(RemoveDirectoryAsync, $"{_root} to be removed");
    }

    private string[] Settings =>
    [
        "--root", At("root"), "--runroot", At("run"), "--tmpdir", At("tmp"), "--cgroup-manager", "cgroupfs", "--events-backend", "file",
        "--storage-driver", "vfs", "--runtime", _runtime,
    ];

    private async Task<string> PrepareAsync()
    {
        if (DockerEngine.Tool("podman") is not { } podman) return "no podman (Debian: apt-get install podman)";
        if (DockerEngine.Tool("runc") is not { } runc) return "no runc (Debian: apt-get install runc)";
        if (DockerEngine.Tool("busybox") is not { } busybox) return "no busybox (Debian: apt-get install busybox-static)";
        if (!Environment.IsPrivilegedProcess) return "containers without a user namespace need root";
        (_podman, _runtime) = (podman, runc);
        if (OciRuntimeShim.IsNeeded)
        {
            if (DockerEngine.Tool("jq") is not { } jq) return "without CAP_SYS_RESOURCE jq is needed (Debian: apt-get install jq)";
            _runtime = OciRuntimeShim.Write(_root, runc, jq);
        }

        BusyboxImage.Write(At("image.tar"), busybox);
        await PodmanAsync("load", "-q", "-i", At("image.tar"));
        await StartAsync();
        string probe = await RunAsync([], "true");
        await RemoveAsync(probe);
        return "";
    }

    private async Task<(int Exit, string Output)> TryPodmanAsync(string[] arguments)
    {
        await using OwnProcess podman = OwnProcess.Start("podman", _podman, [.. Settings, .. arguments]);
        int exit = await podman.ExitAsync();
        return (exit, podman.Output);
    }

    private async Task<bool> RemoveDirectoryAsync()
    {
        await PrivateMounts.RemoveAsync(_root);
        try
        {
            Directory.Delete(_root, recursive: true);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private string At(string name) => Path.Combine(_root, name);
}
