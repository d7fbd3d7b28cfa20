using System.Collections.Immutable;
using Pipeline.Domain.Events;

namespace Pipeline.Replay.Timelines;

/// <summary>Makes a timeline of what was found.</summary>
internal static class TimelineWriter
{
    public static Timeline Write(TimelineRequest request, List<TracedEvent> found, List<string> notes, TimelineReading read)
    {
        // A record may come more than once, and the order between segments is not that of time.
        TracedEvent[] ordered = [.. found.DistinctBy(e => e.Id).OrderBy(e => e.WallNs).ThenBy(e => e.Id.Sequence)];
        string[] ids = [.. ordered.Select(e => e.ContainerId).Distinct()];
        if (ids.Length > 1) notes.Add($"{ids.Length} containers have an id that begins so: {string.Join(", ", ids.Take(5))}");
        if (ids.Length == 0) notes.Add("nothing of the container is archived or in the log");
        var tree = new ProcessTree();
        foreach (TracedEvent e in ordered.Where(e => ProcessTree.Wall(e.WallNs) <= request.At)) tree.Apply(e);
        TracedEvent[] window = [.. ordered.Where(e => InWindow(request, e))];
        TracedEvent[] told = window.Length <= request.Most ? window
            : [.. window.OrderBy(e => (ProcessTree.Wall(e.WallNs) - request.At).Duration()).Take(request.Most).OrderBy(e => e.WallNs)
                .ThenBy(e => e.Id.Sequence)];
        if (told.Length < window.Length) notes.Add(
            $"{told.Length} of the {window.Length} events in the window are told, those nearest to the instant");
        return new Timeline(
            ids.FirstOrDefault() ?? request.Container, request.At, tree.Processes(), [.. told.Select(e => Told(request, e))], Files(window),
            Connections(window), [.. window.Where(e => e.Gains).Select(e => Told(request, e))], [.. notes.Distinct()], read);
    }

    private static bool InWindow(TimelineRequest request, TracedEvent e)
    {
        DateTimeOffset at = ProcessTree.Wall(e.WallNs);
        return at >= request.At - request.Before && at <= request.At + request.After;
    }

    private static TimelineEvent Told(TimelineRequest request, TracedEvent e) => new(
        ProcessTree.Wall(e.WallNs), e.Id.Node.Value, e.Id.Boot.Value, e.Id.Sequence, EventText.Word(e.Kind), e.Task?.Tgid
            ?? 0, e.Program, e.What,
        request.Evidence.Contains(e.Id));

    private static ImmutableArray<TouchedFile> Files(TracedEvent[] window) =>
    [
        .. window.Where(e => e.Kind == EventKind.File && e.Path.Length > 0).GroupBy(e => e.Path).Select(file => new TouchedFile(
            file.Key, [.. file.Select(e => e.Operation).Distinct()], file.Sum(e => e.Count), ProcessTree.Wall(file.First().WallNs),
            ProcessTree.Wall(file.Last().WallNs))),
    ];

    private static ImmutableArray<Connection> Connections(TracedEvent[] window) =>
    [
        .. window.Where(e => e.Kind == EventKind.Syscall && e.Address.Length > 0).GroupBy(e => (e.Operation, e.Address, e.Result))
            .Select(c => new Connection(c.Key.Operation, c.Key.Address, c.Key.Result, c.Sum(e => e.Count),
                ProcessTree.Wall(c.First().WallNs))),
    ];
}
