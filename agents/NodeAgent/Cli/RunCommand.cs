using System.CommandLine;
using System.Numerics;
using Agents.NodeAgent.Hashing;
using Agents.NodeAgent.Inventory;
using Agents.NodeAgent.Kernel;
using Agents.NodeAgent.Kernel.Rules;
using Agents.NodeAgent.Redaction;
using Agents.NodeAgent.Shipping;
using Pipeline.Domain.Identity;

namespace Agents.NodeAgent.Cli;

/// <summary><c>node-agent run</c>: its options and what they make of <see cref="AgentOptions"/>.</summary>
internal sealed class RunCommand : Command
{
    private const int LongestNode = 253;
    private const int SecondsOfADay = 86_400;
    private const long Megabyte = 1024 * 1024;

    private readonly SharedOptions _shared = new();
    private readonly SourceOptions _sources = new();

    private readonly Option<string> _node = AgentCommand.Text(
        "--node", "NAME", "NODE_AGENT_NODE", Environment.MachineName,
        "Name of this machine in the events. Must be the same at every start, and no other machine's.");

    private readonly Option<int> _announce = AgentCommand.Number(
        "--announce-seconds", "NODE_AGENT_ANNOUNCE_SECONDS", 300, (1, SecondsOfADay),
        "How often all containers that are there are announced again.");

    private readonly Option<string> _kernel = AgentCommand.Text(
        "--kernel", "auto|on|off", "NODE_AGENT_KERNEL", "auto",
        "Watch in the kernel what containers do (eBPF). auto: where it can be done; on: or else end.");

    private readonly Option<string> _kernelCalls = AgentCommand.Text(
        "--kernel-calls", "[+-]NAME,...", "NODE_AGENT_KERNEL_CALLS", "",
        "Collect further system calls, or collect some not: +kill,-write. docs/kernel-events.md lists them.");

    private readonly Option<int> _ringMb = AgentCommand.Number(
        "--kernel-ring-mb", "NODE_AGENT_KERNEL_RING_MB", 8, (1, 256),
        "Megabytes of memory between kernel and agent, a power of two; what comes while they are full is lost and counted.");

    private readonly Option<int> _inventory = AgentCommand.Number(
        "--inventory-seconds", "NODE_AGENT_INVENTORY_SECONDS", 300, (0, SecondsOfADay),
        "How often the processes and mounts of running containers are announced. 0: never.");

    private readonly Option<int> _hashMb = AgentCommand.Number(
        "--hash-mb-per-second", "NODE_AGENT_HASH_MB_PER_SECOND", 64, (0, 10_000),
        "How fast executables are read to compute their SHA-256. 0: not at all.");

    private readonly Option<string> _redaction = AgentCommand.Text(
        "--redaction-file", "PATH", "NODE_AGENT_REDACTION_FILE", "",
        "More rules for what is hidden in command lines, on top of the built-in ones.");

    private readonly Option<int> _batch = AgentCommand.Number(
        "--batch-events", "NODE_AGENT_BATCH_EVENTS", ShippingOptions.MostBatchEvents, (1, ShippingOptions.MostBatchEvents),
        "Events in one message at most.");

    private readonly Option<string[]> _files = new("--file")
    {
        Description =
            "Announce the containers described in these files (docker inspect, OCI config.json, CRI, Kubernetes; JSON or YAML) as if "
            + "they had just been started. A directory stands for the .json, .yaml and .yml files below it.",
        AllowMultipleArgumentsPerToken = true,
        HelpName = "PATH",
    };

    private readonly Option<bool> _once = new("--once")
    {
        Description =
            "End when the files are stored, without watching container engines. Exit code 0: all stored; 2: all stored, but some parts "
            + "were not readable.",
    };

    private readonly Option<string?> _status = new("--status-file")
    {
        Description = "Write the agent's state there every second, as JSON, for 'node-agent status'. [env: NODE_AGENT_STATUS_FILE]",
        DefaultValueFactory = _ => AgentCommand.Variable("NODE_AGENT_STATUS_FILE"),
        HelpName = "PATH",
    };

    public RunCommand(Func<AgentOptions, CancellationToken, Task<int>> run)
        : base("run",
            "Watch this machine until told to stop (Ctrl-C or SIGTERM). Without options: the container engines on this machine, Kafka "
            + "on localhost:9092.")
    {
        Option[] own = [_node, _announce, _kernel, _kernelCalls, _ringMb, _inventory, _hashMb, _redaction, _batch, _files, _once, _status];
        foreach (Option option in _shared.All.Concat(own)) Options.Add(option);
        _sources.AddTo(this);
        _node.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is not { Length: > 0 and <= LongestNode })
                result.AddError($"--node must have 1 to {LongestNode} characters.");
        });
        _kernel.Validators.Add(result =>
        {
            if (!Enum.TryParse(result.GetValueOrDefault<string>(), ignoreCase: true, out KernelMode _))
                result.AddError("--kernel must be auto, on or off.");
        });
        _ringMb.Validators.Add(result =>
        {
            if (!BitOperations.IsPow2(result.GetValueOrDefault<int>())) result.AddError("--kernel-ring-mb must be a power of two.");
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
        _redaction.Validators.Add(result =>
        {
            foreach (string fault in Redaction(result.GetValueOrDefault<string>()).Faults) result.AddError(fault);
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
        StateDirectory = Path.GetFullPath(parsed.GetValue(_shared.State)!),
        Shipping = new ShippingOptions
        {
            Brokers = parsed.GetValue(_shared.Kafka)!,
            Topic = parsed.GetValue(_shared.Topic)!,
            BatchEvents = parsed.GetValue(_batch),
        },
        Spool = _shared.SpoolOf(parsed),
        Sources = parsed.GetValue(_once)
            ? ContainerSources.None
            : _sources.Of(parsed, TimeSpan.FromSeconds(parsed.GetValue(_announce))),
        Kernel = new KernelOptions
        {
            Mode = Enum.Parse<KernelMode>(parsed.GetValue(_kernel)!, ignoreCase: true),
            Calls = parsed.GetValue(_kernelCalls) ?? "",
            RingBytes = parsed.GetValue(_ringMb) * (int)Megabyte,
        },
        Hashing = !parsed.GetValue(_once) && parsed.GetValue(_hashMb) is > 0 and int rate
            ? new HashingOptions { BytesPerSecond = rate * Megabyte }
            : null,
        Redaction = Redaction(parsed.GetValue(_redaction)).Rules,
        Inventory = !parsed.GetValue(_once) && parsed.GetValue(_inventory) is > 0 and int seconds
            ? new InventoryOptions { Interval = TimeSpan.FromSeconds(seconds) }
            : null,
        Files = parsed.GetValue(_files) ?? [],
        Once = parsed.GetValue(_once),
        StatusFile = parsed.GetValue(_status) is { Length: > 0 } path ? Path.GetFullPath(path) : null,
        Kafka = SharedOptions.Pairs(parsed.GetValue(_shared.Settings) ?? []),
    };

    private static (RedactionRules Rules, IEnumerable<string> Faults) Redaction(string? path)
    {
        if (string.IsNullOrEmpty(path)) return (RedactionRules.Default, []);
        try
        {
            (RedactionRules rules, IReadOnlyList<RuleFault> faults) = RedactionRules.Parse(File.ReadAllText(path));
            return (rules, faults.Select(fault => $"--redaction-file {path}, line {fault.Line}: {fault.Reason}."));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return (RedactionRules.Default, [$"--redaction-file {path}: {fault.Message}"]);
        }
    }
}
