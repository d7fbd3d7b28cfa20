using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Detection;
using Pipeline.Feeds;
using Pipeline.Host.Commands.Archiving;
using Pipeline.Host.Commands.Explain;
using Pipeline.Policies;
using Pipeline.Policies.Writing;
using Pipeline.Replay;

namespace Pipeline.Host.Commands.Replaying;

/// <summary>What <c>alarmctl replay</c> can be told.</summary>
internal sealed class ReplayOptions
{
    public const string Table = "table", Json = "json", Ndjson = "ndjson";
    public const string Auto = "auto", Kafka = "kafka", Archive = "archive";
    private const string Now = "now", AtTheTime = "at-the-time", Maximum = "max";

    private readonly Option<DateTimeOffset?> _from =
        Instant("--from", "Alarm events of this time on, such as 2026-03-01T10:00:00Z; without it from the beginning.");
    private readonly Option<DateTimeOffset?> _to = Instant("--to", "Alarm events before this time; without it to the end.");
    private readonly Option<string?> _node = new("--node") { Description = "Only this node." };
    private readonly Option<string?> _container =
        new("--container") { Description = "Only this container; the beginning of its id is enough." };
    private readonly Option<string?> _image = new("--image") { Description = "Only images that match, * for any characters." };
    private readonly Option<string?> _policy = new("--policy")
    {
        Description = "now: the policy that PIPELINE_POLICY names, or the built-in one; a file; "
            + "at-the-time: the one in force at each offset.",
    };

    private readonly Option<bool> _gaps =
        new("--allow-gaps") { Description = "Replay what is there when something is missing, and mark the result." };
    private readonly Option<bool> _states = new("--save-states")
    {
        Description = "Keep the detectors' state at the end of each segment in the archive: later replays begin there.",
    };

    private readonly Option<int> _parallel =
        new("--parallel") { Description = "Partitions at once.", DefaultValueFactory = _ => Environment.ProcessorCount };
    private readonly Option<string> _speed =
        new("--speed") { Description = "max, or how many times faster than it happened.", DefaultValueFactory = _ => Maximum };

    public ReplayOptions()
    {
        Source.AcceptOnlyFromAmong(Auto, Kafka, Archive);
        Format.AcceptOnlyFromAmong(Table, Json, Ndjson);
        _speed.Validators.Add(given =>
        {
            string text = given.Tokens.Count > 0 ? given.Tokens[0].Value : Maximum;
            if (text != Maximum && !(SpeedOf(text) > 0)) given.AddError($"--speed wants max or a number above 0, not '{text}'");
        });
    }

    public ArchivePlace Place { get; } = new();

    public LogOptions Log { get; } = new();

    public Option<string> Source { get; } = new("--source")
    {
        Description = "auto: the archive where one is named, and the log after it.",
        DefaultValueFactory = _ => Auto,
    };

    public Option<string> Format { get; } =
        new("--format", "-f") { Description = "table for people; json, ndjson for programs.", DefaultValueFactory = _ => Table };

    public Option<bool> Diff { get; } =
        new("--diff") { Description = "Hold the alarms against the stored ones: same, new, missing, changed. Needs PIPELINE_POSTGRES." };

    public Option<bool> Commit { get; } =
        new("--commit") { Description = "With --diff: add the new ones to the store, labelled origin=retro." };

    public IEnumerable<Option> All =>
    [
        _from, _to, _node, _container, _image, Source, .. Place.Options, .. Log.Options, _policy, _speed, _parallel, _gaps, _states,
        Format, Diff, Commit,
    ];

    public ReplayRequest Request(ParseResult parsed) =>
        new(Place.Topic(parsed), parsed.GetValue(_from) ?? DateTimeOffset.MinValue, parsed.GetValue(_to) ?? DateTimeOffset.MaxValue)
        {
            Node = parsed.GetValue(_node),
            Container = parsed.GetValue(_container),
            Image = parsed.GetValue(_image),
            AllowGaps = parsed.GetValue(_gaps),
            SaveStates = parsed.GetValue(_states),
            Parallelism = parsed.GetValue(_parallel),
            Speed = parsed.GetValue(_speed) is { } speed && speed != Maximum ? SpeedOf(speed) : null,
        };

    /// <summary>Null when it is of no use, which has been said then.</summary>
    /// <exception cref="ReplayException">The policies of that time are not known.</exception>
    public IReplayPolicy? Policy(ParseResult parsed)
    {
        string? given = parsed.GetValue(_policy);
        if (given == AtTheTime)
            throw new ReplayException(
                "--policy at-the-time: which policy was in force at which offset is not known here; give now or a file");
        TextWriter errors = parsed.InvocationConfiguration.Error;
        string? path = given is null or Now ? Environment.GetEnvironmentVariable("PIPELINE_POLICY") : given;
        DetectionPolicy? policy = string.IsNullOrEmpty(path) ? DetectionPolicy.Default : PolicyFile.Read(path, "alarmctl replay", errors);
        if (policy is null) return null;

        // What is in the files of feeds is no part of the document, so that under feeds no saved state is taken for another's.
        bool feeds = !policy.MaliciousProgram.FingerprintFeeds.IsDefaultOrEmpty;
        string key = feeds ? ""
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(PolicyYaml.Write(policy, SettingReasons.None))));
        bool joins = policy.AbnormalProcess.Whitelists.Any(list => list.Learning.Enabled);
        return new FixedPolicy(Catalog.Under(policy, FingerprintFeeds.Load(policy.MaliciousProgram.FingerprintFeeds).Set), key, joins);
    }

    private static double? SpeedOf(string text) =>
        double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out double speed) ? speed : null;

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
