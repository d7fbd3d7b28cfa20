using Pipeline.Domain.Alarms;
using Pipeline.Domain.Containers;
using Pipeline.Domain.Kernel;

namespace Pipeline.EventStore.ReadModels;

/// <summary>What a checkpoint tells of one container, for <c>read.containers</c>; member names in snake case are column names.</summary>
/// <param name="Described">Whether the settings are known; where not, those of the row stay.</param>
internal sealed record ContainerRow(
    string Node, string ContainerId, string Boot, bool Described, string Name, string Image, string ImageDigest, string Runtime, string Namespace, string Pod,
    string Workload, string State, bool? Privileged, string[] CapabilitiesAdded, string[] HostNamespaces, string Seccomp, bool? NoNewPrivileges,
    string[] HostMounts, string UserName, DateTimeOffset? CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, int? ExitCode, DateTimeOffset LastReported)
{
    /// <summary>Capabilities, namespaces or mounts that are kept of one container: more are not asked for by people.</summary>
    private const int LongestList = 256;

    public static ContainerRow From(ContainerSighting seen)
    {
        AlarmSource source = new ContainerContext(seen.ContainerId, seen.Runtime, seen.Spec, default).Describe(new("", "", "", "", "", "", "", "", ""));
        ContainerSpec? spec = seen.Spec;
        return new ContainerRow(
            Key(seen.Node.Value), Key(seen.ContainerId), Text(seen.Boot.Value), spec is not null, Text(source.ContainerName), Key(source.Image),
            Text(source.ImageDigest), Text(seen.Runtime), Text(source.Namespace), Text(source.Pod), Text(source.Workload), seen.State,
            Known(spec?.Privileged), Texts(spec?.Capabilities.Add), Texts(spec?.HostNamespaces.Select(ns => ns.Type)),
            spec is null || spec.Seccomp.Basis == Basis.Unknown ? "" : Spelling.Of(spec.Seccomp.Value), Known(spec?.NoNewPrivileges),
            Texts(spec?.Mounts.Where(IsOfHost).Select(mount => $"{mount.Source}:{mount.Destination}:{mount.Mode}")), Text(spec?.User ?? ""),
            seen.Created, seen.Started, seen.Ended, seen.ExitCode, seen.At);
    }

    private static bool IsOfHost(ContainerMount mount) => mount.Type == "bind" && mount.Source.StartsWith('/');

    private static bool? Known(Setting<bool>? setting) => setting is { Basis: not Basis.Unknown } known ? known.Value : null;

    private static string[] Texts(IEnumerable<string>? texts) => [.. (texts ?? []).Take(LongestList).Select(Text)];

    /// <summary>Two keys of an index together must stay below what it takes.</summary>
    private static string Key(string text) => Text(text) is { Length: > 256 } longer ? longer[..256] : Text(text);

    private static string Text(string text) => StorableText.ForColumn(StorableText.ForEvent(text));
}

/// <summary>What a checkpoint tells of one node, for <c>read.nodes</c>.</summary>
internal sealed record NodeRow(
    string Node, string Boot, string AgentVersion, string KernelRelease, string Architecture, DateTimeOffset LastHeartbeat, long LastSequence, long EventsTaken,
    long EventsLost, long SpoolBytes, NodeSource[] Sources)
{
    private const int MostSources = 64;

    public static NodeRow From(NodeSighting seen) => new(
        Text(seen.Node.Value), Text(seen.Boot.Value), Text(seen.Heartbeat.AgentVersion), Text(seen.Heartbeat.KernelRelease), Text(seen.Heartbeat.Architecture),
        seen.At, seen.LastSequence, seen.Heartbeat.EventsTaken, seen.Heartbeat.EventsLost, seen.Heartbeat.SpoolBytes,
        [.. seen.Heartbeat.Sources.Take(MostSources).Select(source => new NodeSource(Text(source.Name), Text(source.State), Text(source.Detail)))]);

    private static string Text(string text) => StorableText.ForColumn(StorableText.ForEvent(text));
}

/// <summary>A source of an agent.</summary>
internal sealed record NodeSource(string Name, string State, string Detail);

/// <summary>Losses of a node that a checkpoint adds, for <c>read.node_losses</c>.</summary>
internal sealed record LossRow(string Node, string Cause, DateTimeOffset Hour, long Reports, long Lost, DateTimeOffset LastReported)
{
    public static LossRow From(LossTally tally) => new(
        StorableText.ForColumn(StorableText.ForEvent(tally.Node.Value)), Spelling.Of(tally.Cause), tally.Hour, tally.Reports, tally.Lost, tally.LastReported);
}
