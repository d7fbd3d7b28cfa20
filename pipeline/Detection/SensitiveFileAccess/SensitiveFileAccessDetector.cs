using Pipeline.Detection.Files;
using Pipeline.Detection.Reporting;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.SensitiveFileAccess;

/// <summary>
/// Changes to protected files of a container's image (rules SF-01 to SF-03). The steps of one change, from opening the file to closing it
/// or to renaming a new one over it, are one alarm, which comes when the change has settled.
/// </summary>
public sealed class SensitiveFileAccessDetector(SensitiveFilePolicy policy) : IDetector
{
    private const long SetIdBits = 0xc00;
    private const string FileCapabilities = "security.capability";

    public static DetectorSpec Description { get; } = new(
        "sensitive-file-access", AlarmType.SensitiveFileAccess, 2, EventKinds.File | EventKinds.Container | EventKinds.Mount);

    private readonly ChangeTracker _changes = new(policy);

    public DetectorSpec Spec => Description;

    public void Observe(in Observation observation, IFindings findings)
    {
        ArgumentNullException.ThrowIfNull(findings);
        if (observation.Event.Kind == EventKind.Container)
        {
            OnContainer(observation);
            return;
        }

        bool inWorkload = observation.InWorkload;
        findings.Reasons?.Weigh("SF-01", "done by a container's workload", inWorkload ? "yes" : "host, runtime or too early", inWorkload);
        if (!inWorkload) return;
        if (observation.Event.Kind == EventKind.File) OnFile(observation, findings);
        else if (observation.MountEvent.Action == MountAction.Mounted) OnMount(observation, findings);
    }

    public void Advance(NodeBoot node, long watermarkNs, IFindings findings)
    {
        ArgumentNullException.ThrowIfNull(findings);
        _changes.Advance(node, watermarkNs, findings);
    }

    public void Save(BinaryWriter state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _changes.Save(state);
    }

    public void Load(BinaryReader state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _changes.Load(state);
    }

    private void OnContainer(in Observation observation)
    {
        ContainerRecord record = observation.ContainerEvent;
        if (record.Action == ContainerAction.Started)
            _changes.Containers.NoteStart(observation.Node, record.ContainerId, observation.Time.BootNs);
        if (observation.Container?.Spec is not null)
            _changes.Containers.Note(observation.Node, record.ContainerId, observation.Source());
    }

    /// <summary>Something is mounted over a path, which hides the file that is there.</summary>
    private void OnMount(in Observation observation, IFindings findings)
    {
        string point = observation.Batch.String(observation.MountEvent.MountPoint);
        _changes.Step(observation, new FileStep(point, FileAction.Modify, default, Elevates: false, InMount: false), findings);
    }

    private void OnFile(in Observation observation, IFindings findings)
    {
        ref readonly FileRecord file = ref observation.FileEvent;
        FileAction action = FileActions.OnPath(file);
        bool closes = file.Operation == FileOperation.Close;
        bool links = file.Operation == FileOperation.Link || (action != FileAction.None && file.File.LinkCount > 1);
        if ((action & FileAction.Change) == 0 && !closes && !links) return;
        if (findings.Reasons is null && (closes ? _changes.IsIdle : !links && ConcernsNobody(observation, file))) return;
        if (ContainerPath.Of(observation, file.File, file.Path) is not var (path, inMount)) return;
        var step = new FileStep(path, action, file.File, Elevates(observation, file), inMount);
        if (closes) _changes.Close(observation, path);
        else if (file.Result < 0) Refused(observation, step, findings);
        else Made(observation, step, findings);
    }

    /// <summary>
    /// Whether the file is one of the container's own that nothing protects, so that no step from here on would do anything. Not asked
    /// where another name of it, another path or a right that it gives counts as well.
    /// </summary>
    private bool ConcernsNobody(in Observation observation, in FileRecord file) =>
        file.Operation is not (FileOperation.Rename or FileOperation.ChangeMode or FileOperation.SetExtendedAttribute)
        && !file.PathTruncated
        && observation.IsInOwnRoot(file.File)
        && !_changes.MayProtect(observation.Batch.Utf8(file.Path), file.File);

    private void Made(in Observation observation, in FileStep step, IFindings findings)
    {
        FileOperation operation = observation.FileEvent.Operation;
        string? made = operation == FileOperation.Link ? OtherPath(observation, step.InMount) : null;
        _changes.NoteLink(observation, step, made);
        if (operation == FileOperation.Rename) OnRename(observation, step, findings);
        else _changes.Step(observation, step, findings);
        if (made is not null)
            _changes.Step(observation, step with { Path = made, Action = FileAction.Create, File = default }, findings);
    }

    /// <summary>
    /// The new file takes the old one's place: one change of the target, whatever was done to the new file before. In an exchange both
    /// change.
    /// </summary>
    private void OnRename(in Observation observation, in FileStep moved, IFindings findings)
    {
        if (OtherPath(observation, moved.InMount) is not { } target) return;
        Edit? temporary = FileActions.IsExchange(observation.FileEvent) ? null : _changes.ChangeOf(observation, moved.Path);
        _changes.ForgetLinks(observation, target);
        var onto = moved with { Path = target, Action = FileAction.Move | FileAction.Modify };
        bool replaced = _changes.Step(observation, onto, findings, temporary);
        if (replaced && temporary is { Protection.ByName: false }) _changes.Drop(observation, moved.Path);
        else _changes.Step(observation, moved, findings);
    }

    private void Refused(in Observation observation, in FileStep step, IFindings findings)
    {
        const int eperm = 1, eacces = 13, erofs = 30;
        if (!policy.AlarmOnAttempts || observation.FileEvent.Result is not (-eperm or -eacces or -erofs)) return;
        if ((step.Action & FileAction.Change) != 0 && _changes.ProtectionOf(observation, step) is { } protection)
            findings.Report(SensitiveFileFinding.OfAttempt(observation, step, protection));
    }

    /// <summary>The second path of a rename or link, which never leaves the mount that the first is in.</summary>
    private static string? OtherPath(in Observation observation, bool inMount)
    {
        ref readonly FileRecord file = ref observation.FileEvent;
        if (file.OtherPath.IsEmpty) return null;
        return inMount || !observation.IsInOwnRoot(file.File)
            ? ContainerPath.Of(observation, default, file.OtherPath)?.Path
            : observation.Batch.String(file.OtherPath);
    }

    private static bool Elevates(in Observation observation, in FileRecord file) =>
        (file.Operation == FileOperation.ChangeMode && (file.Flags & SetIdBits) != 0)
        || (file.Operation == FileOperation.SetExtendedAttribute && observation.Batch.String(file.OtherPath) == FileCapabilities);
}
