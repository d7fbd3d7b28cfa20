using System.CommandLine;
using Agents.NodeAgent.Shipping.Spool;

namespace Agents.NodeAgent.Cli;

/// <summary>The options that say where the agent's surroundings are, for every command that needs them.</summary>
internal sealed class SharedOptions
{
    private const long Megabyte = 1024 * 1024;

    public Option<string> Kafka { get; } = AgentCommand.Text(
        "--kafka", "HOST:PORT", "KAFKA_BOOTSTRAP_SERVERS", "localhost:9092", "Kafka brokers to start from, separated by commas.");

    public Option<string> Topic { get; } =
        AgentCommand.Text("--topic", "NAME", "NODE_AGENT_TOPIC", "node-events", "Topic that the events go to.");

    public Option<string[]> Settings { get; } = new("--kafka-setting")
    {
        Description = "A setting of the Kafka client (librdkafka's CONFIGURATION.md), for example security.protocol=ssl. May be repeated. "
            + "[env: NODE_AGENT_KAFKA_SETTINGS, separated by semicolons]",
        DefaultValueFactory = _ => AgentCommand.Variable("NODE_AGENT_KAFKA_SETTINGS")
            ?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [],
        HelpName = "NAME=VALUE",
    };

    public Option<string> State { get; } = AgentCommand.Text(
        "--state", "DIR", "NODE_AGENT_STATE", "/var/lib/node-agent",
        "Directory of the agent's own, for its sequence numbers. Made when absent, for its owner only.");

    public Option<string> Spool { get; } = AgentCommand.Text(
        "--spool", "DIR", "NODE_AGENT_SPOOL_DIR", "",
        "Directory of the agent's own, where events wait while Kafka is away. Default: spool in --state.");

    public Option<int> SpoolMb { get; } = AgentCommand.Number(
        "--spool-mb", "NODE_AGENT_SPOOL_MB", (int)(SpoolOptions.StandardBytes / Megabyte), (0, 1024 * 1024),
        "Megabytes that the spool may have; when they are used the newest events are refused and reported as lost. 0: none, events "
            + "wait in memory only.");

    public SharedOptions()
    {
        Settings.Validators.Add(result =>
        {
            foreach (string setting in result.GetValueOrDefault<string[]>() ?? [])
            {
                if (setting.IndexOf('=', StringComparison.Ordinal) < 1) result.AddError($"--kafka-setting {setting}: expected NAME=VALUE.");
            }
        });
    }

    public IEnumerable<Option> All => [Kafka, Topic, Settings, State, Spool, SpoolMb];

    public SpoolOptions? SpoolOf(ParseResult parsed)
    {
        string directory = parsed.GetValue(Spool) is { Length: > 0 } own ? own : Path.Combine(parsed.GetValue(State)!, "spool");
        return parsed.GetValue(SpoolMb) is > 0 and int megabytes
            ? new SpoolOptions(Path.GetFullPath(directory), megabytes * Megabyte)
            : null;
    }

    /// <summary>The last value of a name that is given twice holds.</summary>
    public static Dictionary<string, string> Pairs(string[] pairs)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string[] pair in pairs.Select(pair => pair.Split('=', 2))) settings[pair[0].Trim()] = pair[1].Trim();
        return settings;
    }
}
