using Pipeline.Detection.Files;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.FileEscape;

/// <summary>
/// Containers that touch key files of the host (rules FE-01 to FE-04): by a mount, declared or not, or through another process's root. What
/// counts is whose file it is by mounts and device numbers, never how its path reads in the container. Keeps no state.
/// </summary>
public sealed class FileEscapeDetector(FileEscapePolicy policy) : IDetector
{
    private const int Eperm = 1;
    private const int Eacces = 13;
    private const int Erofs = 30;

    public static DetectorSpec Description { get; } =
        new("file-escape", AlarmType.FileEscape, 1, EventKinds.File | EventKinds.Process | EventKinds.Mount);

    private readonly HostFiles _files = new(policy);

    public DetectorSpec Spec => Description;

    public void Observe(in Observation observation, IFindings findings)
    {
        ArgumentNullException.ThrowIfNull(findings);
        bool inWorkload = observation.InWorkload;
        findings.Reasons?.Weigh("FE-01", "done by a container's workload", inWorkload ? "yes" : "host, runtime or too early", inWorkload);
        if (!inWorkload) return;
        switch (observation.Event.Kind)
        {
            case EventKind.File:
                OnFile(observation, findings);
                break;
            case EventKind.Process when observation.ProcessEvent.Action == ProcessAction.Executed:
                var run = new FileTouch(FileAction.Execute, "exec", observation.ProcessEvent.Executable, observation.Task.ExePath, 0, 0);
                Touch(observation, run, findings);
                break;
            case EventKind.Mount when observation.MountEvent.Action == MountAction.Mounted:
                OnMount(observation, findings);
                break;
        }
    }

    /// <summary>Nothing waits for time here.</summary>
    public void Advance(NodeBoot node, long watermarkNs, IFindings findings)
    {
    }

    public void Save(BinaryWriter state)
    {
    }

    public void Load(BinaryReader state)
    {
    }

    private void OnFile(in Observation observation, IFindings findings)
    {
        ref readonly FileRecord file = ref observation.FileEvent;
        FileAction onPath = FileActions.OnPath(file);
        FileAction onOther = FileActions.OnOtherPath(file);

        // Most files are the container's own; a rename or link never leaves the mount that it begins in.
        bool skipped = (onPath | onOther) == FileAction.None || observation.IsInOwnRoot(file.File);
        findings.Reasons?.Weigh("FE-01", "touches a file outside the container's root", Spelling.Of(file.Operation), !skipped);
        if (skipped) return;
        string operation = Spelling.Of(file.Operation);
        if (onPath != FileAction.None)
            Touch(observation, new FileTouch(onPath, operation, file.File, file.Path, file.Flags, file.Result), findings);

        // Only the first path comes with the file itself; the other is followed by name.
        if (onOther != FileAction.None)
            Touch(observation, new FileTouch(onOther, operation, default, file.OtherPath, file.Flags, file.Result), findings);
    }

    /// <summary>A mount made after the start: what it shows of the host is within reach from now on.</summary>
    private void OnMount(in Observation observation, IFindings findings)
    {
        ref readonly MountRecord mount = ref observation.MountEvent;
        var reference = new FileReference { MountId = mount.MountId, Device = mount.Device };
        FileLocation at = observation.Locate(reference, mount.MountPoint);
        if (at is not { Origin: FileOrigin.Host, HostPath.Length: > 0 }) return;
        bool readOnly = at.MountOptions.Split(',').Contains("ro");
        var touch = new FileTouch(readOnly ? FileAction.Read : FileAction.Change, "mount", reference, mount.MountPoint, 0, 0);
        Judge(observation, touch, at, _files.KeyIn(at.HostPath), findings);
    }

    private void Touch(in Observation observation, in FileTouch touch, IFindings findings)
    {
        if (touch.Path.IsEmpty || observation.IsInOwnRoot(touch.File)) return;
        FileLocation at = observation.Locate(touch.File, touch.Path);
        findings.Reasons?.Weigh("FE-01", "is a file of the host", $"{at.Origin} {at.HostPath}", at.Origin == FileOrigin.Host);
        if (at is { Origin: FileOrigin.Host, HostPath.Length: > 0 }) Judge(observation, touch, at, _files.KeyOf(at.HostPath), findings);
    }

    private void Judge(in Observation observation, in FileTouch touch, FileLocation at, KeyPath? key, IFindings findings)
    {
        bool refused = touch.Result < 0;
        FileEscapeRule rule = FileEscapeRule.For(touch.Action, refused, at.Foreign);
        bool isKey = key is not null && (key.Actions & touch.Action) != 0;
        bool concerns = isKey || (at.Foreign && policy.AnyForeignFile && !_files.IsExcluded(at.HostPath));
        string entry = key?.Path ?? "no entry";
        findings.Reasons?.Weigh(rule.RuleId, "is a key path for this access", $"{touch.Action} of {at.HostPath}: {entry}", concerns);
        if (!concerns) return;

        bool decided = !refused || touch.Result is -Eperm or -Eacces or -Erofs;
        findings.Reasons?.Weigh(rule.RuleId, "succeeded or was refused for want of rights", Number(touch.Result), decided);
        if (!decided) return;

        string process = observation.Process?.Self.ExePath ?? "";
        FileEscapeException? exception = _files.ExceptionFor(observation.Container, process, at.HostPath);
        findings.Reasons?.Weigh(rule.RuleId, "no exception of the policy", exception?.Reason ?? "none", exception is null);
        if (exception is null) findings.Report(FileEscapeFinding.Of(observation, touch, at, key, rule, _files));
    }

    private static string Number(long value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
