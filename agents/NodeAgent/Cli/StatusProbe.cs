using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace Agents.NodeAgent.Cli;

/// <summary>The command that probes ask: is the agent behind this status file alive, and does the log take its events?</summary>
internal static class StatusProbe
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(15);

    public static Command Command()
    {
        var file = new Option<string>("--status-file")
        {
            Description = "The file that the running agent was given. [env: NODE_AGENT_STATUS_FILE]",
            DefaultValueFactory = _ => Environment.GetEnvironmentVariable("NODE_AGENT_STATUS_FILE") ?? "",
            HelpName = "PATH",
        };
        var command = new Command("status",
            "Print the state of the running agent. Exit code 0: it runs and the log takes its events; 1 otherwise.") { file };
        command.SetAction(parsed => Probe(parsed.GetValue(file)!, TimeProvider.System.GetUtcNow(), parsed.InvocationConfiguration.Output));
        return command;
    }

    internal static int Probe(string path, DateTimeOffset now, TextWriter output)
    {
        try
        {
            byte[] content = File.ReadAllBytes(path);
            using JsonDocument status = JsonDocument.Parse(content);
            TimeSpan age = now - status.RootElement.GetProperty("at").GetDateTimeOffset();
            output.WriteLine(status.RootElement.GetRawText());
            if (age > Fresh)
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"not running: the status is {age.TotalSeconds:F0} s old"));
            return age <= Fresh && status.RootElement.GetProperty("logConnected").GetBoolean() ? 0 : 1;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException or JsonException
            or KeyNotFoundException
            or InvalidOperationException or FormatException)
        {
            output.WriteLine($"no status at '{path}': {fault.Message}");
            return 1;
        }
    }
}
