using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Containers;

namespace Pipeline.Detection.AbnormalStartup;

/// <summary>
/// Whether a mount shows the container a part of the host that it should not see. Only the source counts, and only that of binds: every
/// container has a /dev, /sys and /proc of its own as destinations.
/// </summary>
internal static class MountCheck
{
    // The payload is read by programs and people, not embedded in HTML.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static StartupFinding? Evaluate(ContainerSpec spec, StartupPolicy policy)
    {
        Severity worst = 0;
        var bad = ImmutableArray.CreateBuilder<ContainerMount>();
        foreach (ContainerMount mount in spec.Mounts)
        {
            if (Judge(mount, policy) is not { } severity) continue;
            bad.Add(mount);
            if (severity > worst) worst = severity;
        }

        return bad.Count == 0
            ? null
            : new StartupFinding(StartupClass.Mounts, StartupCheckNames.Mounts, Payload(bad.ToImmutable()), worst, Basis.Explicit);
    }

    /// <summary>
    /// Whether the mount alone is a way out to the host: all of its file system to write to, or a runtime's socket, which obeys even when
    /// mounted read-only.
    /// </summary>
    public static bool OpensHost(ContainerMount mount, StartupPolicy policy)
    {
        if (Judge(mount, policy) is null || HostPath.Normalise(mount.Source) is not { } source) return false;
        return (source == "/" && mount.Mode != "ro") || policy.RuntimeSockets.Any(pattern => HostPath.Matches(source, pattern));
    }

    /// <summary>For people: what became of one mount, and by what.</summary>
    public static string Verdict(ContainerMount mount, StartupPolicy policy)
    {
        string told = $"{mount.Source} ({mount.Type}, {mount.Mode})";
        if (mount.Type != "bind" || HostPath.Normalise(mount.Source) is not { } source) return $"{told}: no part of the host";
        if (Exception(mount, source, policy) is { } exception) return $"{told}: exception {exception.Source}";
        return Judge(mount, policy) is { } severity ? $"{told}: {severity}" : $"{told}: not guarded";
    }

    private static MountException? Exception(ContainerMount mount, string source, StartupPolicy policy)
    {
        foreach (MountException exception in policy.MountExceptions)
        {
            if ((mount.Mode == "ro" || !exception.ReadOnly) && HostPath.Matches(source, exception.Source)) return exception;
        }

        return null;
    }

    private static Severity? Judge(ContainerMount mount, StartupPolicy policy)
    {
        if (mount.Type != "bind" || HostPath.Normalise(mount.Source) is not { } source) return null;
        bool readOnly = mount.Mode == "ro";
        if (Exception(mount, source, policy) is not null) return null;

        bool socket = policy.RuntimeSockets.Any(pattern => HostPath.Matches(source, pattern));
        if (!socket && !IsGuarded(source, policy)) return null;

        bool gravest = socket || source == "/" || policy.GravestMountSources.Any(path => HostPath.IsAtOrBelow(source, path));
        Severity severity = gravest ? policy.GravestMountSeverity : policy.MountSeverity;
        return readOnly && severity > Severity.Low ? severity - 1 : severity;
    }

    private static bool IsGuarded(string source, StartupPolicy policy)
    {
        if (policy.CriticalMountSources.Any(path => HostPath.Exposes(source, path))) return true;
        if (!policy.CheckExtendedMountSources) return false;

        // "/" in the extended set means the root itself: taken as a directory it would cover every path there is.
        return policy.ExtendedMountSources.Any(path => path == "/" ? source == "/" : HostPath.Exposes(source, path));
    }

    private static string Payload(ImmutableArray<ContainerMount> mounts)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, Plain))
        {
            json.WriteStartArray();
            foreach (ContainerMount mount in mounts)
            {
                json.WriteStartObject();
                json.WriteString("source", mount.Source);
                json.WriteString("destination", mount.Destination);
                json.WriteString("mode", mount.Mode);
                json.WriteString("propagation", mount.Propagation);
                json.WriteString("type", mount.Type);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return "mounts:" + Encoding.UTF8.GetString(bytes.WrittenSpan);
    }
}
