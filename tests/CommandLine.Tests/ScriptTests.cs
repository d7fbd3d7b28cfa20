using System.Diagnostics;
using System.Runtime.Versioning;
using Testing;

namespace CommandLine.Tests;

/// <summary>The alarmctl script at the root, in a tree of its own with a stand-in for dotnet that notes its builds and echoes what it runs.</summary>
[SupportedOSPlatform("linux")]
public sealed class ScriptTests : IDisposable
{
    private const string Dotnet = """
        #!/usr/bin/env bash
        here="$(dirname "$0")"
        if [[ "$1" == build ]]; then
          echo build >>"$here/builds"
          [[ -e "$here/broken" ]] && { echo "error CS0000"; exit 1; }
          touch "$(dirname "$2")/bin/Release/net10.0/alarmctl.dll"
          echo "built"
          exit 0
        fi
        shift
        printf '<%s>' "$@"
        exit 7
        """;

    private readonly Folder _folder = new();

    public ScriptTests()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "pipeline/Host"));
        Directory.CreateDirectory(Path.Combine(_folder.Path, "agents"));
        Directory.CreateDirectory(Path.Combine(_folder.Path, "bin"));
        File.Copy(Path.Combine(Repository.Root, "alarmctl"), Path.Combine(_folder.Path, "alarmctl"));
        Executable(_folder.File("bin/dotnet", Dotnet));
        _folder.File("pipeline/Host/Program.cs", "");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Builds_on_first_use_and_passes_arguments_and_exit_code()
    {
        (int code, string output, string error) = await RunAsync("check", "a b", "--", "*");

        code.ShouldBe(7);
        output.ShouldBe("<check><a b><--><*>");
        error.ShouldContain("building");
    }

    [Fact]
    public async Task Builds_again_only_when_a_source_is_newer()
    {
        await RunAsync();
        (_, _, string quiet) = await RunAsync();
        quiet.ShouldBeEmpty();

        File.SetLastWriteTimeUtc(_folder.File("agents/New.cs", ""), TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(1));
        (_, _, string error) = await RunAsync();

        error.ShouldContain("building");
        File.ReadAllLines(Path.Combine(_folder.Path, "bin/builds")).Length.ShouldBe(2);
    }

    [Fact]
    public async Task Shows_a_failed_build_and_runs_nothing()
    {
        _folder.File("bin/broken", "");

        (int code, string output, string error) = await RunAsync("check");

        code.ShouldBe(70);
        output.ShouldBeEmpty();
        error.ShouldContain("error CS0000");
    }

    private static void Executable(string path) =>
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    private async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        var start = new ProcessStartInfo(Path.Combine(_folder.Path, "alarmctl"), args) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = $"{Path.Combine(_folder.Path, "bin")}:{Environment.GetEnvironmentVariable("PATH")}";
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output, await error);
    }
}
