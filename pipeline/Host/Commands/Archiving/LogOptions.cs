using System.CommandLine;
using Pipeline.Ingest.Reading;

namespace Pipeline.Host.Commands.Archiving;

/// <summary>How to reach the log.</summary>
internal sealed class LogOptions
{
    private const string DefaultKafka = "127.0.0.1:9092";

    private readonly Option<string> _kafka = new("--bootstrap", "--kafka")
    {
        Description = "Kafka bootstrap servers, host:port, comma separated. Environment: KAFKA_BOOTSTRAP_SERVERS.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("KAFKA_BOOTSTRAP_SERVERS") ?? DefaultKafka,
    };

    private readonly Option<string[]> _settings = new("--kafka-setting")
    {
        Description = "A further librdkafka setting as key=value, for example security.protocol=SSL; may be repeated.",
        DefaultValueFactory = _ => [],
    };

    public LogOptions() => _settings.Validators.Add(parsed =>
    {
        foreach (string wrong in parsed.Tokens.Select(token => token.Value).Where(value => value.IndexOf('=') < 1))
            parsed.AddError($"--kafka-setting wants key=value, not '{wrong}'");
    });

    public Option[] Options => [_kafka, _settings];

    public LogAddress Address(ParseResult parsed, string topic) => new(
        parsed.GetValue(_kafka)!, topic, parsed.GetValue(_settings)!.Select(setting => setting.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1]));
}
