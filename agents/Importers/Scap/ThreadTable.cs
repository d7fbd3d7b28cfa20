namespace Agents.Importers.Scap;

/// <summary>What is known of a thread while a capture is read.</summary>
internal sealed class ThreadState
{
    public required TaskSnapshot Task { get; set; }

    public byte[] Directory { get; set; } = [];

    public required DescriptorTable Descriptors { get; set; }

    /// <summary>Arguments of a listed process, until it has been announced.</summary>
    public byte[] Arguments { get; set; } = [];

    /// <summary>True when the process was announced by its parent's return from clone and its own has not been seen.</summary>
    public bool AwaitsOwnReturn { get; set; }

    /// <summary>Thread id in its own pid namespace; 0 when not known.</summary>
    public long NamespaceTid { get; set; }

    public bool IsLeader => Task.Tid == Task.Tgid;

    /// <summary>Head and parameters of the system call that the thread is in; empty when it is in none that matters.</summary>
    public byte[] Entered { get; set; } = [];

    public ushort EnteredType { get; set; }

    public int EnteredParameters { get; set; }

    public long EnteredWallNs { get; set; }

    /// <summary>Bytes that it holds, roughly.</summary>
    public int Size =>
        256 + Directory.Length + Arguments.Length + Entered.Length + Task.ExePath.Length + Task.CgroupPath.Length + Task.Comm.Length;

    /// <summary>Of those, the bytes that the table has taken note of.</summary>
    public int Accounted { get; set; }
}

/// <summary>Bytes that may be kept about threads. Not thread-safe.</summary>
internal sealed class MemoryBudget(long most)
{
    private long _kept;

    public bool TryKeep(long bytes)
    {
        if (bytes > 0 && _kept + bytes > most) return false;
        _kept += bytes;
        return true;
    }
}

/// <summary>The threads of the recorded machine. Bounded by number and by the bytes of what is kept about them. Not thread-safe.</summary>
internal sealed class ThreadTable(RecordingReport report)
{
    /// <summary>More than four times the default of kernel.threads-max on a small machine; a hostile capture can name any number.</summary>
    public const int Most = 131_072;

    /// <summary>Bytes that directories, arguments, paths, descriptors and entered system calls may take, roughly.</summary>
    public const long MostBytes = 128L * 1024 * 1024;

    private readonly Dictionary<int, ThreadState> _threads = [];

    public MemoryBudget Budget { get; private set; } = new(MostBytes);

    public ThreadState? Find(long tid) =>
        tid is > 0 and <= int.MaxValue && _threads.TryGetValue((int)tid, out ThreadState? found) ? found : null;

    /// <summary>The thread, or a new one of which only the number is known.</summary>
    public ThreadState Get(long tid)
    {
        if (Find(tid) is { } found) return found;
        report.Note("thread that the recording does not introduce");
        int number = tid is > 0 and <= int.MaxValue ? (int)tid : 0;
        var unknown = new ThreadState
        {
            Task = new TaskSnapshot { Tgid = number, Tid = number },
            Descriptors = new DescriptorTable(Budget),
        };
        if (number > 0) Set(unknown);
        return unknown;
    }

    /// <summary>Puts a thread in the place of the one with its number.</summary>
    /// <returns>False when there is no room for it: nothing is kept.</returns>
    public bool Set(ThreadState thread)
    {
        Remove(thread.Task.Tid);
        int size = thread.Size;
        if (_threads.Count >= Most || !Budget.TryKeep(size))
        {
            report.Note("thread not kept: more than the reader keeps");
            return false;
        }

        thread.Accounted = size;
        _threads.Add(thread.Task.Tid, thread);
        return true;
    }

    /// <summary>Takes note of what a thread holds after it has changed; a thread for which there is no room is forgotten.</summary>
    public void Settle(ThreadState thread)
    {
        int size = thread.Size;
        if (size == thread.Accounted || Find(thread.Task.Tid) != thread) return;
        if (Budget.TryKeep(size - thread.Accounted))
        {
            thread.Accounted = size;
            return;
        }

        report.Note("thread not kept: more than the reader keeps");
        Remove(thread.Task.Tid);
    }

    public void Remove(long tid)
    {
        if (Find(tid) is not { } thread) return;
        Budget.TryKeep(-thread.Accounted);
        thread.Accounted = 0;
        if (thread.IsLeader) thread.Descriptors.Clear();
        _threads.Remove((int)tid);
    }

    public void Clear()
    {
        _threads.Clear();
        Budget = new MemoryBudget(MostBytes);
    }
}
