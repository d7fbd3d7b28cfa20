using System.Buffers.Binary;
using System.Diagnostics;
using System.Text.Json;
using Pipeline.Schemas;
using Pipeline.Schemas.Evolution;
using Schemas.Tests.Evolution;
using Testing;

namespace Schemas.Tests;

/// <summary>A second opinion, and the proof that another language reads us: Debian's python3-avro.</summary>
public sealed class PythonAvroTests
{
    private const string Python = "/usr/bin/python3";

    private const string CompatibilityScript = """
        import json, sys
        from avro.schema import parse
        from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType
        for pair in json.load(sys.stdin):
            result = ReaderWriterCompatibilityChecker().get_compatibility(parse(pair["Reader"]), parse(pair["Writer"]))
            print(result.compatibility is SchemaCompatibilityType.compatible)
        """;

    [Fact]
    public async Task Judges_the_same_pairs_as_the_python_implementation()
    {
        await SkipWithoutAvroAsync();
        var pairs = SchemaPair.All
            .SelectMany(pair => new[] { (Writer: pair.Older, Reader: pair.Newer), (Writer: pair.Newer, Reader: pair.Older) })
            .Concat(from writer in SchemaCatalog.Published from reader in SchemaCatalog.Published select (Writer: writer.Json, Reader: reader.Json))
            .Select(pair => new { pair.Writer, pair.Reader })
            .ToList();

        string[] verdicts = (await RunAsync(CompatibilityScript, JsonSerializer.SerializeToUtf8Bytes(pairs))).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        for (int i = 0; i < pairs.Count; i++)
        {
            bool ours = SchemaEvolution.Check(AvroSchema.Parse(pairs[i].Writer), AvroSchema.Parse(pairs[i].Reader)).IsEmpty;
            verdicts[i].ShouldBe(ours.ToString(), $"{pairs[i].Writer} -> {pairs[i].Reader}");
        }
    }

    [Fact]
    public async Task The_script_of_the_documentation_reads_a_message()
    {
        await SkipWithoutAvroAsync();
        string text = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "wire-format.md"), TestContext.Current.CancellationToken);
        const string fence = "```python\n";
        int start = text.IndexOf(fence, StringComparison.Ordinal) + fence.Length;
        string script = text[start..text.IndexOf("```", start, StringComparison.Ordinal)];
        string schemas = Path.Combine(Repository.Root, "schemas", "versions");

        byte[] message = Samples.Encode(Samples.Batch());
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, message.Length);

        string output = await RunAsync(script, [.. length, .. message], schemas);

        output.ShouldBe("""
            node-1 boot-1 1000 Container
            node-1 boot-1 1001 Process
            node-1 boot-1 1002 File
            node-1 boot-1 1003 Syscall
            node-1 boot-1 1004 Mount
            node-1 boot-1 1005 Loss
            node-1 boot-1 1006 Heartbeat

            """);
    }

    private static async Task SkipWithoutAvroAsync()
    {
        Assert.SkipUnless(File.Exists(Python), $"needs {Python}");
        (int exitCode, _, _) = await TryRunAsync("import avro.compatibility", []);
        Assert.SkipUnless(exitCode == 0, "needs Debian's python3-avro");
    }

    private static async Task<string> RunAsync(string script, byte[] input, params string[] arguments)
    {
        (int exitCode, string output, string error) = await TryRunAsync(script, input, arguments);
        exitCode.ShouldBe(0, error);
        return output;
    }

    private static async Task<(int ExitCode, string Output, string Error)> TryRunAsync(string script, byte[] input, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Python, ["-c", script, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellation);
        Task<string> error = process.StandardError.ReadToEndAsync(cancellation);
        await process.StandardInput.BaseStream.WriteAsync(input, cancellation);
        process.StandardInput.Close();
        await process.WaitForExitAsync(cancellation);
        return (process.ExitCode, await output, await error);
    }
}
