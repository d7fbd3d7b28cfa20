using System.Diagnostics;
using System.Text.Json;

namespace CommandLine.Tests;

public sealed class CheckCommandTests : IDisposable
{
    private const string Good = "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: good}]}\n";
    private const string Bad = "apiVersion: apps/v1\nkind: Deployment\nspec: {template: {spec: {containers: [{name: bad, securityContext: {privileged: true}}]}}}\n";

    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Prints_one_json_object_a_line_and_container()
    {
        string file = _folder.File("pods.yaml", $"{Good}---\n{Bad}");

        (int code, string output, string error) = Cli.Run("check", "--format", "json", file);

        code.ShouldBe(1);
        error.ShouldBeEmpty();
        output.ShouldBe(
            $$"""{"source":"{{file}}","document":1,"kind":"Pod","container":"good","findings":[]}""" + "\n"
            + $$"""{"source":"{{file}}","document":2,"kind":"Deployment","container":"bad","findings":[{"check":"privileged","content":"privileged:true","severity":"high","basis":"explicit"}]}""" + "\n");
    }

    [Fact]
    public void Says_inherited_and_low_for_what_nobody_asked_for()
    {
        string file = _folder.File("cri.json", """{"metadata":{"name":"c"},"image":{"image":"i"},"linux":{"security_context":{}}}""");

        Cli.Run("check", "-f", "json", file).Output.ShouldContain(
            """
            "kind":"cri","container":"c","findings":[{"check":"seccomp","content":"seccomp=unconfined","severity":"low","basis":"inherited"}]
            """);
    }

    [Fact]
    public void Keeps_the_payload_of_mounts_exact_inside_json()
    {
        string file = _folder.File("i.json", """{"Name":"/c","HostConfig":{"Binds":["/etc:/host/etc"]}}""");

        using var parsed = JsonDocument.Parse(Cli.Run("check", "--format", "json", file).Output);

        parsed.RootElement.GetProperty("findings")[0].GetProperty("content").GetString()
            .ShouldBe("""mounts:[{"source":"/etc","destination":"/host/etc","mode":"rw","propagation":"rprivate","type":"bind"}]""");
    }

    [Fact]
    public void Exits_with_0_when_nothing_is_found()
    {
        (int code, string output, _) = Cli.Run("check", _folder.File("p.yaml", Good + "---\napiVersion: v1\nkind: Service\n"));

        code.ShouldBe(0);
        output.ShouldContain("good");
        output.ShouldContain("1 container, 0 findings; no containers in 1 Service");
    }

    [Fact]
    public void Prints_a_table_by_default()
    {
        (int code, string output, _) = Cli.Run("check", _folder.File("p.yaml", Bad));

        code.ShouldBe(1);
        string row = output.Split('\n').Single(line => line.Contains("p.yaml", StringComparison.Ordinal));
        row.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..].ShouldBe(["1", "Deployment", "bad", "high", "explicit", "privileged:true"]);
    }

    [Fact]
    public void Exits_with_2_and_still_reads_the_rest_when_a_file_is_bad()
    {
        string broken = _folder.File("broken.yaml", $"{Good}---\nkind: Pod\n\tx: 1\n---\n{Bad}");
        string missing = Path.Combine(_folder.Path, "missing.json");

        (int code, string output, string error) = Cli.Run("check", "--format", "json", missing, _folder.Path, broken);

        code.ShouldBe(2);
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(2);
        string[] told = error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        told[0].ShouldBe($"alarmctl: {missing}: no such file");
        told[1].ShouldBe($"alarmctl: {_folder.Path}: is a directory; name the files in it");
        told[2].ShouldStartWith($"alarmctl: {broken}: document 2, line 6, column ");
        told[2].ShouldContain("not valid YAML");
    }

    [Fact]
    public void Names_the_path_of_a_wrong_value()
    {
        string file = _folder.File("d.json", """{"HostConfig":{"Privileged":"yes"}}""");

        Cli.Run("check", file).Error.ShouldBe($"alarmctl: {file}: document 1, line 1, column 29, HostConfig.Privileged: expected true or false, found a string\n");
    }

    [Fact]
    public void Escapes_what_would_steer_a_terminal()
    {
        string file = _folder.File("d.json", """{"Name":"/a\u001b[31m[red]\u202e\nb","HostConfig":{"Privileged":true}}""");

        string output = Cli.Run("check", file).Output;

        output.ShouldContain(@"a\u{1b}[31m[red]\u{202e}\u{a}b");
        output.ShouldNotContain('\u001b');
        output.ShouldNotContain('\u202e');
    }

    [Theory]
    [InlineData("check")]
    [InlineData("check", "--format", "xml", "x")]
    [InlineData("check", "--frmat", "json", "x")]
    [InlineData("chek", "x")]
    public void Exits_with_2_when_the_command_line_cannot_be_understood(params string[] args)
    {
        (int code, _, string error) = Cli.Run(args);

        code.ShouldBe(2);
        error.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Reads_standard_input_and_writes_only_results_to_standard_output()
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "alarmctl.dll"), "check", "--format", "json", "-"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;

        await process.StandardInput.WriteAsync(Bad);
        process.StandardInput.Close();
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        process.ExitCode.ShouldBe(1);
        output.ShouldStartWith("""{"source":"-","document":1,"kind":"Deployment","container":"bad",""");
    }
}
