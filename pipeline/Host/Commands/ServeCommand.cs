using System.CommandLine;
using Pipeline.EventStore;
using Pipeline.Host.Serving;

namespace Pipeline.Host.Commands;

/// <summary>Runs a pipeline process: the log in, alarms into the store, the API out.</summary>
internal static class ServeCommand
{
    private const string DefaultKafka = "127.0.0.1:9092";
    private const string DefaultListen = "http://127.0.0.1:8080";

    public static Command Create()
    {
        var kafka = new Option<string>("--kafka")
        {
            Description = "Kafka bootstrap servers, host:port, comma separated. Environment: KAFKA_BOOTSTRAP_SERVERS.",
            DefaultValueFactory = _ => Environment.GetEnvironmentVariable("KAFKA_BOOTSTRAP_SERVERS") ?? DefaultKafka,
        };
        Option<string> events = Named("--topic", "PIPELINE_TOPIC", "node-events", "Topic that the agents publish to.");
        Option<string> deadLetters = Named("--dead-letter-topic", "PIPELINE_DEAD_LETTER_TOPIC", "dead-letters", "Topic for records that cannot be processed.");
        Option<string> alarms = Named("--alarms-topic", "PIPELINE_ALARMS_TOPIC", "alarms", "Topic that alarm events are published to.");
        Option<string> states = Named("--alarm-state-topic", "PIPELINE_ALARM_STATE_TOPIC", "alarm-state", "Compacted topic of how alarms stand.");
        Option<string> policies = Named("--policies-topic", "PIPELINE_POLICIES_TOPIC", "policies", "Topic that changes of the policy go through; must be compacted.");
        Option<string> group = Named(
            "--group", "PIPELINE_GROUP", "pipeline.detectors", "Consumer group. Processes of one group share the partitions of the topic between them.");
        var postgres = new Option<string?>("--postgres")
        {
            Description = "PostgreSQL as an Npgsql connection string. Better given by the environment, PIPELINE_POSTGRES: options can be read by others in ps.",
        };
        Option<string> reader = Named(
            "--reader-role", "PIPELINE_READER_ROLE", "",
            "PostgreSQL role for Grafana, made at start where the user may: it reads schema read and nothing else. Its password is PIPELINE_READER_PASSWORD.");
        var listen = new Option<Uri>("--listen")
        {
            Description = "Address of the API, health checks and metrics. There is no authentication yet: keep it on loopback or behind a proxy that has.",
            CustomParser = parsed => ParseAddress(parsed),
            DefaultValueFactory = _ => new Uri(DefaultListen),
        };
        var createTopics = new Option<bool>("--create-topics") { Description = "Make the topics that are missing, with the broker's defaults." };
        var settings = new Option<string[]>("--kafka-setting")
        {
            Description = "A further librdkafka setting as key=value, for example security.protocol=SSL; may be repeated.",
            DefaultValueFactory = _ => [],
        };
        settings.Validators.Add(parsed =>
        {
            foreach (string wrong in parsed.Tokens.Select(token => token.Value).Where(value => value.IndexOf('=') < 1))
            {
                parsed.AddError($"--kafka-setting wants key=value, not '{wrong}'");
            }
        });
        Option<string?> policy = PolicyFile.Option();
        var command = new Command("serve", "Run a pipeline process: consume the log, detect, store alarms, answer the API. Ends on SIGTERM or Ctrl-C.")
        {
            kafka, events, deadLetters, alarms, states, policies, group, postgres, reader, listen, createTopics, settings, policy,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            // Not the option's default: --help prints defaults, and this one may hold a password.
            string? given = parsed.GetValue(postgres) ?? Environment.GetEnvironmentVariable("PIPELINE_POSTGRES");
            if (given is not { Length: > 0 } connection)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync(
                    "alarmctl serve: no PostgreSQL given; set PIPELINE_POSTGRES or use ./run.sh, which starts one");
                return AlarmCtl.Unusable;
            }

            if (PolicyFile.ReadDocument(parsed, policy, "serve") is not var (detection, document)) return AlarmCtl.Unusable;
            var options = new ServeOptions(
                parsed.GetValue(kafka)!,
                new ServeTopics(
                    parsed.GetValue(events)!, parsed.GetValue(deadLetters)!, parsed.GetValue(alarms)!, parsed.GetValue(states)!,
                    parsed.GetValue(policies)!, parsed.GetValue(group)!),
                connection,
                parsed.GetValue(listen)!,
                parsed.GetValue(createTopics),
                Split(parsed.GetValue(settings)!),
                detection,
                document)
            {
                Reader = parsed.GetValue(reader) is { Length: > 0 } role
                    ? new ReadOnlyRole(role, Environment.GetEnvironmentVariable("PIPELINE_READER_PASSWORD"))
                    : null,
            };
            return await PipelineProcess.RunAsync(options, parsed.InvocationConfiguration.Error, cancellation);
        });
        return command;
    }

    private static Option<string> Named(string name, string variable, string value, string description) => new(name)
    {
        Description = $"{description} Environment: {variable}.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable(variable) ?? value,
    };

    private static Uri? ParseAddress(System.CommandLine.Parsing.ArgumentResult parsed)
    {
        string value = parsed.Tokens[0].Value;
        if (Uri.TryCreate(value, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https") return uri;
        parsed.AddError($"--listen wants an address like {DefaultListen}, not '{value}'");
        return null;
    }

    private static Dictionary<string, string> Split(string[] settings) =>
        settings.Select(setting => setting.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
}
