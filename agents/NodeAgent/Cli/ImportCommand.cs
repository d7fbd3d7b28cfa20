using System.CommandLine;
using Agents.Importers;
using Agents.NodeAgent.Importing;
using Agents.NodeAgent.Shipping;
using Pipeline.Domain.Identity;

namespace Agents.NodeAgent.Cli;

/// <summary><c>node-agent import</c>: recordings of other sensors, published as if the agent had watched.</summary>
internal sealed class ImportCommand : Command
{
    private const int LongestNode = 253;

    private readonly Argument<string[]> _files = new("FILE")
    {
        Description = "Recordings, read in this order. Each is a boot of its own; reading one again gives the same event ids.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string> _format = new Option<string>("--format")
    {
        Description = "What the recordings are: scap (sysdig, Falco), tetragon (JSON), auditd (its log); auto tells by the content.",
        DefaultValueFactory = _ => "auto",
    }.AcceptOnlyFromAmong("auto", "scap", "tetragon", "auditd");

    private readonly Option<string?> _node = new("--node")
    {
        Description = "Name of the machine in the events; without it the name in the recording.",
        HelpName = "NAME",
    };

    private readonly Option<string> _kafka = AgentCommand.Text(
        "--kafka", "HOST:PORT", "KAFKA_BOOTSTRAP_SERVERS", "localhost:9092", "Kafka brokers to start from, separated by commas.");

    private readonly Option<string> _topic = AgentCommand
        .Text("--topic", "NAME", "NODE_AGENT_TOPIC", "node-events", "Topic that the events go to.");

    private readonly Option<string[]> _settings = new("--kafka-setting")
    {
        Description = "A setting of the Kafka client (librdkafka's CONFIGURATION.md), for example security.protocol=ssl. May be repeated.",
        DefaultValueFactory = _ => [],
        HelpName = "NAME=VALUE",
    };

    private readonly Option<string?> _output = new("--output")
    {
        Description = "Write the messages to this file instead of Kafka, each behind its length of four bytes (big endian).",
        HelpName = "PATH",
    };

    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Read and report only." };

    private readonly Option<bool> _json = new("--json") { Description = "Report as one JSON object a recording." };

    public ImportCommand()
        : base("import",
            "Publish recordings of other sensors. Exit code 0: everything read and stored; 1: something was not stored, or a file could "
            + "not be opened; 2: all stored, but a recording is damaged.")
    {
        Arguments.Add(_files);
        foreach (Option option in new Option[] { _format, _node, _kafka, _topic, _settings, _output, _dryRun, _json }) Options.Add(option);
        _node.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is not (null or { Length: > 0 and <= LongestNode }))
                result.AddError($"--node must have 1 to {LongestNode} characters.");
        });
        _settings.Validators.Add(result =>
        {
            foreach (string setting in result.GetValueOrDefault<string[]>() ?? [])
            {
                if (setting.IndexOf('=', StringComparison.Ordinal) < 1) result.AddError($"--kafka-setting {setting}: expected NAME=VALUE.");
            }
        });
        Validators.Add(result =>
        {
            if (result.GetValue(_dryRun) && result.GetValue(_output) is not null)
                result.AddError("--dry-run writes nothing, so --output has no meaning with it.");
        });
        SetAction(async (parsed, cancellation) =>
        {
            var run = new ImportRun(Bind(parsed), TimeProvider.System, parsed.InvocationConfiguration.Output,
                parsed.InvocationConfiguration.Error);
            return (int)await run.RunAsync(cancellation);
        });
    }

    private ImportOptions Bind(ParseResult parsed) => new()
    {
        Files = parsed.GetValue(_files)!,
        Format = Enum.TryParse(parsed.GetValue(_format), ignoreCase: true, out RecordingFormat format) ? format : null,
        Node = parsed.GetValue(_node) is { } node ? new NodeId(node) : null,
        Shipping = new ShippingOptions { Brokers = parsed.GetValue(_kafka)!, Topic = parsed.GetValue(_topic)! },
        Kafka = (parsed.GetValue(_settings) ?? []).Select(pair => pair.Split('=', 2)).GroupBy(pair => pair[0].Trim())
            .ToDictionary(pairs => pairs.Key, pairs => pairs.Last()[1].Trim()),
        OutputFile = parsed.GetValue(_output),
        DryRun = parsed.GetValue(_dryRun),
        Json = parsed.GetValue(_json),
    };
}
