using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Api.Ports;
using Pipeline.Archive;
using Pipeline.Archive.Stores;
using Pipeline.Domain.Kernel;
using Pipeline.EventStore;
using Pipeline.Ingest.Reading;
using Pipeline.Replay;
using Pipeline.Replay.Comparing;

namespace Pipeline.Host.Commands.Replaying;

/// <summary>Runs the detectors over a part of the log once more and tells what they say; with --commit, what is new is stored.</summary>
internal static class ReplayCommand
{
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        var options = new ReplayOptions();
        var command = new Command(
            "replay",
            "Run the detectors over archived or logged events once more, apart from what is live; see docs/forensics.md. "
            + "Exit code 0: done, 2: it could not be done, standard error says what is missing.");
        foreach (Option option in options.All) command.Add(option);
        command.SetAction((parsed, cancellation) => Task.Run(() => GuardedAsync(parsed, options, cancellation), cancellation));
        return command;
    }

    private static async Task<int> GuardedAsync(ParseResult parsed, ReplayOptions options, CancellationToken cancellation)
    {
        try
        {
            return await RunAsync(parsed, options, cancellation);
        }
        catch (Exception e) when (e is ReplayException or ArchiveException or NodeLogException or DetectorFaultException
            or AlarmStoreUnavailableException or IOException)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync($"alarmctl replay: {Printable.Of(e.Message)}");
            return AlarmCtl.Unusable;
        }
    }

    private static async Task<int> RunAsync(ParseResult parsed, ReplayOptions options, CancellationToken cancellation)
    {
        bool compare = parsed.GetValue(options.Diff) || parsed.GetValue(options.Commit);
        string? postgres = Environment.GetEnvironmentVariable("PIPELINE_POSTGRES");
        if (compare && string.IsNullOrEmpty(postgres))
            throw new ReplayException("--diff and --commit need the store: set PIPELINE_POSTGRES");
        if (options.Policy(parsed) is not { } policy) return AlarmCtl.Unusable;
        (IArchiveStore? archive, KafkaReplayLog? log) = Sources(parsed, options);
        ReplayRequest request = options.Request(parsed);
        var progress = new ReplayProgress(TimeProvider.System);
        ReplayResult result;
        TextWriter errors = parsed.InvocationConfiguration.Error;
        await using (TimeProvider.System.CreateTimer(_ => Say(progress, errors), null, ProgressEvery, ProgressEvery))
            result = await new ReplayRun(archive, log, policy, TimeProvider.System).RunAsync(request, progress, cancellation);
        ReplayReport report = new(parsed.InvocationConfiguration.Output, parsed.GetValue(options.Format)!);
        if (!compare) report.Write(result);
        else await CompareAsync(request, result, report, postgres!, parsed.GetValue(options.Commit), cancellation);
        return 0;
    }

    private static (IArchiveStore? Archive, KafkaReplayLog? Log) Sources(ParseResult parsed, ReplayOptions options)
    {
        string source = parsed.GetValue(options.Source)!;
        IArchiveStore? archive = source == ReplayOptions.Kafka ? null : options.Place.Store(parsed);
        if (source == ReplayOptions.Archive && archive is null)
            throw new ReplayException("name the archive with --archive or PIPELINE_ARCHIVE");
        return (archive, source == ReplayOptions.Archive ? null
            : new KafkaReplayLog(options.Log.Address(parsed, options.Place.Topic(parsed))));
    }

    private static async Task CompareAsync(
        ReplayRequest request, ReplayResult result, ReplayReport report, string postgres, bool commit, CancellationToken cancellation)
    {
        await using var database = new AlarmDatabase(new EventStoreOptions { ConnectionString = postgres });
        ImmutableArray<ComparedAlarm> compared = await new ReplayDiff(new AlarmQueries(database))
            .CompareAsync(request, result.Events, cancellation);
        int? added = commit
            ? await new RetroAlarms(new AlarmStore(database, NullLogger<AlarmStore>.Instance))
                .AddAsync(request.Topic, result.Events, compared, cancellation)
            : null;
        report.Write(result, compared, added);
    }

    private static void Say(ReplayProgress progress, TextWriter errors)
    {
        string done = progress.Total > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{100.0 * progress.Records / progress.Total:F0} %, ") : "";
        string left = progress.Left is { } time ? string.Create(CultureInfo.InvariantCulture, $", {time.TotalSeconds:F0} s left") : "";
        errors.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"replay: {done}{progress.Events:N0} events, {progress.EventsPerSecond:N0} events/s{left}"));
    }
}
