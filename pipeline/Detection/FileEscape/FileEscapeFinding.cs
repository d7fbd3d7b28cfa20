using System.Collections.Immutable;
using System.Globalization;
using Pipeline.Detection.Files;
using Pipeline.Detection.Reporting;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Containers;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.FileEscape;

/// <summary>Makes the finding of a deed.</summary>
internal static class FileEscapeFinding
{
    /// <summary>Ten minutes without the same deed end an alarm: then it is news again.</summary>
    private const long QuietNs = 600 * EventTime.NanosecondsPerSecond;

    public static Finding Of(
        in Observation observation, in FileTouch touch, FileLocation at, KeyPath? key, FileEscapeRule rule, HostFiles files)
    {
        FileEscapePolicy policy = files.Policy;
        bool reads = (touch.Action & ~FileAction.Read) == 0;
        string exe = observation.Process?.Self.ExePath ?? "";
        AlarmSource source = observation.Source();
        Severity severity = touch.Result < 0 ? policy.BlockedSeverity : reads ? policy.ReadSeverity : policy.WriteSeverity;
        return new Finding
        {
            RuleId = rule.RuleId,
            ClassId = FileEscapeRule.ClassId,
            Title = $"Container {(source.IsUndescribed() ? source.ContainerId : source.ContainerName)} {rule.Deed} {at.HostPath} of the host",
            Severity = severity,
            Outcome = touch.Result < 0 ? Outcome.AttackBlocked : Outcome.AttackSuccess,
            Attack = FileEscapeRule.Attack(touch.Action, key),
            Source = source,
            Subject = at.HostPath,
            Content = [new ContentItem(key?.Group ?? "foreign", $"{(reads ? "read" : touch.Operation)} {at.HostPath}", severity, "")],
            Evidence = [Evidence(observation, touch, at)],
            Processes = observation.Processes(),
            Cause = observation.Id,
            At = observation.Time,
            DedupKey = $"{rule.RuleId}|{source.ContainerId}|{exe}|{at.HostPath}",
            Recommendation = rule.Recommendation,
            Labels = observation.Container?.Spec is null ? ["metadata-unknown"] : [],
            QuietNs = QuietNs,
        };
    }

    private static Evidence Evidence(in Observation observation, in FileTouch touch, FileLocation at)
    {
        string path = observation.Batch.String(touch.Path);
        (int Index, ContainerMount? Mount) declared = Declared(observation.Container?.Spec, at, path);
        return observation.Evidence(
            "file",
            ("operation", touch.Operation),
            ("containerPath", path),
            ("hostPath", at.HostPath),
            ("flags", "0x" + touch.Flags.ToString("x", CultureInfo.InvariantCulture)),
            ("result", touch.Result.ToString(CultureInfo.InvariantCulture)),
            ("device", "0x" + touch.File.Device.ToString("x", CultureInfo.InvariantCulture)),
            ("inode", touch.File.Inode.ToString(CultureInfo.InvariantCulture)),
            ("mountPoint", at.MountPoint.Length > 0 ? at.MountPoint : declared.Mount?.Destination ?? ""),
            ("mountOptions", at.MountOptions.Length > 0 ? at.MountOptions : declared.Mount?.Mode ?? ""),
            ("declaredInSpec", declared.Mount is null ? "false" : "true"),
            ("specMount", declared.Mount is { } mount ? $"{declared.Index}: {mount.Source}:{mount.Destination}:{mount.Mode}" : ""));
    }

    /// <summary>The mount of the container's description that leads to the file.</summary>
    private static (int Index, ContainerMount? Mount) Declared(ContainerSpec? spec, FileLocation at, string path)
    {
        ImmutableArray<ContainerMount> mounts = spec?.Mounts ?? [];
        string point = at.MountPoint.Length > 0 ? at.MountPoint : path;
        for (int i = 0; i < mounts.Length; i++)
        {
            if (!at.Foreign && new PathPattern(mounts[i].Destination).Covers(point)) return (i, mounts[i]);
        }

        return (-1, null);
    }
}
