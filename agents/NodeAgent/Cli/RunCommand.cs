using System.CommandLine;
using Agents.NodeAgent.Docker;
using Agents.NodeAgent.Kernel;
using Agents.NodeAgent.Kernel.Rules;
using Agents.NodeAgent.Shipping;
using Pipeline.Domain.Identity;

namespace Agents.NodeAgent.Cli;

/// <summary><c>node-agent run</c>: its options and what they make of <see cref="AgentOptions"/>.</summary>
internal sealed class RunCommand : Command
{
    private const int LongestNode = 253;
    private const int SecondsOfADay = 86_400;

    private readonly Option<string> _kafka = AgentCommand.Text(
        "--kafka", "HOST:PORT", "KAFKA_BOOTSTRAP_SERVERS", "localhost:9092", "Kafka brokers to start from, separated by commas.");

    private readonly Option<string> _topic = AgentCommand.Text("--topic", "NAME", "NODE_AGENT_TOPIC", "node-events", "Topic that the events go to.");

    private readonly Option<string[]> _settings = new("--kafka-setting")
    {
        Description = "A setting of the Kafka client (librdkafka's CONFIGURATION.md), for example security.protocol=ssl. May be repeated. "
            + "[env: NODE_AGENT_KAFKA_SETTINGS, separated by semicolons]",
        DefaultValueFactory = _ => AgentCommand.Variable("NODE_AGENT_KAFKA_SETTINGS")
            ?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [],
        HelpName = "NAME=VALUE",
    };

    private readonly Option<string> _node = AgentCommand.Text(
        "--node", "NAME", "NODE_AGENT_NODE", Environment.MachineName,
        "Name of this machine in the events. Must be the same at every start, and no other machine's.");

    private readonly Option<string> _state = AgentCommand.Text(
        "--state", "DIR", "NODE_AGENT_STATE", "/var/lib/node-agent",
        "Directory of the agent's own, for its sequence numbers. Made when absent, for its owner only.");

    private readonly Option<string> _socket = AgentCommand.Text(
        "--docker-socket", "PATH", "NODE_AGENT_DOCKER_SOCKET", "/var/run/docker.sock",
        "Socket of Docker Engine, or of podman (/run/podman/podman.sock). The agent only reads.");

    private readonly Option<int> _announce = AgentCommand.Number(
        "--announce-seconds", "NODE_AGENT_ANNOUNCE_SECONDS", 300, (1, SecondsOfADay), "How often all containers that are there are announced again.");

    private readonly Option<string> _kernel = AgentCommand.Text(
        "--kernel", "auto|on|off", "NODE_AGENT_KERNEL", "auto",
        "Watch in the kernel what containers do (eBPF). auto: where it can be done; on: or else end.");

    private readonly Option<string> _kernelCalls = AgentCommand.Text(
        "--kernel-calls", "[+-]NAME,...", "NODE_AGENT_KERNEL_CALLS", "",
        "Collect further system calls, or collect some not: +kill,-write. docs/kernel-events.md lists them.");

    private readonly Option<int> _batch = AgentCommand.Number(
        "--batch-events", "NODE_AGENT_BATCH_EVENTS", ShippingOptions.MostBatchEvents, (1, ShippingOptions.MostBatchEvents), "Events in one message at most.");

    private readonly Option<string[]> _files = new("--file")
    {
        Description = "Announce the containers described in these files (docker inspect, OCI config.json, CRI, Kubernetes; JSON or YAML) as if they had "
            + "just been started. A directory stands for the .json, .yaml and .yml files below it.",
        AllowMultipleArgumentsPerToken = true,
        HelpName = "PATH",
    };

    private readonly Option<bool> _once = new("--once")
    {
        Description = "End when the files are stored, without watching the container engine. Exit code 0: all stored; 2: all stored, but some parts were "
            + "not readable.",
    };

    private readonly Option<string?> _status = new("--status-file")
    {
        Description = "Write the agent's state there every second, as JSON, for 'node-agent status'. [env: NODE_AGENT_STATUS_FILE]",
        DefaultValueFactory = _ => AgentCommand.Variable("NODE_AGENT_STATUS_FILE"),
        HelpName = "PATH",
    };

    public RunCommand(Func<AgentOptions, CancellationToken, Task<int>> run)
        : base("run", "Watch this machine until told to stop (Ctrl-C or SIGTERM). Without options: Docker Engine on this machine, Kafka on localhost:9092.")
    {
        foreach (Option option in new Option[] { _kafka, _topic, _settings, _node, _state, _socket, _announce, _kernel, _kernelCalls, _batch, _files, _once, _status }) Options.Add(option);
        _node.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is not { Length: > 0 and <= LongestNode }) result.AddError($"--node must have 1 to {LongestNode} characters.");
        });
        _settings.Validators.Add(result =>
        {
            foreach (string setting in result.GetValueOrDefault<string[]>() ?? [])
            {
                if (setting.IndexOf('=', StringComparison.Ordinal) < 1) result.AddError($"--kafka-setting {setting}: expected NAME=VALUE.");
            }
        });
        _kernel.Validators.Add(result =>
        {
            if (!Enum.TryParse(result.GetValueOrDefault<string>(), ignoreCase: true, out KernelMode _)) result.AddError("--kernel must be auto, on or off.");
        });
        _kernelCalls.Validators.Add(result =>
        {
            try
            {
                CallTable.Select(result.GetValueOrDefault<string>() ?? "");
            }
            catch (FormatException fault)
            {
                result.AddError($"--kernel-calls: {fault.Message}");
            }
        });
        Validators.Add(result =>
        {
            if (result.GetValue(_once) && result.GetValue(_files) is not { Length: > 0 }) result.AddError("--once needs --file.");
        });
        SetAction((parsed, cancellation) => run(Bind(parsed), cancellation));
    }

    private AgentOptions Bind(ParseResult parsed) => new()
    {
        Node = new NodeId(parsed.GetValue(_node)!),
        StateDirectory = Path.GetFullPath(parsed.GetValue(_state)!),
        Shipping = new ShippingOptions
        {
            Brokers = parsed.GetValue(_kafka)!,
            Topic = parsed.GetValue(_topic)!,
            BatchEvents = parsed.GetValue(_batch),
        },
        Docker = parsed.GetValue(_once)
            ? null
            : new DockerOptions { Socket = parsed.GetValue(_socket)!, AnnounceInterval = TimeSpan.FromSeconds(parsed.GetValue(_announce)) },
        Kernel = new KernelOptions
        {
            Mode = Enum.Parse<KernelMode>(parsed.GetValue(_kernel)!, ignoreCase: true),
            Calls = parsed.GetValue(_kernelCalls) ?? "",
        },
        Files = parsed.GetValue(_files) ?? [],
        Once = parsed.GetValue(_once),
        StatusFile = parsed.GetValue(_status) is { Length: > 0 } path ? Path.GetFullPath(path) : null,
        Kafka = Settings(parsed.GetValue(_settings) ?? []),
    };

    /// <summary>The last value of a name that is given twice holds.</summary>
    private static Dictionary<string, string> Settings(string[] pairs)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string[] pair in pairs.Select(pair => pair.Split('=', 2))) settings[pair[0].Trim()] = pair[1].Trim();
        return settings;
    }
}
