using System.CommandLine;
using Pipeline.Detection.Explaining;
using Pipeline.Domain.Identity;
using Pipeline.Ingest.Reading;

namespace Pipeline.Host.Commands.Explain;

/// <summary>What <c>alarmctl explain</c> can be told.</summary>
internal sealed class ExplainOptions
{
    public const string Json = "json";
    public const string Table = "table";
    private const string DefaultKafka = "127.0.0.1:9092";
    private const int LargestLimit = 100_000;

    private readonly Option<string> _kafka = new("--bootstrap", "--kafka")
    {
        Description = "Kafka bootstrap servers, host:port, comma separated. Environment: KAFKA_BOOTSTRAP_SERVERS.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("KAFKA_BOOTSTRAP_SERVERS") ?? DefaultKafka,
    };

    private readonly Option<string> _topic = new("--topic")
    {
        Description = "Topic that the agents publish to. Environment: PIPELINE_TOPIC.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("PIPELINE_TOPIC") ?? "node-events",
    };

    private readonly Option<string[]> _settings = new("--kafka-setting")
    {
        Description = "A further librdkafka setting as key=value, for example security.protocol=SSL; may be repeated.",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string> _node = new("--node") { Description = "The node, as alarms name it.", Required = true };

    private readonly Option<string?> _boot = new("--boot")
    {
        Description = "With --sequence: the event's boot, as evidence of alarms names it.",
    };

    private readonly Option<long?> _sequence = new("--sequence") { Description = "With --boot: the event's sequence number." };

    private readonly Option<string?> _container = new("--container")
    {
        Description = "All events of this container; the beginning of its id is enough.",
    };

    private readonly Option<DateTimeOffset?> _after = Instant("--after",
        "With --container: events from this time on, such as 2026-03-01T10:00:00Z.");

    private readonly Option<DateTimeOffset?> _before = Instant("--before", "With --container: events up to this time.");

    private readonly Option<NodeLogStart> _from = new("--from")
    {
        Description = "Where reading begins: beginning, an offset, or a time. What detectors remember of earlier events is then not known.",
        CustomParser = ExplainCommand.ReadStart,
        DefaultValueFactory = _ => new NodeLogStart.Beginning(),
    };

    public ExplainOptions()
    {
        _settings.Validators.Add(parsed =>
        {
            foreach (string wrong in parsed.Tokens.Select(token => token.Value).Where(value => value.IndexOf('=') < 1))
                parsed.AddError($"--kafka-setting wants key=value, not '{wrong}'");
        });
        Limit.Validators.Add(given =>
        {
            if (given.GetValueOrDefault<int>() is < 1 or > LargestLimit) given.AddError($"--limit is a number from 1 to {LargestLimit}");
        });
        Format.AcceptOnlyFromAmong(Table, Json);
    }

    public Option<string?> Policy { get; } = PolicyFile.Option();

    public Option<int> Limit { get; } = new("--limit") { Description = "Events that are explained at most.", DefaultValueFactory = _ =>
        100 };

    public Option<string> Format { get; } = new("--format", "-f")
    {
        Description = "table for people; json for programs.",
        DefaultValueFactory = _ => Table,
    };

    public void AddTo(Command command)
    {
        Option[] all = [_node, _boot, _sequence, _container, _after, _before, _kafka, _topic, _settings, _from, Policy, Limit, Format];
        foreach (Option option in all) command.Add(option);
    }

    /// <summary>Null when the options name neither an event nor a container, or both.</summary>
    public Question? Question(ParseResult parsed)
    {
        var node = new NodeId(parsed.GetValue(_node)!);
        return (parsed.GetValue(_boot), parsed.GetValue(_sequence), parsed.GetValue(_container)) switch
        {
            ({ } boot, { } sequence, null) => new Question.OfEvent(new EventId(node, new BootId(boot), sequence)),
            (null, null, { Length: > 0 } container) => new Question.OfContainer(
                node, container, parsed.GetValue(_after) ?? DateTimeOffset.MinValue, parsed.GetValue(_before) ?? DateTimeOffset.MaxValue),
            _ => null,
        };
    }

    public NodeLogRequest Request(ParseResult parsed, NodeId node) => new(
        parsed.GetValue(_kafka)!, parsed.GetValue(_topic)!, node, parsed.GetValue(_from)!,
        parsed.GetValue(_settings)!.Select(setting => setting.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]));

    private static Option<DateTimeOffset?> Instant(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = given =>
        {
            if (ExplainCommand.ReadTime(given.Tokens[0].Value) is { } time) return time;
            given.AddError($"{name} wants a time such as 2026-03-01T10:00:00Z, not '{given.Tokens[0].Value}'");
            return null;
        },
    };
}
