using System.CommandLine;
using Agents.NodeAgent.Docker;
using Agents.NodeAgent.Shipping;
using Pipeline.Domain.Identity;

namespace Agents.NodeAgent.Cli;

/// <summary>The command line. Every option has an environment variable; the option wins.</summary>
internal static class AgentCommand
{
    private const int LongestNode = 253;

    public static RootCommand Create(Func<AgentOptions, CancellationToken, Task<int>> run)
    {
        var root = new RootCommand(
            "Watches the containers of one machine and writes what happens to them to a Kafka topic, numbered without gaps. One agent runs on each machine.");
        root.Subcommands.Add(Run(run));
        root.Subcommands.Add(StatusProbe.Command());
        return root;
    }

    private static Command Run(Func<AgentOptions, CancellationToken, Task<int>> run)
    {
        var kafka = Text("--kafka", "KAFKA_BOOTSTRAP_SERVERS", "localhost:9092", "Kafka brokers to start from, host:port, separated by commas.");
        var topic = Text("--topic", "NODE_AGENT_TOPIC", "node-events", "Topic that the events go to.");
        var settings = new Option<string[]>("--kafka-setting")
        {
            Description = "A setting of the Kafka client as NAME=VALUE (librdkafka's CONFIGURATION.md), for example security.protocol=ssl. May be repeated. "
                + "[env: NODE_AGENT_KAFKA_SETTINGS, separated by semicolons]",
            DefaultValueFactory = _ => Variable("NODE_AGENT_KAFKA_SETTINGS")?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [],
            HelpName = "NAME=VALUE",
        };
        var node = Text("--node", "NODE_AGENT_NODE", Environment.MachineName, "Name of this machine in the events. Must be the same at every start, and no other machine's.");
        var state = Text("--state", "NODE_AGENT_STATE", "/var/lib/node-agent", "Directory of the agent's own, for its sequence numbers. Made when absent, for its owner only.");
        var socket = Text("--docker-socket", "NODE_AGENT_DOCKER_SOCKET", "/var/run/docker.sock", "Socket of Docker Engine, or of podman (/run/podman/podman.sock). The agent only reads.");
        var announce = Number("--announce-seconds", "NODE_AGENT_ANNOUNCE_SECONDS", 300, 1, 86_400, "How often all containers that are there are announced again.");
        var batch = Number("--batch-events", "NODE_AGENT_BATCH_EVENTS", ShippingOptions.MostBatchEvents, 1, ShippingOptions.MostBatchEvents, "Events in one message at most.");
        var files = new Option<string[]>("--file")
        {
            Description = "Announce the containers described in these files (docker inspect, OCI config.json, CRI, Kubernetes; JSON or YAML) as if they had just been started. "
                + "A directory stands for the .json, .yaml and .yml files below it.",
            AllowMultipleArgumentsPerToken = true,
            HelpName = "PATH",
        };
        var once = new Option<bool>("--once")
        {
            Description = "End when the files are stored, without watching the container engine. Exit code 0: all stored; 2: all stored, but some parts were not readable.",
        };
        var status = new Option<string?>("--status-file")
        {
            Description = "Write the agent's state there every second, as JSON, for 'node-agent status'. [env: NODE_AGENT_STATUS_FILE]",
            DefaultValueFactory = _ => Variable("NODE_AGENT_STATUS_FILE"),
            HelpName = "PATH",
        };

        var command = new Command("run", "Watch this machine until told to stop (Ctrl-C or SIGTERM). Without options: Docker Engine on this machine, Kafka on localhost:9092.")
        {
            kafka, topic, settings, node, state, socket, announce, batch, files, once, status,
        };
        node.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is not { Length: > 0 and <= LongestNode }) result.AddError($"--node must have 1 to {LongestNode} characters.");
        });
        settings.Validators.Add(result =>
        {
            foreach (string setting in result.GetValueOrDefault<string[]>() ?? [])
            {
                if (setting.IndexOf('=', StringComparison.Ordinal) < 1) result.AddError($"--kafka-setting {setting}: expected NAME=VALUE.");
            }
        });
        command.Validators.Add(result =>
        {
            if (result.GetValue(once) && result.GetValue(files) is not { Length: > 0 }) result.AddError("--once needs --file.");
        });
        command.SetAction((parsed, cancellation) => run(
            new AgentOptions
            {
                Node = new NodeId(parsed.GetValue(node)!),
                StateDirectory = Path.GetFullPath(parsed.GetValue(state)!),
                Shipping = new ShippingOptions { Brokers = parsed.GetValue(kafka)!, Topic = parsed.GetValue(topic)!, BatchEvents = parsed.GetValue(batch) },
                Docker = parsed.GetValue(once)
                    ? null
                    : new DockerOptions { Socket = parsed.GetValue(socket)!, AnnounceInterval = TimeSpan.FromSeconds(parsed.GetValue(announce)) },
                Files = parsed.GetValue(files) ?? [],
                Once = parsed.GetValue(once),
                StatusFile = parsed.GetValue(status) is { Length: > 0 } path ? Path.GetFullPath(path) : null,
                Kafka = (parsed.GetValue(settings) ?? []).Select(setting => setting.Split('=', 2)).ToDictionary(pair => pair[0].Trim(), pair => pair[1].Trim()),
            },
            cancellation));
        return command;
    }

    private static Option<string> Text(string name, string variable, string standard, string description) => new(name)
    {
        Description = $"{description} [env: {variable}]",
        DefaultValueFactory = _ => Variable(variable) ?? standard,
        HelpName = name[2..].ToUpperInvariant(),
    };

    private static Option<int> Number(string name, string variable, int standard, int least, int most, string description)
    {
        var option = new Option<int>(name)
        {
            Description = $"{description} {least} to {most}. [env: {variable}]",
            DefaultValueFactory = result =>
            {
                if (Variable(variable) is not { } text) return standard;
                if (int.TryParse(text, out int value)) return value;
                result.AddError($"{variable} is '{text}'; expected a number from {least} to {most}.");
                return standard;
            },
            HelpName = "N",
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var value && (value < least || value > most)) result.AddError($"{name} must be {least} to {most}.");
        });
        return option;
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
