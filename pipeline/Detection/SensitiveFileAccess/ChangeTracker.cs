using Pipeline.Detection.Files;
using Pipeline.Detection.Reporting;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.SensitiveFileAccess;

/// <summary>
/// Makes changes of the steps that are protected against, and reports those that have settled. All the state of the detector is here. Not
/// thread-safe.
/// </summary>
internal sealed class ChangeTracker(SensitiveFilePolicy policy)
{
    private readonly ProtectedFiles _files = new(policy);
    private readonly EditBook _edits = new();
    private readonly HardLinks _links = new();

    public KnownContainers Containers { get; } = new();

    /// <summary>Whether no change is in progress.</summary>
    public bool IsIdle => _edits.IsEmpty;

    /// <summary>See <see cref="ProtectedFiles.MayProtect"/>.</summary>
    public bool MayProtect(ReadOnlySpan<byte> path, in FileReference file) => _files.MayProtect(path, file);

    /// <summary>What protects a path from a step; null when nothing does.</summary>
    public Protection? ProtectionOf(in Observation observation, in FileStep step) =>
        _files.Of(observation.Source(), Exe(observation), step);

    /// <summary>Takes note of a step that was made.</summary>
    /// <param name="temporary">The change of the file that is renamed over this one.</param>
    /// <returns>Whether the path is protected from it.</returns>
    public bool Step(in Observation observation, in FileStep named, IFindings findings, Edit? temporary = null)
    {
        AlarmSource source = observation.Source();
        FileStep step = named;
        Protection? protection = ProtectionOf(observation, step);
        if (protection is null && ChangesTheFile(step)
            && _links.ProtectedPathOf(observation.Id.Node, source.ContainerId, step.File, step.Path) is { } real)
        {
            step = step with { Path = real };
            protection = ProtectionOf(observation, step);
        }

        bool truncated = protection is null && IsTruncated(observation, step);
        if (truncated) protection = new Protection("default", false, policy.Severity, ByName: true, Sure: true);
        string found = protection?.PolicyId ?? "no policy";
        findings.Reasons?.Weigh("SF-01", "is protected from this", $"{step.Action} of {step.Path}: {found}", protection is not null);
        if (protection is null) return false;

        bool grace = InGrace(observation, source.ContainerId);
        findings.Reasons?.Weigh("SF-01", "the container started long enough ago", grace ? "in its first minute" : "yes", !grace);
        if (grace) return true;
        var key = new EditKey(observation.Id.Node, source.ContainerId, step.Path);
        Edit edit = (Open(key, observation, findings) ?? SensitiveFileFinding.Begin(observation, protection, source))
            .Then(observation, step, protection, truncated);
        if (temporary is not null) edit = edit.Absorb(temporary);
        if (_edits.Set(key, edit) is var (oldest, evicted)) Report(oldest, evicted, findings);
        return true;
    }

    /// <summary>The change in progress of a path; null when there is none.</summary>
    public Edit? ChangeOf(in Observation observation, string path) => _edits.Find(KeyOf(observation, path));

    /// <summary>A change that another one has taken over.</summary>
    public void Drop(in Observation observation, string path) => _edits.Remove(KeyOf(observation, path));

    /// <summary>A file was closed: what was done to it may settle.</summary>
    public void Close(in Observation observation, string path)
    {
        string containerId = observation.Source().ContainerId;
        string real = _links.ProtectedPathOf(observation.Id.Node, containerId, observation.FileEvent.File, path) ?? path;
        var key = new EditKey(observation.Id.Node, containerId, real);
        if (_edits.Find(key) is not { IsOpen: true } edit) return;
        EventTime last = observation.Time.BootNs > edit.Last.BootNs ? observation.Time : edit.Last;
        _edits.Set(key, edit with { IsOpen = false, Last = last });
    }

    /// <summary>A protected file was seen to have another name as well.</summary>
    /// <param name="made">The other name, when that is being made.</param>
    public void NoteLink(in Observation observation, in FileStep step, string? made)
    {
        if (step.File.LinkCount <= 1 && made is null) return;
        if (ProtectionOf(observation, step with { Action = FileAction.Modify }) is null) return;
        string containerId = observation.Source().ContainerId;
        if (step.File.Inode != 0) _links.Note(observation.Id.Node, containerId, step.File, step.Path);
        else if (made is not null) _links.NoteName(observation.Id.Node, containerId, made, step.Path);
    }

    /// <summary>A path is another file's now.</summary>
    public void ForgetLinks(in Observation observation, string path) =>
        _links.Forget(observation.Id.Node, observation.Source().ContainerId, path);

    public void Advance(NodeBoot node, long watermarkNs, IFindings findings)
    {
        foreach ((EditKey key, Edit edit) in _edits.TakeDue(node, watermarkNs, policy)) Report(key, edit, findings);
    }

    public void Save(BinaryWriter state)
    {
        _edits.Save(state);
        _links.Save(state);
        Containers.Save(state);
    }

    public void Load(BinaryReader state)
    {
        _edits.Load(state);
        _links.Load(state);
        Containers.Load(state);
    }

    /// <summary>The change that a step belongs to. One of an earlier boot has come to its end with that.</summary>
    private Edit? Open(EditKey key, in Observation observation, IFindings findings)
    {
        Edit? edit = _edits.Find(key);
        if (edit is null || edit.Boot == observation.Id.Boot) return edit;
        _edits.Remove(key);
        Report(key, edit, findings);
        return null;
    }

    private void Report(EditKey key, Edit edit, IFindings findings)
    {
        bool counts = edit.IsChange || policy.AlarmOnIntent;
        findings.Reasons?.Weigh("SF-01", "something was changed", SensitiveFileRule.InWords(edit.Done), counts);
        if (!counts) return;
        AlarmSource source = edit.Source.IsUndescribed() ? Containers.SourceOf(key.Node, key.ContainerId) ?? edit.Source : edit.Source;
        bool holds = edit.Protection.Sure || _files.Holds(edit.Protection.PolicyId, source);
        findings.Reasons?.Weigh("SF-01", "the policy is for this image", source.Image.Length > 0 ? source.Image : "not known", holds);
        if (holds) findings.Report(SensitiveFileFinding.Of(key, edit, source));
    }

    private bool InGrace(in Observation observation, string containerId) =>
        (observation.Task.Flags & TaskFlags.ExecSession) == 0
        && Containers.StartOf(observation.Node, containerId) is { } started
        && observation.Time.BootNs < started + policy.GraceSeconds * EventTime.NanosecondsPerSecond;

    /// <summary>What changes the file whatever name it was reached by, and not merely that name.</summary>
    private static bool ChangesTheFile(in FileStep step) =>
        (step.Action & FileAction.Move) == 0 && (step.Action & (FileAction.OpenForWrite | FileAction.Modify | FileAction.Attributes)) != 0;

    private static bool IsTruncated(in Observation observation, in FileStep step) =>
        observation.Event.Kind == EventKind.File && observation.FileEvent.PathTruncated && (step.Action & FileAction.Change) != 0;

    private static EditKey KeyOf(in Observation observation, string path) =>
        new(observation.Id.Node, observation.Source().ContainerId, path);

    private static string Exe(in Observation observation) => observation.Process?.Self.ExePath ?? "";
}
