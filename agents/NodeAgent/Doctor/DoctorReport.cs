using System.Text;
using System.Text.Json;

namespace Agents.NodeAgent.Doctor;

/// <summary>The findings for people and for programs.</summary>
internal static class DoctorReport
{
    /// <summary>Looks at everything, in the order of the report.</summary>
    public static async Task<List<Finding>> FindAsync(DoctorOptions options)
    {
        List<Finding> findings = [.. KernelChecks.Run(), ClockCheck.Run()];
        await foreach (Finding engine in EngineChecks.RunAsync(options)) findings.Add(engine);
        findings.Add(await Task.Run(() => SurroundingsChecks.Broker(options)));
        findings.Add(SurroundingsChecks.Directory("state", options.StateDirectory, 1 << 20));
        if (options.Spool is { } spool) findings.Add(SurroundingsChecks.Directory("spool", spool.Directory, spool.Bytes));
        return findings;
    }

    /// <summary>0 when nothing failed, else 1.</summary>
    public static int ExitCode(IEnumerable<Finding> findings) => findings.Any(finding => finding.Verdict == Verdict.Fail) ? 1 : 0;

    public static void WriteTable(IReadOnlyList<Finding> findings, TextWriter output)
    {
        int width = findings.Max(finding => finding.Check.Length);
        foreach (Finding finding in findings)
        {
            output.WriteLine($"{Word(finding.Verdict),-4}  {finding.Check.PadRight(width)}  {finding.Found}");
            string indent = new(' ', width + 8);
            if (finding.Advice.Length > 0) output.WriteLine($"{indent}do: {finding.Advice}");
            if (finding.Blind.Length > 0) output.WriteLine($"{indent}blind: {finding.Blind}");
        }
    }

    public static string ToJson(IEnumerable<Finding> findings)
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartArray();
            foreach (Finding finding in findings)
            {
                json.WriteStartObject();
                json.WriteString("check", finding.Check);
                json.WriteString("verdict", Word(finding.Verdict));
                json.WriteString("found", finding.Found);
                json.WriteString("advice", finding.Advice);
                json.WriteString("blind", finding.Blind);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(output.ToArray());
    }

    private static string Word(Verdict verdict) => verdict.ToString().ToLowerInvariant();
}
