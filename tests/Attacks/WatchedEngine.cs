using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Agents.NodeAgent.Inventory;
using Agents.NodeAgent.Kernel;
using Agents.NodeAgent.Redaction;
using Microsoft.Extensions.Logging.Abstractions;
using Testing;

namespace Attacks;

/// <summary>
/// A real container engine and the agent's kernel source watching it, for all tests here. The image holds Debian's busybox and the
/// programs of this folder, compiled when the tests run. Tests call <see cref="Require"/> and are skipped with the reason where the kernel or the engine cannot be had.
/// </summary>
public sealed partial class WatchedEngine : IAsyncLifetime
{
    public const string Image = "pipeline-tests/attacks:1";

    /// <summary>The same with Debian's sudo and dpkg; see <see cref="RequireDebianAsync"/>.</summary>
    public const string DebianImage = "pipeline-tests/debian:1";

    /// <summary>Files of the image in /protected, each for one way of changing or not changing it.</summary>
    public static readonly string[] ProtectedFiles =
    [
        "chmod", "chown", "copy-file-range", "exchange", "fallocate", "fchmod", "ftruncate", "link-write", "looked-at", "mmap",
        "open-truncate", "opened", "pwrite", "read", "rename-away", "rename-onto", "sendfile", "setxattr", "symlink", "truncate", "unlink",
        "utimens", "write", "writev",
    ];

    /// <summary>Programs under the names that alarms look for, and files to protect.</summary>
    private static readonly string Prepare = string.Join(" && ",
        "cd /tools",
        "for name in elevated xmrig apt nmap curl; do cp nothing $name; done",
        "cp fail su",
        "cp spawn nginx",
        "chmod 4755 elevated",
        "mkdir -m 1777 /tmp",
        "mkdir -p /etc /protected /usr/bin",
        "cp nothing /usr/bin/program",
        "echo root:x:0:0::/:/bin/sh > /etc/passwd",
        "echo root:x:1 > /etc/shadow",
        $"for name in {string.Join(' ', ProtectedFiles)}; do echo 0123456789 > /protected/$name; done");

    private readonly DockerEngine _docker = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("attacks-").FullName;
    private readonly ConcurrentQueue<string> _containers = [];
    private Task _watching = Task.CompletedTask;
    private string _reason = "not started";
    private Task? _debian;

    internal RecordingSink Sink { get; } = new();

    /// <summary>Its ring holds what the largest storm here makes, however long other tests keep the reader from a processor.</summary>
    internal KernelSource Source { get; } = NewSource(new KernelOptions { Mode = KernelMode.Auto, RingBytes = 128 * 1024 * 1024 });

    /// <summary>A source of its own, which sees all containers of the machine as the shared one does.</summary>
    internal static KernelSource NewSource(KernelOptions options) =>
        new(options, new NoWitness(), new ArgumentRedactor(RedactionRules.Default), new NamedCgroups(), TimeProvider.System,
            NullLogger.Instance);

    public DockerEngine Docker => _docker;

    /// <summary>A directory of the host's for tests to mount.</summary>
    public string HostDirectory => Path.Combine(_directory, "host");

    /// <summary>One of the programs of this folder, as compiled on this machine.</summary>
    public string Tool(string name) => Path.Combine(_directory, "image", "tools", name);

    public async ValueTask InitializeAsync()
    {
        await _docker.InitializeAsync();
        _reason = _docker.Reason.Length > 0 ? $"no container engine: {_docker.Reason}" : await StartAsync();
    }

    public void Require() => Assert.SkipUnless(_reason.Length == 0, _reason);

    /// <summary>Builds <see cref="DebianImage"/>, once, or skips the test where there is nothing to build it of.</summary>
    internal async Task RequireDebianAsync()
    {
        Require();
        Assert.SkipUnless(DebianRoot.Missing is null, DebianRoot.Missing ?? "");
        await (_debian ??= BuildAsync());

        async Task BuildAsync()
        {
            string directory = Path.Combine(_directory, "debian");
            await DebianRoot.WriteAsync(directory);
            await _docker.DockerAsync("build", "-q", "-t", DebianImage, directory);
        }
    }

    /// <summary>Runs a command as a step of an image's build, and gives the id of the container in which that was done.</summary>
    internal async Task<string> BuildStepAsync(string image, string[] command)
    {
        string directory = Directory.CreateTempSubdirectory("attacks-step-").FullName;
        string words = string.Join(", ", command.Select(word => $"\"{word}\""));
        File.WriteAllText(Path.Combine(directory, "Dockerfile"), $"FROM {image}\nRUN [{words}]\n");
        // Else the engine removes the container before it can be asked for.
        string output = await _docker.DockerAsync("build", "--rm=false", "--no-cache", directory);
        Directory.Delete(directory, recursive: true);
        string id = (await _docker.DockerAsync("inspect", "--format", "{{.Id}}", StepOf().Match(output).Groups[1].Value)).Trim();
        _containers.Enqueue(id);
        return id;
    }

    /// <summary>Runs a container to its end and gives what it did, in order, with the runtime's own part.</summary>
    internal async Task<IReadOnlyList<SeenEvent>> RunAsync(string[] options, params string[] command)
    {
        Require();
        string id = await StartContainerAsync(options, command);
        return await EndOfAsync(id);
    }

    /// <summary>Starts a container, which is removed at the end, and gives its id.</summary>
    internal Task<string> StartContainerAsync(string[] options, params string[] command) =>
        StartContainerAsync(Image, true, options, command);

    /// <summary>The same of any image, and started or only made.</summary>
    internal async Task<string> StartContainerAsync(string image, bool start, string[] options, string[] command)
    {
        string[] way = start ? ["run", "-d"] : ["create"];
        // A client that is short of time also says so.
        string output = await _docker.DockerAsync([.. way, .. options, image, .. command]);
        string id = output.Split('\n').First(line => line.Length == 64);
        _containers.Enqueue(id);
        return id;
    }

    /// <summary>What a container did, once its first process has ended.</summary>
    internal async Task<IReadOnlyList<SeenEvent>> EndOfAsync(string id)
    {
        await Eventually.TrueAsync(
            () =>
            {
                IReadOnlyList<SeenEvent> seen = Sink.Of(id);
                return seen.FirstOrDefault(one => one.Started) is { } first && seen.Any(one => one.What == "Exited"
                    && one.Task.Tgid == first.Task.Tgid);
            },
            $"the end of container {id}");
        return Sink.Of(id);
    }

    /// <summary>What a container printed.</summary>
    internal Task<string> OutputAsync(string id) => _docker.DockerAsync("logs", id);

    public async ValueTask DisposeAsync()
    {
        if (!_containers.IsEmpty) await _docker.DockerAsync(["rm", "-f", "-v", .. _containers]);
        await _stop.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _docker.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
        _stop.Dispose();
    }

    [GeneratedRegex("Running in ([0-9a-f]{12})")]
    private static partial Regex StepOf();

    private async Task<string> StartAsync()
    {
        if (await AttackPrograms.BuildAsync(Path.Combine(_directory, "image", "tools")) is { } missing) return missing;
        File.WriteAllText(Path.Combine(_directory, "image", "Dockerfile"),
            $"""
            FROM {DockerEngine.Image}
            COPY tools /tools
            RUN ["/bin/busybox", "sh", "-c", "{Prepare}"]

            """);
        await _docker.DockerAsync("build", "-q", "-t", Image, Path.Combine(_directory, "image"));
        Directory.CreateDirectory(HostDirectory);
        _watching = Source.RunAsync(Sink, _stop.Token);
        await Eventually.TrueAsync(() => _watching.IsCompleted || Source.State.State == "connected", "the kernel source to attach");
        if (_watching.IsFaulted) await _watching;
        return _watching.IsCompleted ? $"the kernel cannot be watched: {Source.State.Detail}" : "";
    }
}
