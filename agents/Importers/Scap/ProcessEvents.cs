using Pipeline.Domain.Events;

namespace Agents.Importers.Scap;

/// <summary>Processes: there before, forked, executing another program, ended. Keeps the table of threads up to date.</summary>
internal sealed class ProcessEvents(EventWriter writer, ThreadTable threads, ContainerNames containers, RecordingReport report)
{
    private const long UpperLayer = 1 << 1; // PPM_EXE_UPPER_LAYER
    private const long FromMemory = 1 << 2; // PPM_EXE_FROM_MEMFD

    public void Announce(ThreadState thread, long wallNs)
    {
        writer.At(wallNs);
        writer.Process(thread.Task, new ProcessRecord
        {
            Action = ProcessAction.Existing,
            Arguments = ArgumentText(thread.Arguments, out bool cut),
            ArgumentsTruncated = cut,
            WorkingDirectory = writer.Text(thread.Directory),
            StandardStreams = thread.Descriptors.StandardStreams(),
        });
        thread.Arguments = [];
    }

    public Outcome Executed(Call call)
    {
        if (!call.Exit.TryInt("res", out long result)) return Outcome.Unmapped;
        ThreadState thread = call.Thread;
        ReadOnlySpan<byte> fileName = call.Name == "execveat" ? call.Text("pathname") : call.Text("filename");
        if (result != 0)
        {
            SyscallEvents.Failed(writer, call, result, fileName);
            return Outcome.Mapped;
        }

        uint uidBefore = thread.Task.EffectiveUid;
        ulong permittedBefore = thread.Task.CapPermitted;
        call.TryInt("flags", out long flags);
        call.Exit.TryInt("exe_ino", out long inode);
        call.Exit.TryInt("exe_ino_ctime", out long changed);
        TakeProgram(call, fileName);
        writer.At(call.Exit.WallNs);
        writer.Process(thread.Task, new ProcessRecord
        {
            Action = ProcessAction.Executed,
            FileName = writer.Text(fileName.IsEmpty ? call.Text("exe") : fileName),
            Arguments = ArgumentText(Arguments.Join(call.Text("exe"), call.Bytes("args")), out bool cut),
            ArgumentsTruncated = cut,
            WorkingDirectory = writer.Text(thread.Directory),
            Executable = new FileReference { Inode = (ulong)inode, ChangeTimeNs = changed, Layer = LayerOf(flags) },
            EffectiveUidBefore = uidBefore,
            CapPermittedBefore = permittedBefore,
            StandardStreams = thread.Descriptors.StandardStreams(),
        });
        return Outcome.Mapped;
    }

    /// <summary>
    /// clone, fork and vfork return twice. The child's own return knows its numbers on the host; what the parent gets is the number in the
    /// parent's pid namespace, so within a container only the child's counts.
    /// </summary>
    public Outcome Cloned(Call call)
    {
        if (!call.Exit.TryInt("res", out long result)) return Outcome.Unmapped;
        if (result < 0) return Outcome.State;
        call.TryInt("flags", out long flags);
        bool own = result == 0;
        if (own && call.Thread.AwaitsOwnReturn)
        {
            call.Thread.AwaitsOwnReturn = false;
            TakeIdentity(call, call.Thread);
            return Outcome.State;
        }

        if (!own)
        {
            TakeIdentity(call, call.Thread);
            bool nested = call.TryInt("vtid", out long vtid)
                ? vtid != call.Exit.Thread
                : call.Thread.NamespaceTid > 0 && call.Thread.NamespaceTid != call.Exit.Thread;
            if (nested || IsNewest(result, call)) return Outcome.State;
        }

        ThreadState child = Born(call, own, own ? call.Exit.Thread : result, flags);
        if (!threads.Set(child) && child.Task.Tid == 0) return Outcome.Unmapped;
        if ((flags & Flags.OwnThread) != 0) return Outcome.State;
        writer.At(call.Exit.WallNs);
        writer.Process(child.Task, new ProcessRecord { Action = ProcessAction.Forked, WorkingDirectory = writer.Text(child.Directory) });
        return Outcome.Mapped;
    }

    public Outcome Exit(ScapEvent e, ThreadState thread)
    {
        threads.Remove(e.Thread);
        if (!thread.IsLeader) return Outcome.State;
        if (!e.TryInt("status", out long status)) report.Note("end of a process without its exit code");
        writer.At(e.WallNs);
        writer.Process(thread.Task, new ProcessRecord
        {
            Action = ProcessAction.Exited,
            ExitCode = (int)(status >> 8) & 0xFF,
            ExitSignal = (int)status & 0x7F,
        });
        return Outcome.Mapped;
    }

    /// <summary>Whether the child has already returned from this very call.</summary>
    private bool IsNewest(long child, Call call) => threads.Find(child) is { } known && known.Task.StartWallNs >= call.EnterWallNs;

    private ThreadState Born(Call call, bool own, long tid, long flags)
    {
        bool isThread = (flags & Flags.OwnThread) != 0;
        call.TryInt("ptid", out long parentTid);
        ThreadState? parent = own ? threads.Find(parentTid) : call.Thread;
        if (own && isThread && call.TryInt("pid", out long leader)) parent = threads.Find(leader) ?? parent;
        int number = tid is > 0 and <= int.MaxValue ? (int)tid : 0;
        TaskSnapshot task = parent?.Task
            ?? new TaskSnapshot { Comm = Utf8Text.Of(call.Text("comm")), ExePath = Utf8Text.Of(call.Text("exe")) };
        var child = new ThreadState
        {
            Directory = parent?.Directory ?? call.Text("cwd").ToArray(),
            Descriptors = parent is null ? new DescriptorTable(threads.Budget) : isThread ? parent.Descriptors : parent.Descriptors.Copy(),
            AwaitsOwnReturn = !own,
            Task = isThread ? task with { Tid = number } : task with
            {
                Tid = number,
                Tgid = number,
                NamespaceTgid = 0,
                StartWallNs = call.Exit.WallNs,
                ParentTgid = parent?.Task.Tgid ?? (int)parentTid,
                ParentStartWallNs = parent?.Task.StartWallNs ?? 0,
                ExecGeneration = 0,
            },
        };
        if (own) TakeIdentity(call, child);
        return child;
    }

    /// <summary>What an event says of the thread that it is about.</summary>
    private void TakeIdentity(Call call, ThreadState thread)
    {
        TaskSnapshot task = thread.Task;
        if (call.Exit.TryInt("vtid", out long vtid)) thread.NamespaceTid = vtid;
        if (call.Exit.TryInt("vpid", out long vpid)) task = task with { NamespaceTgid = (int)vpid };
        if (call.Exit.TryInt("pid", out long pid) && pid is > 0 and <= int.MaxValue) task = task with { Tgid = (int)pid };
        if (task.ParentTgid == 0 && call.Exit.TryInt("ptid", out long parent) && parent is > 0 and <= int.MaxValue)
            task = task with { ParentTgid = (int)parent };
        if (call.Exit.TryInt("uid", out long uid) && (uint)uid != uint.MaxValue) task = task with { EffectiveUid = (uint)uid };
        if (call.Exit.TryInt("gid", out long gid) && (uint)gid != uint.MaxValue) task = task with { EffectiveGid = (uint)gid };
        ReadOnlySpan<byte> comm = call.Exit.Text("comm");
        if (!comm.IsEmpty && !task.Comm.Span.SequenceEqual(comm)) task = task with { Comm = Utf8Text.Of(comm) };
        thread.Task = InGroup(task, call.Exit.Bytes("cgroups"));
    }

    private TaskSnapshot InGroup(TaskSnapshot task, ReadOnlySpan<byte> groups)
    {
        if (groups.IsEmpty) return task;
        Membership group = Membership.Of(groups, containers);
        return group.Path.Equals(task.CgroupPath) && group.ContainerId.Equals(task.ContainerId)
            ? task
            : task with { ContainerId = group.ContainerId, CgroupPath = group.Path };
    }

    private void TakeProgram(Call call, ReadOnlySpan<byte> fileName)
    {
        ThreadState thread = call.Thread;
        if (call.Exit.Text("cwd") is { IsEmpty: false } directory) thread.Directory = directory.ToArray();
        TakeIdentity(call, thread);
        byte[] executable = call.Exit.Text("trusted_exepath") is { IsEmpty: false } path ? path.ToArray()
            : !fileName.IsEmpty ? Paths.Resolve(thread.Directory, fileName)
            : call.Exit.Text("exe").ToArray();
        TaskSnapshot task = thread.Task with
        {
            ExePath = Utf8Text.Of(executable),
            ExecGeneration = thread.Task.ExecGeneration + 1,
            Comm = call.Exit.Has("comm") ? thread.Task.Comm : Utf8Text.Of(NameOf(executable)),
        };
        if (call.Exit.TryInt("cap_permitted", out long permitted) && call.Exit.TryInt("cap_effective", out long effective))
            task = task with { CapPermitted = (ulong)permitted, CapEffective = (ulong)effective };
        if (!task.ContainerId.IsEmpty && !CgroupContainer.IsRuntime(executable))
            task = task with { Flags = task.Flags | TaskFlags.Started };
        thread.Task = task;
    }

    /// <summary>The kernel names a task after its program, 15 bytes at most.</summary>
    private static ReadOnlySpan<byte> NameOf(ReadOnlySpan<byte> executable)
    {
        ReadOnlySpan<byte> name = executable[(executable.LastIndexOf((byte)'/') + 1)..];
        return name[..Math.Min(name.Length, 15)];
    }

    private static FileLayer LayerOf(long flags) =>
        (flags & FromMemory) != 0 ? FileLayer.Memory : (flags & UpperLayer) != 0 ? FileLayer.Upper : FileLayer.Unknown;

    private Text ArgumentText(byte[] arguments, out bool cut)
    {
        cut = arguments.Length > EventWriter.MostArguments;
        return writer.Text(arguments, EventWriter.MostArguments);
    }
}
