using Pipeline.Detection.Fingerprints;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.MaliciousProgram.Traces;

/// <summary>What happened to a file since it was first touched.</summary>
/// <param name="Writer">Executable of who wrote it; empty while nobody did and only its owner or mode was changed.</param>
/// <param name="ByPackageManager">The writer, or who started it, was a package manager.</param>
/// <param name="ByDownloader">The writer fetches files from the network.</param>
/// <param name="MadeExecutable">Its execute permission was set afterwards.</param>
internal readonly record struct FileTrace(string Writer, bool ByPackageManager, bool ByDownloader, bool MadeExecutable, EventMark Written)
{
    public bool IsWritten => !string.IsNullOrEmpty(Writer);
}

/// <summary>
/// Who wrote the files of containers, by inode, so that a renamed file is the same one. Whoever only changes owner or mode of a file of the
/// image moves it to the writable layer without writing anything: that is remembered as well. Bounded, not thread-safe.
/// </summary>
internal sealed class FileTraces(ProgramNames names)
{
    /// <summary>A dropper runs what it wrote within seconds; a busy partition writes some hundred files in that time.</summary>
    public const int MostFiles = 8192;

    private const uint TypeMask = 0xF000, RegularFile = 0x8000, AnyExecute = 0x49; // inode(7), octal 0111
    private const long WriteAccess = 3, CreateFlag = 0x40; // open(2): O_ACCMODE, O_CREAT

    /// <summary>A writer's next write within this time says nothing new.</summary>
    private const long SameWriteNs = EventTime.NanosecondsPerSecond;

    /// <summary>Of an executable's path so many bytes are known, so that a longer one would never be met again.</summary>
    private const int LongestPath = 256;

    private readonly RecencyMap<FileKey, FileTrace> _traces = new(MostFiles);

    /// <summary>Files whose owner was changed by name, which tells no inode; in the order of node, container and path.</summary>
    private readonly RecencyMap<(NodeId Node, string Container, string Path), EventMark> _ownersByName = new(MostFiles);

    /// <summary>What is known of a program's file.</summary>
    public bool TryGet(NodeBoot node, ProcessFacts program, out FileTrace trace)
    {
        if (_traces.TryGet(FileKey.Of(node, program.Executable), out trace)) return true;
        bool changed = _ownersByName.TryGet((node.Node, program.ContainerId, program.ExePath), out EventMark mark);
        trace = changed ? OwnerChanged(mark) : default;
        return changed;
    }

    /// <summary>A process of a container did something to a file, successfully.</summary>
    public void Apply(in Observation observation)
    {
        ref readonly FileRecord file = ref observation.FileEvent;
        if (file.File.Inode == 0)
        {
            if (file.Operation == FileOperation.ChangeOwner) ChangeByName(observation, file);
            return;
        }

        if (file.File.Layer is FileLayer.Image or FileLayer.Host) return;
        if ((file.File.Mode & TypeMask) is not (0 or RegularFile)) return;
        switch (file.Operation)
        {
            case FileOperation.Create or FileOperation.Write or FileOperation.Truncate or FileOperation.MapSharedWritable:
            case FileOperation.Open when (file.Flags & WriteAccess) != 0 && (file.Flags & CreateFlag) != 0:
                Write(observation, FileKey.Of(observation.Node, file.File));
                break;
            case FileOperation.ChangeMode or FileOperation.ChangeOwner or FileOperation.SetExtendedAttribute:
                Change(observation, file);
                break;
        }
    }

    public void Save(BinaryWriter state)
    {
        state.Write(_traces.Count);
        foreach ((FileKey file, FileTrace trace) in _traces.OldestFirst)
        {
            file.Save(state);
            state.WriteText(trace.Writer);
            state.Write(trace.ByPackageManager);
            state.Write(trace.ByDownloader);
            state.Write(trace.MadeExecutable);
            trace.Written.Save(state);
        }

        state.Write(_ownersByName.Count);
        foreach (((NodeId node, string container, string path), EventMark mark) in _ownersByName.OldestFirst)
        {
            state.WriteText(node.Value);
            state.WriteText(container);
            state.WriteText(path);
            mark.Save(state);
        }
    }

    public void Load(BinaryReader state)
    {
        _traces.Clear();
        for (int left = state.ReadCount(MostFiles); left > 0; left--)
        {
            _traces.Set(FileKey.Load(state), new FileTrace(
                state.ReadText(), state.ReadBoolean(), state.ReadBoolean(), state.ReadBoolean(), EventMark.Load(state)));
        }

        _ownersByName.Clear();
        for (int left = state.ReadCount(MostFiles); left > 0; left--)
            _ownersByName.Set((new NodeId(state.ReadText()), state.ReadText(), state.ReadText()), EventMark.Load(state));
    }

    private void Write(in Observation observation, FileKey key)
    {
        if (observation.Process is not { } process) return;
        bool known = _traces.TryGet(key, out FileTrace before);
        if (known && before.Writer == process.Self.ExePath && before.Written.IsWithin(SameWriteNs, observation.Time)) return;
        ProgramKinds kinds = names.Of(process.Self);
        _traces.Set(key, new FileTrace(
            process.Self.ExePath.Length > 0 ? process.Self.ExePath : "?",
            (kinds & ProgramKinds.PackageManager) != 0 || names.ComesFrom(process, ProgramKinds.PackageManager),
            (kinds & ProgramKinds.Downloader) != 0,
            known && before.MadeExecutable,
            EventMark.Of(observation)));
    }

    private void Change(in Observation observation, in FileRecord file)
    {
        FileKey key = FileKey.Of(observation.Node, file.File);
        bool executable = file.Operation == FileOperation.ChangeMode && (file.Flags & AnyExecute) != 0;
        if (_traces.TryGet(key, out FileTrace before))
        {
            if (executable && !before.MadeExecutable) _traces.Set(key, before with { MadeExecutable = true });
            return;
        }

        // Making a file executable that nobody was seen to write explains nothing. Of the rest only programs matter: entry points give
        // whole data directories another owner.
        if (file.Operation == FileOperation.ChangeMode || (file.File.Mode & AnyExecute) == 0) return;
        _traces.Set(key, OwnerChanged(EventMark.Of(observation)));
    }

    private void ChangeByName(in Observation observation, in FileRecord file)
    {
        if (observation.Process is not { } process || file.PathTruncated || file.Path.Length > LongestPath) return;
        (NodeId, string, string) key = (observation.Id.Node, process.Self.ContainerId, observation.Batch.String(file.Path));
        _ownersByName.Set(key, EventMark.Of(observation));
    }

    private static FileTrace OwnerChanged(EventMark mark) => new("", false, false, false, mark);
}
