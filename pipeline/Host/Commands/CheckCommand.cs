using System.CommandLine;
using Agents.Descriptions;
using Pipeline.Detection.AbnormalStartup;

namespace Pipeline.Host.Commands;

/// <summary>
/// Evaluates container descriptions without any server. Results go to standard output, what could not be read to standard error.
/// </summary>
internal static class CheckCommand
{
    private const string StandardInput = "-";
    private const string Json = "json";
    private const string Table = "table";
    private const int Clean = 0;
    private const int Found = 1;

    public static Command Create()
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "Container descriptions: docker or podman inspect, OCI config.json, CRI, Kubernetes YAML or JSON. \"-\" is standard input.",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string> format = new Option<string>("--format", "-f")
        {
            Description = "table for people; json for programs, one object a line and container.",
            DefaultValueFactory = _ => Table,
        }.AcceptOnlyFromAmong(Table, Json);
        var command = new Command(
            "check", "Check how containers would be started. Exit code 0: nothing found, 1: something found, 2: a file could not be read.")
        {
            files, format,
        };
        command.SetAction(parsed =>
        {
            TextWriter output = parsed.InvocationConfiguration.Output;
            ICheckReport report = parsed.GetValue(format) == Json ? new JsonCheckReport(output) : new TableCheckReport(output);
            return Run(parsed.GetValue(files) ?? [], report, parsed.InvocationConfiguration.Error);
        });
        return command;
    }

    private static int Run(string[] files, ICheckReport report, TextWriter errors)
    {
        bool found = false;
        bool unreadable = false;
        foreach (string file in files)
        {
            DescriptionFile read = file == StandardInput ? DescriptionFile.ReadStandardInput() : DescriptionFile.Read(file);
            if (read.Reason.Length > 0)
            {
                unreadable = true;
                errors.WriteLine($"alarmctl: {Printable.Of(file)}: {Printable.Of(read.Reason)}");
                continue;
            }

            foreach (DescriptionResult result in ContainerDescriptions.Read(read.Content))
            {
                switch (result)
                {
                    case Described described:
                        StartupResult checks = StartupChecks.Evaluate(described.Spec, StartupPolicy.Default);
                        found |= checks.Findings.Length > 0;
                        report.Add(new CheckedContainer(file, described.Document, described.Kind, described.Spec.Name, checks.Findings));
                        break;
                    case Unreadable bad:
                        unreadable = true;
                        errors.WriteLine($"alarmctl: {Printable.Of(file)}: {Explain(bad)}");
                        break;
                    case NotAContainer other:
                        report.Skip(other.Kind);
                        break;
                }
            }
        }

        report.Finish();
        return unreadable ? AlarmCtl.Unusable : found ? Found : Clean;
    }

    private static string Explain(Unreadable bad)
    {
        var parts = new List<string> { $"document {bad.Document}" };
        if (bad.Line > 0) parts.Add($"line {bad.Line}, column {bad.Column}");
        if (bad.Path.Length > 0) parts.Add(Printable.Of(bad.Path));
        return $"{string.Join(", ", parts)}: {Printable.Of(bad.Reason)}";
    }
}
