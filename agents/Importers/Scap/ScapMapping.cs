using Pipeline.Domain.Events;

namespace Agents.Importers.Scap;

/// <summary>
/// What becomes of a captured event. A system call is two events: the first is kept with its thread, the second makes the event. Not thread-safe.
/// </summary>
internal sealed class ScapMapping
{
    /// <summary>Bytes of an enter event that are kept until its exit: a path and some numbers.</summary>
    private const int MostEntered = 3 * 4096;

    private readonly EventWriter _writer;
    private readonly ThreadTable _threads;
    private readonly ProcessEvents _processes;
    private readonly FileEvents _files;
    private readonly SyscallEvents _syscalls;
    private readonly ContainerEvents _containers;
    private readonly Dictionary<int, string> _titles = [];

    public ScapMapping(EventWriter writer, ThreadTable threads, ContainerNames containers, RecordingReport report)
    {
        _writer = writer;
        _threads = threads;
        _processes = new ProcessEvents(writer, threads, containers, report);
        _files = new FileEvents(writer);
        _syscalls = new SyscallEvents(writer, threads);
        _containers = new ContainerEvents(writer, containers);
    }

    /// <summary>A process that was there before the recording.</summary>
    public void Announce(ThreadState thread, long wallNs)
    {
        _writer.Cpu = 0;
        _processes.Announce(thread, wallNs);
        _threads.Settle(thread);
    }

    /// <summary>Name and direction, as the sensor's own tools print them.</summary>
    public string TitleOf(ScapEvent e)
    {
        if (e.Shape.Name != "syscall" || !e.TryInt("ID", out long code)) return e.Shape.Title;
        int key = (int)code * 2 + (e.Shape.IsExit ? 1 : 0);
        if (!_titles.TryGetValue(key, out string? title))
            _titles.Add(key, title = EventTable.SyscallName((int)code) + (e.Shape.IsExit ? " <" : " >"));
        return title;
    }

    public Outcome Map(ScapEvent e, short cpu)
    {
        _writer.Cpu = cpu;
        if (e.Shape.Parameters.IsEmpty && e.Shape.Name is not ("procexit" or "execve" or "clone" or "fork" or "vfork" or "clone3"))
            return IsHalf(e.Shape.Name) ? Outcome.State : Outcome.Unmapped;
        if (e.Shape.Name == "container") return _containers.Map(e);
        if (e.Shape.Name == "syscall") return Outcome.Unmapped;
        ThreadState thread = _threads.Get(e.Thread);
        Outcome outcome = e.Shape.Name == "procexit" ? _processes.Exit(e, thread) : e.Shape.IsExit ? Exit(e, thread) : Enter(e, thread);
        _threads.Settle(thread);
        return outcome;
    }

    /// <summary>An enter event without parameters, of a call that is mapped at its exit.</summary>
    private static bool IsHalf(string name) => FileEvents.Handles(name) || SyscallEvents.Handles(name);

    private static Outcome Enter(ScapEvent e, ThreadState thread)
    {
        ReadOnlySpan<byte> body = e.Body;
        thread.EnteredType = e.Type;
        thread.EnteredParameters = e.Parameters;
        thread.EnteredWallNs = e.WallNs;
        thread.Entered = body.Length <= MostEntered ? body.ToArray() : [];
        if (body.Length > MostEntered) thread.EnteredType = 0;
        return Outcome.State;
    }

    private Outcome Exit(ScapEvent e, ThreadState thread)
    {
        bool entered = thread.EnteredType == e.Type - 1 && thread.EnteredType > 0;
        ScapEvent enter = entered
            ? new ScapEvent(EventTable.Get(thread.EnteredType), thread.EnteredType, thread.EnteredWallNs, e.Thread, thread.EnteredParameters, thread.Entered, e.IsBigEndian)
            : default;
        thread.Entered = [];
        thread.EnteredType = 0;
        var call = new Call(e, enter, entered, thread);
        Outcome outcome = e.Shape.Name switch
        {
            "execve" or "execveat" => _processes.Executed(call),
            "clone" or "fork" or "vfork" or "clone3" => _processes.Cloned(call),
            "close" => Close(call),
            _ when FileEvents.Handles(e.Shape.Name) => _files.Map(call),
            _ => _syscalls.Map(call),
        };
        Follow(call);
        return outcome;
    }

    private static Outcome Close(Call call)
    {
        if (call.TryInt("res", out long result) && result == 0 && call.TryInt("fd", out long descriptor)) call.Thread.Descriptors.Close(descriptor);
        return Outcome.State;
    }

    /// <summary>What a successful call changes for those that follow.</summary>
    private static void Follow(Call call)
    {
        ThreadState thread = call.Thread;
        string name = call.Name;
        if (name is "dup" or "dup2" or "dup3" && call.TryInt("res", out long copy) && copy >= 0)
        {
            if (call.TryInt("oldfd", out long from) || call.TryEnterInt("fd", out from)) thread.Descriptors.Duplicate(from, copy);
        }
        else if (name == "socket" && call.Exit.TryInt("fd", out long socket))
        {
            thread.Descriptors.Set(socket, DescriptorKind.Socket, []);
        }
        else if (name == "memfd_create" && call.Exit.TryInt("fd", out long memory))
        {
            thread.Descriptors.Set(memory, DescriptorKind.File, [.. "memfd:"u8, .. call.Text("name")]);
        }
        else if (!call.Exit.TryInt("res", out long result) || result != 0)
        {
            return;
        }
        else if (name == "setuid" && call.TryInt("uid", out long uid))
        {
            thread.Task = thread.Task with { Uid = thread.Task.EffectiveUid == 0 ? (uint)uid : thread.Task.Uid, EffectiveUid = (uint)uid };
        }
        else if (name == "setgid" && call.TryInt("gid", out long gid))
        {
            thread.Task = thread.Task with { Gid = thread.Task.EffectiveUid == 0 ? (uint)gid : thread.Task.Gid, EffectiveGid = (uint)gid };
        }
        else if (name == "setresuid" && call.TryInt("ruid", out long ruid) && call.TryInt("euid", out long euid))
        {
            thread.Task = thread.Task with { Uid = Changed(thread.Task.Uid, ruid), EffectiveUid = Changed(thread.Task.EffectiveUid, euid) };
        }
        else if (name == "setresgid" && call.TryInt("rgid", out long rgid) && call.TryInt("egid", out long egid))
        {
            thread.Task = thread.Task with { Gid = Changed(thread.Task.Gid, rgid), EffectiveGid = Changed(thread.Task.EffectiveGid, egid) };
        }
        else if (name == "capset" && call.TryInt("cap_permitted", out long permitted) && call.TryInt("cap_effective", out long effective))
        {
            thread.Task = thread.Task with { CapPermitted = (ulong)permitted, CapEffective = (ulong)effective };
        }
        else if (name == "prctl" && call.TryInt("option", out long option) && option == 38) // PR_SET_NO_NEW_PRIVS
        {
            thread.Task = thread.Task with { Flags = thread.Task.Flags | TaskFlags.NoNewPrivileges };
        }
    }

    /// <summary>-1 leaves an id as it is, setresuid(2).</summary>
    private static uint Changed(uint before, long value) => (uint)value == uint.MaxValue ? before : (uint)value;
}
