using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace Testing;

/// <summary>A process that a test started and therefore ends, by its own handle. Keeps the newest output for messages. Thread-safe.</summary>
public sealed partial class OwnProcess : IAsyncDisposable
{
    private const int SigTerm = 15;
    private const int SigKill = 9;
    private const int OutputKept = 16 * 1024;
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private OwnProcess(string name, Process process)
    {
        Name = name;
        _process = process;
    }

    public string Name { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    public static OwnProcess Start(string name, string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach ((string key, string value) in environment ?? new Dictionary<string, string>()) start.Environment[key] = value;
        var process = new Process { StartInfo = start };
        var own = new OwnProcess(name, process);
        process.OutputDataReceived += (_, line) => own.Keep(line.Data);
        process.ErrorDataReceived += (_, line) => own.Keep(line.Data);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return own;
    }

    /// <summary>Runs one of our programs from the build output of the same configuration as the test.</summary>
    public static OwnProcess StartOurs(string project, string assembly, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null) =>
        Start(assembly, "dotnet", [PathOf(project, assembly), .. arguments], environment);

    public static string PathOf(string project, string assembly)
    {
        string output = Path.GetRelativePath(Repository.Root, AppContext.BaseDirectory);
        string configuration = output.Split(Path.DirectorySeparatorChar).SkipWhile(part => part != "bin").ElementAt(1);
        return Path.Combine(Repository.Root, project, "bin", configuration, "net10.0", assembly + ".dll");
    }

    /// <summary>Ends the first process of a test's own container.</summary>
    public static void Kill(int pid)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pid, 2);
        _ = Signal(pid, SigKill);
    }

    /// <summary>kill -9: no chance to clean up.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>SIGTERM, then its exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        if (!_process.HasExited) _ = Signal(_process.Id, SigTerm);
        return await ExitAsync();
    }

    /// <param name="most">How long it may still run; two minutes where nothing is said.</param>
    public async Task<int> ExitAsync(TimeSpan? most = null)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(most ?? TimeSpan.FromMinutes(2));
        await _process.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
    }

    /// <summary>Waits until GET <paramref name="url"/> answers 200; fails with the process's output when it ends before.</summary>
    public async Task ReadyAsync(string url)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        await Eventually.TrueAsync(
            async () =>
            {
                if (HasExited) throw new InvalidOperationException($"{Name} ended with {ExitCode} before it was ready:\n{Output}");
                try
                {
                    using HttpResponseMessage answer = await http.GetAsync(new Uri(url), TestContext.Current.CancellationToken);
                    return answer.IsSuccessStatusCode;
                }
                catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
                {
                    return false;
                }
            },
            $"{Name} to answer at {url}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Signal(int pid, int signal);

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_output)
        {
            _output.AppendLine(line);
            if (_output.Length > OutputKept) _output.Remove(0, _output.Length - OutputKept);
        }
    }
}
