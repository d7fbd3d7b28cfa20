using System.CommandLine;
using Pipeline.Archive.Stores;
using Pipeline.Host.Commands.Archiving;
using Pipeline.Host.Commands.Explain;
using Pipeline.Host.Commands.Replaying;
using Pipeline.Replay;
using Pipeline.Replay.Timelines;

namespace Pipeline.Host.Commands.Timelines;

/// <summary>What <c>alarmctl timeline</c> can be told.</summary>
internal sealed class TimelineOptions
{
    private readonly ArchivePlace _place = new();
    private readonly LogOptions _log = new();
    private readonly Option<TimeSpan> _before = Window("--before");
    private readonly Option<TimeSpan> _after = Window("--after");

    private readonly Option<string> _source = new("--source")
    {
        Description = "auto: the archive where one is named, and the log after it.",
        DefaultValueFactory = _ => ReplayOptions.Auto,
    };

    public TimelineOptions()
    {
        Format.AcceptOnlyFromAmong(ReplayOptions.Table, ReplayOptions.Json, ReplayOptions.Ndjson);
        _source.AcceptOnlyFromAmong(ReplayOptions.Auto, ReplayOptions.Kafka, ReplayOptions.Archive);
    }

    public Argument<Guid?> Alarm { get; } = new("alarm")
    {
        Description = "An alarm: its container at its time, its evidence marked. Needs PIPELINE_POSTGRES.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public Option<string?> Container { get; } = new("--container")
    {
        Description = "Instead of an alarm: a container, the beginning of its id is enough.",
    };

    public Option<DateTimeOffset?> At { get; } = new("--at")
    {
        Description = "The instant, such as 2026-03-01T10:00:00Z; with an alarm its first event where it is not given.",
        CustomParser = given =>
        {
            if (ExplainCommand.ReadTime(given.Tokens[0].Value) is { } time) return time;
            given.AddError($"--at wants a time such as 2026-03-01T10:00:00Z, not '{given.Tokens[0].Value}'");
            return null;
        },
    };

    public Option<string> Format { get; } = new("--format", "-f")
    {
        Description = "table for people; json, ndjson for programs.",
        DefaultValueFactory = _ => ReplayOptions.Table,
    };

    public void AddTo(Command command)
    {
        command.Add(Alarm);
        foreach (Option option in (Option[])[Container, At, _before, _after, Format, _source, .. _place.Options, .. _log.Options])
            command.Add(option);
    }

    public string Topic(ParseResult parsed) => _place.Topic(parsed);

    public TimelineRequest Within(TimelineRequest request, ParseResult parsed) =>
        request with { Before = parsed.GetValue(_before), After = parsed.GetValue(_after) };

    /// <exception cref="ReplayException">No archive is named where one is needed.</exception>
    public TimelineReader Reader(ParseResult parsed)
    {
        string source = parsed.GetValue(_source)!;
        IArchiveStore? archive = source == ReplayOptions.Kafka ? null : _place.Store(parsed);
        if (source == ReplayOptions.Archive && archive is null)
            throw new ReplayException("name the archive with --archive or PIPELINE_ARCHIVE");
        return new TimelineReader(archive, source == ReplayOptions.Archive ? null
            : new KafkaReplayLog(_log.Address(parsed, Topic(parsed))));
    }

    private static Option<TimeSpan> Window(string name) => new(name)
    {
        Description = "How much of the time there, such as 5m, 30s, 2h.",
        DefaultValueFactory = _ => TimeSpan.FromMinutes(5),
        CustomParser = given =>
        {
            if (DurationText.TryRead(given.Tokens[0].Value, out TimeSpan time)) return time;
            given.AddError($"{name} wants a time such as 5m, 30s, 2h or 00:05:00, not '{given.Tokens[0].Value}'");
            return default;
        },
    };
}
