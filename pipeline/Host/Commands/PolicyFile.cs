using System.CommandLine;
using System.Text;
using Pipeline.Detection;
using Pipeline.Domain.Policies;
using Pipeline.Policies;

namespace Pipeline.Host.Commands;

/// <summary>A detection policy from a file, and what is wrong with it on standard error.</summary>
internal static class PolicyFile
{
    private const string Variable = "PIPELINE_POLICY";

    public static Option<string?> Option() => new("--policy")
    {
        Description = $"Detection policy, a YAML file; the built-in one where none is given. Environment: {Variable}.",
    };

    /// <summary>The policy that the options name, or the built-in one; null when it is of no use, which has been said then.</summary>
    public static DetectionPolicy? Read(ParseResult parsed, Option<string?> option, string command) =>
        ReadDocument(parsed, option, command)?.Policy;

    /// <summary>The same with its document.</summary>
    public static (DetectionPolicy Policy, PolicyDocument Document)? ReadDocument(ParseResult parsed, Option<string?> option, string command)
    {
        string? path = parsed.GetValue(option) ?? Environment.GetEnvironmentVariable(Variable);
        return string.IsNullOrEmpty(path)
            ? (DetectionPolicy.Default, PolicyDocument.BuiltIn) : ReadDocument(path, $"alarmctl {command}", parsed.InvocationConfiguration.Error);
    }

    /// <param name="who">Begins each line of complaint.</param>
    public static DetectionPolicy? Read(string path, string who, TextWriter errors) => ReadDocument(path, who, errors)?.Policy;

    /// <inheritdoc cref="Read(string, string, TextWriter)"/>
    public static (DetectionPolicy Policy, PolicyDocument Document)? ReadDocument(string path, string who, TextWriter errors)
    {
        DescriptionFile file = DescriptionFile.Read(path);
        if (file.Reason.Length > 0)
        {
            errors.WriteLine($"{who}: {Printable.Of(path)}: {Printable.Of(file.Reason)}");
            return null;
        }

        string text = Encoding.UTF8.GetString(file.Content.Span).TrimStart('\uFEFF');
        PolicyReading reading = PolicyYaml.Read(text);
        foreach (PolicyFault fault in reading.Faults)
            errors.WriteLine($"{who}: {Printable.Of(path)}:{(fault.Line > 0 ? "" : " ")}{Printable.Of(fault.ToString())}");
        return reading.Policy is { } policy ? (policy, new PolicyDocument(policy.Id, policy.Version, text)) : null;
    }
}
