using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Testing;

namespace Attacks;

/// <summary>
/// One container of runc without an engine, so that a test can stand between the making of a container and the start of its program.
/// Removed with its files at the end.
/// </summary>
internal sealed class BareRuntime : IAsyncDisposable
{
    private const string Runc = "/usr/sbin/runc";

    private readonly string _root = Directory.CreateTempSubdirectory("bare-").FullName;

    private BareRuntime(string cgroup) => Cgroup = cgroup;

    /// <summary>Why there can be none; null when there can.</summary>
    public static string? Missing => File.Exists(Runc) ? null : "no runc (Debian: apt-get install runc)";

    /// <summary>As the kernel source knows it: by its cgroup.</summary>
    public string Id { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>Name of the container's cgroup, below one that this makes.</summary>
    public string Cgroup { get; }

    /// <summary>Makes a container that waits for its start.</summary>
    /// <param name="programs">Name in the container's root, and the file on this machine.</param>
    /// <param name="cgroup">Name of its cgroup; with "{id}" for its id.</param>
    public static async Task<BareRuntime> CreateAsync(IReadOnlyDictionary<string, string> programs, string command, string cgroup = "{id}")
    {
        var made = new BareRuntime(cgroup);
        try
        {
            string files = Directory.CreateDirectory(Path.Combine(made._root, "rootfs")).FullName;
            foreach ((string name, string file) in programs) File.Copy(file, Path.Combine(files, name));
            await made.RunAsync("spec", "--bundle", made._root);
            made.Configure(command);
            await made.RunAsync("create", "--bundle", made._root, made.Id);
            return made;
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a program in it as a session of its own.</summary>
    public Task ExecAsync(string command) => RunAsync("exec", Id, command);

    /// <summary>Lets its own program begin.</summary>
    public Task StartAsync() => RunAsync("start", Id);

    public async ValueTask DisposeAsync()
    {
        await RunAsync("delete", "--force", Id);
        Directory.Delete(_root, recursive: true);
    }

    /// <summary>
    /// What a container inherits it keeps open, so its output goes to a file and not into a pipe whose end would be waited for.
    /// </summary>
    private async Task RunAsync(params string[] arguments)
    {
        string log = Path.Combine(_root, "log");
        await using OwnProcess runc = OwnProcess.Start("runc", "/bin/sh",
            ["-c", "log=$1; shift; exec \"$@\" < /dev/null > \"$log\" 2>&1", "sh", log, Runc, "--root", Path.Combine(_root, "state"),
                .. arguments]);
        int exit = await runc.ExitAsync();
        if (exit != 0) throw new InvalidOperationException($"runc {string.Join(' ', arguments)} gave {exit}: {File.ReadAllText(log)}");
    }

    private void Configure(string command)
    {
        string file = Path.Combine(_root, "config.json");
        JsonNode spec = JsonNode.Parse(File.ReadAllText(file))!;
        JsonNode process = spec["process"]!;
        process["terminal"] = false;
        process["args"] = new JsonArray(command);
        process.AsObject().Remove("rlimits");
        spec["linux"]!["cgroupsPath"] = "/pipeline-tests/" + Cgroup.Replace("{id}", Id, StringComparison.Ordinal);
        File.WriteAllText(file, spec.ToJsonString());
    }
}
