using System.Diagnostics;
using System.Globalization;

namespace Testing;

/// <summary>A PostgreSQL cluster of its own in a temporary directory, by infra/postgres/cluster.sh. Not thread-safe.</summary>
public sealed class PostgresCluster : IAsyncDisposable
{
    private const string Prefix = "pipeline-tests-pg-";
    private static readonly string Script = Path.Combine(Repository.Root, "infra", "postgres", "cluster.sh");

    private readonly string _directory;

    private PostgresCluster(string directory) => _directory = directory;

    /// <summary>Connection string of a superuser.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>Makes and starts a cluster. The answer is the reason when this machine has no server.</summary>
    public static async Task<(PostgresCluster? Cluster, string? Absent)> TryStartAsync()
    {
        await RemoveLeftoversAsync();
        var cluster = new PostgresCluster(Path.Combine(Path.GetTempPath(), $"{Prefix}{Environment.ProcessId}-{Guid.NewGuid():N}"[..^24]));
        (int exit, string output, string errors) = await RunAsync("start", cluster._directory);
        if (exit != 0 && errors.Contains("no PostgreSQL server here", StringComparison.Ordinal)) return (null, errors.Trim());
        if (exit != 0) throw new InvalidOperationException($"cluster.sh start ended with {exit}: {output}{errors}");
        cluster.ConnectionString = (await RunAsync("url", cluster._directory)).Output.Trim();
        return (cluster, null);
    }

    public Task StartAsync() => ExpectAsync("start");

    public Task StopAsync() => ExpectAsync("stop");

    public async ValueTask DisposeAsync() => await RemoveAsync(_directory);

    private async Task ExpectAsync(string verb)
    {
        (int exit, string output, string errors) = await RunAsync(verb, _directory);
        if (exit != 0) throw new InvalidOperationException($"cluster.sh {verb} ended with {exit}: {output}{errors}");
    }

    private static async Task RemoveAsync(string directory)
    {
        await RunAsync("stop", directory);
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
    }

    /// <summary>Clusters of test processes that were killed. Another test run may clear away the same ones at this moment.</summary>
    private static async Task RemoveLeftoversAsync()
    {
        foreach (string directory in Directory.EnumerateDirectories(Path.GetTempPath(), $"{Prefix}*"))
        {
            string name = Path.GetFileName(directory)[Prefix.Length..];
            if (int.TryParse(name.Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int process) && !Directory.Exists($"/proc/{process}"))
                await RemoveLeftoverAsync(directory);
        }
    }

    private static async Task RemoveLeftoverAsync(string directory)
    {
        try
        {
            await RemoveAsync(directory);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // Another run removes it now, or its server still writes there: the next run finds what is left.
        }
    }

    private static async Task<(int Exit, string Output, string Errors)> RunAsync(string verb, string directory)
    {
        var start = new ProcessStartInfo("bash", [Script, verb, directory]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("bash did not start");
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
    }
}
