using System.Collections.Immutable;
using System.CommandLine;
using Pipeline.Api.Ports;
using Pipeline.Archive;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Identity;
using Pipeline.Ingest.Reading;
using Pipeline.Replay;
using Pipeline.Replay.Timelines;

namespace Pipeline.Host.Commands.Timelines;

/// <summary>Shows a container around an instant, or around an alarm.</summary>
internal static class TimelineCommand
{
    /// <summary>Nothing of the container is there.</summary>
    private const int NotFound = 1;

    public static Command Create()
    {
        var options = new TimelineOptions();
        var command = new Command(
            "timeline",
            "Show a container around an instant: its processes then, what happened before and after, files, connections, privileges. "
            + "Exit code 0: shown, 1: nothing of the container is there, 2: it could not be done.");
        options.AddTo(command);
        command.SetAction((parsed, cancellation) => Task.Run(() => GuardedAsync(parsed, options, cancellation), cancellation));
        return command;
    }

    private static async Task<int> GuardedAsync(ParseResult parsed, TimelineOptions options, CancellationToken cancellation)
    {
        try
        {
            TimelineRequest request = options.Within(await AskedAsync(parsed, options, cancellation), parsed);
            Timeline timeline = await options.Reader(parsed).ReadAsync(request, cancellation);
            new TimelineReport(parsed.InvocationConfiguration.Output, parsed.GetValue(options.Format)!).Write(timeline);
            return timeline.Events.IsEmpty && timeline.Processes.IsEmpty ? NotFound : 0;
        }
        catch (Exception e) when (
            e is ReplayException or ArchiveException or NodeLogException or AlarmStoreUnavailableException or IOException)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync($"alarmctl timeline: {Printable.Of(e.Message)}");
            return AlarmCtl.Unusable;
        }
    }

    private static async Task<TimelineRequest> AskedAsync(ParseResult parsed, TimelineOptions options, CancellationToken cancellation)
    {
        string topic = options.Topic(parsed);
        DateTimeOffset? at = parsed.GetValue(options.At);
        if (parsed.GetValue(options.Alarm) is not { } id)
        {
            return parsed.GetValue(options.Container) is { Length: > 0 } container && at is { } instant
                ? new TimelineRequest(topic, container, instant)
                : throw new ReplayException("name an alarm, or a container with --container and the instant with --at");
        }

        AlarmView view = (await StoredAlarmOf.FindAsync(id, cancellation)).View;
        AlarmSource source = view.Raised.Source;
        if (source.ContainerId.Length == 0) throw new ReplayException($"alarm {id} is of node {source.Node}, and of no container");
        ImmutableHashSet<EventId> evidence =
            [.. view.Evidence.Select(e => new EventId(new NodeId(e.Node), new BootId(e.Boot), e.Sequence))];
        return new TimelineRequest(topic, source.ContainerId, at ?? view.FirstSeen) { Node = source.Node, Evidence = evidence };
    }
}
