using System.Collections.Immutable;
using System.Globalization;
using Pipeline.Detection.Files;
using Pipeline.Detection.Reporting;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.SensitiveFileAccess;

/// <summary>Makes the parts of a change and the finding of one that has settled.</summary>
internal static class SensitiveFileFinding
{
    private const long QuietNs = 600 * EventTime.NanosecondsPerSecond;

    public static Edit Begin(in Observation observation, Protection protection, AlarmSource source) => new()
    {
        Boot = observation.Id.Boot,
        Protection = protection,
        Source = source,
        Processes = observation.Processes(),
        First = observation.Time,
        Last = observation.Time,
    };

    /// <summary>The change with one step more.</summary>
    public static Edit Then(this Edit edit, in Observation observation, in FileStep step, Protection protection, bool truncated)
    {
        bool isFile = observation.Event.Kind == EventKind.File;
        FileRecord file = isFile ? observation.FileEvent : default;
        bool first = !edit.IsChange && (step.Action & ~FileAction.OpenForWrite) != 0;
        return (edit with
        {
            Protection = protection.Severity > edit.Protection.Severity ? protection : edit.Protection,
            Source = edit.Source.IsUndescribed() ? observation.Source() : edit.Source,
            Processes = first ? observation.Processes() : edit.Processes,
            Last = observation.Time.BootNs > edit.Last.BootNs ? observation.Time : edit.Last,
            LastSequence = observation.Id.Sequence,
            Done = edit.Done | (step.Action & FileAction.Change),
            Bytes = edit.Bytes + (file.Operation == FileOperation.Write ? Math.Max(file.Bytes, 0) : 0),
            IsOpen = edit.IsOpen
                || file.Operation is FileOperation.Open or FileOperation.Create or FileOperation.Write or FileOperation.MapSharedWritable,
            Elevates = edit.Elevates || step.Elevates,
            OnlyTimes = edit.OnlyTimes && file.Operation is FileOperation.SetTimes,
            PathTruncated = edit.PathTruncated || truncated,
            Gaps = observation.GapsIn(edit.First.BootNs, observation.Time.BootNs),
        }).With(EvidenceOf(observation, step));
    }

    public static Finding Of(EditKey key, Edit edit, AlarmSource source)
    {
        SensitiveFileRule rule = edit.Protection.Executable ? SensitiveFileRule.Program : SensitiveFileRule.Changed;
        string done = SensitiveFileRule.InWords(edit.Done);
        Severity severity = edit.OnlyTimes && edit.Done == FileAction.Attributes ? Severity.Low : edit.Protection.Severity;
        return Finding(rule, edit.Protection, source, key.Path, done, severity, edit.Elevates) with
        {
            Outcome = Outcome.AbnormalBehavior,
            Content = [new ContentItem("protected-file", $"{done} {key.Path}{Written(edit.Bytes)}", severity, "")],
            Evidence = edit.Evidence,
            Processes = edit.Processes,
            Cause = new EventId(key.Node, edit.Boot, edit.LastSequence),
            At = edit.Last,
            DedupKey = $"{rule.RuleId}|{key.ContainerId}|{(edit.Processes.IsEmpty ? "" : edit.Processes[0].Path)}|{key.Path}",
            Labels =
            [
                .. Label(edit.PathTruncated, "path-truncated"), .. Label(!edit.Protection.Sure && source.IsUndescribed(), "metadata-unknown"),
            ],
            EvidenceGaps = edit.Gaps,
        };
    }

    public static Finding OfAttempt(in Observation observation, in FileStep step, Protection protection)
    {
        AlarmSource source = observation.Source();
        return Finding(SensitiveFileRule.Attempt, protection, source, step.Path, "tried", Severity.Medium, step.Elevates) with
        {
            Outcome = Outcome.AttackBlocked,
            Content = [new ContentItem("protected-file", $"refused {step.Path}", Severity.Medium, "")],
            Evidence = [EvidenceOf(observation, step)],
            Processes = observation.Processes(),
            Cause = observation.Id,
            At = observation.Time,
            DedupKey = $"{SensitiveFileRule.Attempt.RuleId}|{source.ContainerId}|{observation.Process?.Self.ExePath}|{step.Path}",
        };
    }

    private static Finding Finding(
        SensitiveFileRule rule, Protection protection, AlarmSource source, string path, string done, Severity severity,
        bool elevates) => new()
        {
            RuleId = rule.RuleId,
            ClassId = rule.ClassId,
            Title = $"Container {(source.IsUndescribed() ? source.ContainerId : source.ContainerName)} {rule.Deed} {path}: {done}",
            Severity = severity,
            Outcome = Outcome.AbnormalBehavior,
            Attack = SensitiveFileRule.Attack(path, elevates),
            Source = source,
            Subject = path,
            Content = [],
            Evidence = [],
            Cause = default,
            At = default,
            DedupKey = "",
            Recommendation = rule.Recommendation,
            PolicyId = protection.PolicyId,
            QuietNs = QuietNs,
        };

    private static Evidence EvidenceOf(in Observation observation, in FileStep step)
    {
        EventBatch batch = observation.Batch;
        if (observation.Event.Kind == EventKind.Mount) return observation.Evidence("mount", ("operation", "mount"), ("path", step.Path));
        ref readonly FileRecord file = ref observation.FileEvent;
        return observation.Evidence(
            "file",
            ("operation", Spelling.Of(file.Operation)),
            ("path", batch.String(file.Path)),
            ("otherPath", batch.String(file.OtherPath)),
            ("flags", "0x" + file.Flags.ToString("x", CultureInfo.InvariantCulture)),
            ("bytes", file.Bytes.ToString(CultureInfo.InvariantCulture)),
            ("result", file.Result.ToString(CultureInfo.InvariantCulture)),
            ("device", "0x" + file.File.Device.ToString("x", CultureInfo.InvariantCulture)),
            ("inode", file.File.Inode.ToString(CultureInfo.InvariantCulture)),
            ("layer", Spelling.Of(file.File.Layer)));
    }

    private static string Written(long bytes) => bytes == 0 ? "" : $" ({bytes.ToString(CultureInfo.InvariantCulture)} bytes written)";

    private static ImmutableArray<string> Label(bool holds, string label) => holds ? [label] : [];
}
