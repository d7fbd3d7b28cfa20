namespace Agents.Importers.Scap;

/// <summary>
/// What becomes of a captured event. A system call is two events: the first is kept with its thread, the second makes the event. Not
/// thread-safe.
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
        if (e.Shape.Name == "container") return _containers.Map(e);
        if (!IsMapped(e.Shape.Name)) return Outcome.Unmapped;
        ThreadState thread = _threads.Get(e.Thread);
        Outcome outcome = e.Shape.Name == "procexit" ? _processes.Exit(e, thread) : e.Shape.IsExit ? Exit(e, thread) : Enter(e, thread);
        _threads.Settle(thread);
        return outcome;
    }

    private static bool IsMapped(string name) =>
        name is "procexit" or "execve" or "execveat" or "clone" or "fork" or "vfork" or "clone3" or "close"
        || FileEvents.Handles(name) || SyscallEvents.Handles(name);

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
            ? new ScapEvent(
                EventTable.Get(thread.EnteredType), thread.EnteredType, thread.EnteredWallNs, e.Thread,
                thread.EnteredParameters, thread.Entered, e.IsBigEndian)
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
        FollowDescriptors(call);
        if (call.Exit.TryInt("res", out long result) && result == 0) call.Thread.Task = Credentials.After(call);
        return outcome;
    }

    private static Outcome Close(Call call)
    {
        if (call.TryInt("res", out long result) && result == 0 && call.TryInt("fd", out long descriptor))
            call.Thread.Descriptors.Close(descriptor);
        return Outcome.State;
    }

    private static void FollowDescriptors(Call call)
    {
        DescriptorTable descriptors = call.Thread.Descriptors;
        switch (call.Name)
        {
            case "dup" or "dup2" or "dup3" when call.TryInt("res", out long copy) && copy >= 0:
                if (call.TryInt("oldfd", out long from) || call.TryEnterInt("fd", out from)) descriptors.Duplicate(from, copy);
                break;
            case "socket" when call.Exit.TryInt("fd", out long socket):
                descriptors.Set(socket, DescriptorKind.Socket, []);
                break;
            case "memfd_create" when call.Exit.TryInt("fd", out long memory):
                descriptors.Set(memory, DescriptorKind.File, [.. "memfd:"u8, .. call.Text("name")]);
                break;
        }
    }
}
