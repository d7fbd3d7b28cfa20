using Pipeline.Domain.Events;

namespace Agents.Importers.Auditd;

/// <summary>
/// What becomes of one audited event. Only system calls have a place; what daemons and PAM report has none. Not thread-safe.
/// </summary>
internal sealed class AuditMapping(EventWriter writer)
{
    private const long NewThread = 0x10000; // CLONE_THREAD, clone(2)

    private readonly AuditFiles _files = new(writer);

    /// <summary>Whether records of a type add to the system call's event.</summary>
    public static bool Uses(string type) => type is "EXECVE" or "CWD" or "PATH" or "PROCTITLE" or "SOCKADDR" or "BPRM_FCAPS" or "EOE";

    public Outcome Map(AuditEvent audit)
    {
        if (audit.Call is not { } call) return Outcome.Unmapped;
        if (call.Hex("arch"u8) is not { } architecture || call.Number("syscall"u8) is not (>= 0 and <= 100_000 and { } number)
            || call.Number("exit"u8) is not { } result || call.Number("pid"u8) is not (> 0 and <= int.MaxValue and { } pid)
            || AuditCalls.Of(architecture, (int)number) is not { } known) return Outcome.Unmapped;
        if (writer.Architecture.Length == 0) writer.Architecture = known.Architecture;
        var arguments = new SyscallArguments();
        arguments[0] = call.Hex("a0"u8) ?? 0;
        arguments[1] = call.Hex("a1"u8) ?? 0;
        arguments[2] = call.Hex("a2"u8) ?? 0;
        arguments[3] = call.Hex("a3"u8) ?? 0;
        TaskSnapshot task = TaskOf(call, (int)pid, audit.Find("BPRM_FCAPS"));
        switch (known.Name)
        {
            case "execve" or "execveat" when result == 0:
                Executed(task, audit);
                return Outcome.Mapped;
            case "clone" or "fork" or "vfork" when result > 0 && (known.Name != "clone" || (arguments[0] & NewThread) == 0):
                Forked(task, audit.WallNs, result);
                return Outcome.Mapped;
            case "clone" or "clone3":
                // A thread, or (of clone3, whose flags are in memory) perhaps one.
                return Outcome.Unmapped;
            case "exit_group":
                writer.At(audit.WallNs);
                writer.Process(task, new ProcessRecord { Action = ProcessAction.Exited, ExitCode = (int)arguments[0] & 0xFF });
                return Outcome.Mapped;
            case { } name when AuditFiles.Handles(name):
                writer.At(audit.WallNs);
                _files.Map(task, audit, name, in arguments, result);
                return Outcome.Mapped;
            default:
                return known.Number < 0 ? Outcome.Unmapped : Syscall(task, audit, known, in arguments, result);
        }
    }

    private static TaskSnapshot TaskOf(AuditRecord call, int pid, AuditRecord? capabilities) => new()
    {
        Tgid = pid,
        Tid = pid,
        ParentTgid = call.Number("ppid"u8) is > 0 and <= int.MaxValue and { } parent ? (int)parent : 0,
        Uid = Id(call.Number("uid"u8)),
        Gid = Id(call.Number("gid"u8)),
        EffectiveUid = Id(call.Number("euid"u8)),
        EffectiveGid = Id(call.Number("egid"u8)),
        CapPermitted = (ulong)(capabilities?.Hex("new_pp"u8) ?? 0),
        CapEffective = (ulong)(capabilities?.Hex("new_pe"u8) ?? 0),
        Comm = Utf8Text.Of(call.Text("comm"u8)),
        ExePath = Utf8Text.Of(call.Text("exe"u8)),
    };

    private void Executed(TaskSnapshot task, AuditEvent audit)
    {
        writer.At(audit.WallNs);
        AuditRecord? program = audit.Paths.FirstOrDefault();
        byte[] arguments = ArgumentsOf(audit);
        writer.Process(task with { ExecGeneration = 1 }, new ProcessRecord
        {
            Action = ProcessAction.Executed,
            FileName = writer.Text(program?.Text("name"u8)),
            Arguments = writer.Text(arguments, EventWriter.MostArguments),
            ArgumentsTruncated = arguments.Length > EventWriter.MostArguments,
            WorkingDirectory = writer.Text(audit.Find("CWD")?.Text("cwd"u8)),
            Executable = AuditFiles.Reference(program),
            // The log does not tell what it was; the same says that nothing is known to have been gained.
            EffectiveUidBefore = task.EffectiveUid,
            CapPermittedBefore = (ulong)(audit.Find("BPRM_FCAPS")?.Hex("old_pp"u8) ?? 0),
        });
    }

    private void Forked(TaskSnapshot parent, long wallNs, long child)
    {
        if (child > int.MaxValue) return;
        writer.At(wallNs);
        writer.Process(
            parent with { Tgid = (int)child, Tid = (int)child, ParentTgid = parent.Tgid, ParentStartWallNs = parent.StartWallNs },
            new ProcessRecord { Action = ProcessAction.Forked });
    }

    private Outcome Syscall(TaskSnapshot task, AuditEvent audit, AuditCalls.Known known, in SyscallArguments arguments, long result)
    {
        writer.At(audit.WallNs);
        AuditRecord? path = audit.Paths.FirstOrDefault();
        long target = known.Name switch
        {
            "ptrace" => arguments[1],
            "kill" or "tgkill" or "process_vm_writev" or "pidfd_open" => arguments[0],
            _ => 0,
        };
        writer.Syscall(task, new SyscallRecord
        {
            Number = known.Number,
            Abi = known.Abi,
            Arguments = arguments,
            Result = result,
            EnterNs = writer.BootNs,
            FirstNs = writer.BootNs,
            Path = writer.Text(path?.Text("name"u8)),
            File = AuditFiles.Reference(path),
            Data = writer.Text(audit.Find("SOCKADDR")?.Text("saddr"u8)),
            TargetTgid = target is > 0 and <= int.MaxValue ? (int)target : 0,
            Count = 1,
        });
        return Outcome.Mapped;
    }

    /// <summary>
    /// Arguments stand in EXECVE records as a0, a1, ...; one that is long is cut into a1[0], a1[1], ... over several records. Without them
    /// there is the title, which the process can have changed.
    /// </summary>
    private static byte[] ArgumentsOf(AuditEvent audit)
    {
        using var joined = new MemoryStream();
        ReadOnlySpan<byte> open = default;
        foreach (AuditRecord record in audit.Records)
        {
            if (record.Type != "EXECVE") continue;
            foreach (AuditField field in record.Fields)
            {
                if (field.Key.Length < 2 || field.Key[0] != (byte)'a' || !char.IsAsciiDigit((char)field.Key[1])
                    || field.Key.EndsWith("_len"u8))
                    continue;
                int part = field.Key.IndexOf((byte)'[');
                ReadOnlySpan<byte> name = part < 0 ? field.Key : field.Key[..part];
                if (!open.IsEmpty && !(part >= 0 && open.SequenceEqual(name))) joined.WriteByte(0);
                open = name;
                joined.Write(AuditField.Decode(field.Value));
            }
        }

        if (open.IsEmpty && audit.Find("PROCTITLE") is { } title)
        {
            joined.Write(title.Text("proctitle"u8));
            open = "title"u8;
        }

        if (!open.IsEmpty) joined.WriteByte(0);
        return joined.ToArray();
    }

    private static uint Id(long? number) => number is >= 0 and <= uint.MaxValue ? (uint)number : 0;
}
