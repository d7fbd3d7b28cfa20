using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Pipeline.Detection.Fingerprints;
using Pipeline.Detection.Reporting;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;

namespace Pipeline.Detection.MaliciousProgram.Traces;

/// <summary>
/// A program that ran in a container. What an alarm would say of it is put into words only when one is raised or the state is saved: most
/// are never spoken of.
/// </summary>
internal sealed class Execution
{
    private readonly EventMark _mark;
    private readonly ContainerContext? _container;
    private readonly ProcessContext? _process;
    private Snapshot? _snapshot;

    public Execution(in Observation observation, ProcessContext process)
    {
        _mark = EventMark.Of(observation);
        _container = observation.Container;
        _process = process;
        Process = process.Self.Key;
        ContainerId = process.Self.ContainerId;
        Path = process.Self.ExePath;
        Content = FileContent.Of(observation.Node, process.Self.Executable);
    }

    private Execution(Snapshot snapshot, ProcessKey process, string path, FileContent content)
    {
        _snapshot = snapshot;
        _mark = new EventMark(snapshot.Id.Sequence, snapshot.At);
        Process = process;
        ContainerId = snapshot.Source.ContainerId;
        Path = path;
        Content = content;
    }

    public ProcessKey Process { get; }

    public string ContainerId { get; }

    public string Path { get; }

    public FileContent Content { get; }

    public EventMark Mark => _mark;

    /// <summary>The process has ended.</summary>
    public bool Ended { get; set; }

    public Snapshot Snapshot => _snapshot ??= Describe();

    public void Save(BinaryWriter state)
    {
        Snapshot.Save(state);
        state.Write(Process.Tgid);
        state.Write(Process.StartNs);
        state.WriteText(Path);
        Content.Save(state);
        state.Write(Ended);
    }

    public static Execution Load(BinaryReader state) =>
        new(Snapshot.Load(state), new ProcessKey(state.ReadInt32(), state.ReadInt64()), state.ReadText(), FileContent.Load(state))
        {
            Ended = state.ReadBoolean(),
        };

    private Snapshot Describe()
    {
        EventId id = _mark.In(Content.File.Node);
        return new Snapshot(
            id,
            _mark.At,
            Described.Source(id, _container, _process),
            Described.Processes(_process),
            Described.Evidence(id, _mark.At, _process, "process", [.. ProcessWords.Of(_process!)]));
    }
}

/// <summary>
/// What ran lately, by the file that ran: a digest that comes late finds who ran the file, also after the process has ended, and whoever
/// deletes the file of a running program is seen. Bounded, not thread-safe.
/// </summary>
internal sealed class Executions
{
    /// <summary>Different programs that ran; about 1 KB each when saved.</summary>
    public const int MostFiles = 4096;

    /// <summary>Containers that run one and the same file, as from a shared volume.</summary>
    public const int MostOfAFile = 4;

    private readonly RecencyMap<FileKey, ImmutableArray<Execution>> _byFile = new(MostFiles);

    /// <summary>Calls that name a file without opening it tell no inode: the container's path is all there is.</summary>
    private readonly RecencyMap<PathKey, FileKey> _byPath = new(MostFiles);

    public ImmutableArray<Execution> Of(in FileKey file) =>
        file.IsKnown && _byFile.TryGet(file, out ImmutableArray<Execution> found) ? found : [];

    /// <summary>By the path in a container, where the event that names the file does not know which it is.</summary>
    public ImmutableArray<Execution> Of(NodeBoot node, string container, string path) =>
        _byPath.TryGet(new PathKey(node, container, path), out FileKey file)
            ? Of(file).RemoveAll(e => e.ContainerId != container) : [];

    /// <summary>Takes note of an exec; of each container the newest of a file is kept.</summary>
    public void Add(Execution execution)
    {
        FileKey file = execution.Content.File;
        if (!file.IsKnown) return;
        _byFile.Set(file, With(Of(file), execution));
        _byPath.Set(new PathKey(file.Node, execution.ContainerId, execution.Path), file);
    }

    private static ImmutableArray<Execution> With(ImmutableArray<Execution> before, Execution execution)
    {
        int same = 0;
        while (same < before.Length && before[same].ContainerId != execution.ContainerId) same++;
        int gone = same < before.Length ? same : before.Length == MostOfAFile ? 0 : -1;
        var after = new Execution[gone < 0 ? before.Length + 1 : before.Length];
        int kept = 0;
        for (int i = 0; i < before.Length; i++)
        {
            if (i != gone) after[kept++] = before[i];
        }

        after[kept] = execution;
        return ImmutableCollectionsMarshal.AsImmutableArray(after);
    }

    /// <summary>A process ended.</summary>
    public void End(NodeBoot node, ProcessFacts process)
    {
        foreach (Execution execution in Of(FileKey.Of(node, process.Executable)))
        {
            if (execution.Process == process.Key) execution.Ended = true;
        }
    }

    public void Save(BinaryWriter state)
    {
        state.Write(_byFile.Count);
        foreach ((FileKey file, ImmutableArray<Execution> executions) in _byFile.OldestFirst)
        {
            file.Save(state);
            state.Write(executions.Length);
            foreach (Execution execution in executions) execution.Save(state);
        }

        state.Write(_byPath.Count);
        foreach (((_, string container, string path), FileKey file) in _byPath.OldestFirst)
        {
            state.WriteText(container);
            state.WriteText(path);
            file.Save(state);
        }
    }

    public void Load(BinaryReader state)
    {
        _byFile.Clear();
        for (int left = state.ReadCount(MostFiles); left > 0; left--)
        {
            FileKey file = FileKey.Load(state);
            var executions = ImmutableArray.CreateBuilder<Execution>();
            for (int of = state.ReadCount(MostOfAFile); of > 0; of--) executions.Add(Execution.Load(state));
            _byFile.Set(file, executions.ToImmutable());
        }

        _byPath.Clear();
        for (int left = state.ReadCount(MostFiles); left > 0; left--)
        {
            string container = state.ReadText();
            string path = state.ReadText();
            FileKey file = FileKey.Load(state);
            _byPath.Set(new PathKey(file.Node, container, path), file);
        }
    }

    private readonly record struct PathKey(NodeBoot Node, string Container, string Path)
    {
        public override int GetHashCode() => HashCode.Combine(ContainerKey.HashOf(Container), Path);
    }
}
