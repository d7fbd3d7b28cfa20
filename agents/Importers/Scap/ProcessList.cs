using Pipeline.Domain.Events;

namespace Agents.Importers.Scap;

/// <summary>
/// The block that lists the threads that were there before the first event. Nine versions, each with the fields of the one before and some
/// more.
/// </summary>
internal sealed class ProcessList(
    BlockReader block, ThreadTable threads, Queue<ThreadState> announce, ContainerNames containers, RecordingReport report)
{
    /// <summary>Name of an entry in the report.</summary>
    public const string Title = "process list entry";

    /// <summary>Bytes of the fields at an entry's end as they were before two others were put in front of them.</summary>
    private const int OldTail = 4 + 1 + 8 + 8 + 8;

    private int _version;
    private bool _hasLengths;

    /// <summary>After <see cref="BlockReader.Begin"/>.</summary>
    public void Begin(uint blockType)
    {
        _version = BlockTypes.ProcessListVersion(blockType);
        _hasLengths = BlockTypes.HasEntryLengths(blockType);
    }

    public ListStep ReadEntry()
    {
        if (block.Left < 4) return ListStep.End;
        if (_hasLengths) block.Enter(block.UInt32() - 4L);
        ThreadState? thread = Read();
        if (_hasLengths) block.Leave();
        if (block.Failed) return ListStep.Broken;
        if (thread is null)
        {
            report.Count(Title, Outcome.Unmapped);
            return ListStep.Entry;
        }

        // A process is counted once it is known whether there is an event, and so a time, to announce it at.
        if (threads.Set(thread) && thread.IsLeader && announce.Count < ThreadTable.Most) announce.Enqueue(thread);
        else report.Count(Title, Outcome.State);
        return ListStep.Entry;
    }

    private ThreadState? Read()
    {
        long tid = block.Int64(), pid = block.Int64(), parent = block.Int64();
        if (_version >= 6) block.Skip(8); // session
        if (_version >= 8) block.Skip(8); // process group
        byte[] comm = block.Text();
        byte[] exe = block.Text();
        byte[] path = _version >= 7 ? block.Text() : [];
        byte[] arguments = block.Text();
        byte[] directory = block.Text();
        block.Skip(8 + 4); // descriptor limit, flags
        uint uid = block.UInt32(), gid = block.UInt32();
        if (_version >= 2) block.Skip(4 + 4 + 4 + 8 + 8); // memory, page faults
        if (_version >= 3) block.Skip(block.UInt16()); // environment: holds secrets and nothing that events have a place for
        long namespaceTid = _version >= 4 ? block.Int64() : 0, namespacePid = _version >= 4 ? block.Int64() : 0;
        Membership group = _version >= 4 ? Membership.Of(block.Text(), containers) : default;
        if (_version >= 5) block.Text(); // root directory
        (ulong permitted, ulong effective) = ReadTail();
        if (block.Failed || tid is < 1 or > int.MaxValue || pid is < 1 or > int.MaxValue) return null;
        return new ThreadState
        {
            Directory = directory,
            Descriptors = new DescriptorTable(threads.Budget),
            NamespaceTid = namespaceTid,
            Arguments = Arguments.Join(exe, arguments),
            Task = new TaskSnapshot
            {
                Tid = (int)tid,
                Tgid = (int)pid,
                ParentTgid = parent is > 0 and <= int.MaxValue ? (int)parent : 0,
                NamespaceTgid = namespacePid is > 0 and <= int.MaxValue ? (int)namespacePid : 0,
                Uid = uid,
                Gid = gid,
                EffectiveUid = uid,
                EffectiveGid = gid,
                CapPermitted = permitted,
                CapEffective = effective,
                Comm = Utf8Text.Of(comm),
                ExePath = Utf8Text.Of(path.Length > 0 ? path : exe),
                ContainerId = group.ContainerId,
                CgroupPath = group.Path,
                // Whatever runs in a container when it is looked at, has been started: its engine's own first steps take milliseconds.
                Flags = group.ContainerId.IsEmpty || CgroupContainer.IsRuntime(path.Length > 0 ? path : exe)
                    ? TaskFlags.None
                    : TaskFlags.Started,
            },
        };
    }

    /// <summary>Fields that only entries with a length have: as many as fit. Later sensors put two of them before the others.</summary>
    private (ulong Permitted, ulong Effective) ReadTail()
    {
        if (!_hasLengths) return default;
        if (block.Left > OldTail) block.Skip(8 + 4); // start of the pid namespace, terminal
        if (block.Left >= 5) block.Skip(4 + 1); // login uid, executable is writable
        if (block.Left < 24) return default;
        block.Skip(8); // inheritable capabilities
        return ((ulong)block.Int64(), (ulong)block.Int64());
    }
}
