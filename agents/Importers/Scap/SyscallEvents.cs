using System.Collections.Frozen;
using System.Collections.Immutable;
using Pipeline.Domain.Events;

namespace Agents.Importers.Scap;

/// <summary>System calls that become events as such, with the numbers of x86_64.</summary>
internal sealed class SyscallEvents(EventWriter writer, ThreadTable threads)
{
    private static readonly FrozenDictionary<string, SyscallShape> Calls = new SyscallShape[]
    {
        new("dup", 32, ["oldfd,fd"]),
        new("dup2", 33, ["oldfd", "newfd"]),
        new("socket", 41, ["domain", "type", "proto"], Result: "fd"),
        new("connect", 42, [">fd"]),
        new("bind", 49, ["fd"]),
        new("listen", 50, ["fd", "backlog"]),
        new("kill", 62, ["pid", "sig"], Target: "pid"),
        new("ptrace", 101, ["request", "pid"], Target: "pid"),
        new("setuid", 105, ["uid"]),
        new("setgid", 106, ["gid"]),
        new("setresuid", 117, ["ruid", "euid", "suid"]),
        new("setresgid", 119, ["rgid", "egid", "sgid"]),
        new("capset", 126, []),
        new("prctl", 157, ["option", "arg2_int"]),
        new("mount", 165, ["", "", "", "flags"], Path: "dir", Other: "dev", Data: "type"),
        new("umount", 166, ["", "flags"], Path: "name"),
        new("umount2", 166, ["", "flags"], Path: "name"),
        new("init_module", 175, ["", "length"], Data: "uargs"),
        new("tkill", 200, ["tid", "sig"]),
        new("tgkill", 234, ["pid", "tid", "sig"], Target: "pid"),
        new("unshare", 272, ["flags"]),
        new("splice", 275, ["fd_in", "", "fd_out", "", "size", "flags"]),
        new("dup3", 292, ["oldfd", "newfd", "flags"]),
        new("open_by_handle_at", 304, ["mountfd", "", "flags"], Result: "fd", Path: "path"),
        new("setns", 308, ["fd", "nstype"]),
        new("finit_module", 313, ["fd", "", "flags"], Data: "uargs"),
        new("seccomp", 317, ["op", "flags"]),
        new("memfd_create", 319, ["", "flags"], Result: "fd", Path: "name"),
        new("bpf", 321, ["cmd"], Result: "fd,res_or_fd"),
        new("userfaultfd", 323, ["flags"]),
        new("io_uring_setup", 425, ["entries"]),
        new("fsconfig", 431, ["fd", "cmd"], Other: "key", Data: "value_charbuf"),
        new("pidfd_open", 434, ["pid", "flags"], Result: "fd", Target: "pid"),
        new("pidfd_getfd", 438, ["pid_fd", "target_fd", "flags"], Result: "fd"),
    }.ToFrozenDictionary(call => call.Name);

    public static bool Handles(string name) => Calls.ContainsKey(name);

    public Outcome Map(Call call)
    {
        if (!Calls.TryGetValue(call.Name, out SyscallShape? shape) || !TryResult(call, shape, out long result)) return Outcome.Unmapped;
        writer.At(call.Exit.WallNs);
        var record = new SyscallRecord
        {
            Number = shape.Number,
            Result = result,
            EnterNs = call.EnterWallNs - writer.BootWallNs,
            Path = shape.Path is { } path ? writer.Text(IsPath(call.Name) ? call.Path(path, null) : call.Text(path)) : DescriptorPath(call),
            OtherPath = shape.Other is { } other ? writer.Text(call.Text(other)) : default,
            Data = Data(call, shape),
            Count = 1,
            FirstNs = call.EnterWallNs - writer.BootWallNs,
        };
        for (int i = 0; i < shape.Arguments.Length; i++) record.Arguments[i] = Argument(call, shape.Arguments[i]);
        if (shape.Target is { } target && call.TryInt(target, out long pid) && threads.Find(pid) is { } found)
        {
            record.TargetTgid = found.Task.Tgid;
            record.TargetStartNs = found.Task.StartWallNs == 0 ? 0 : found.Task.StartWallNs - writer.BootWallNs;
            record.TargetContainerId = writer.Text(found.Task.ContainerId);
        }

        writer.Syscall(call.Thread.Task, record);
        if (call.Name == "mount" && result == 0) Mounted(call, MountAction.Mounted);
        else if (call.Name is "umount" or "umount2" && result == 0) Mounted(call, MountAction.Unmounted);
        return Outcome.Mapped;
    }

    /// <summary>A call of execve(2) that failed.</summary>
    public static void Failed(EventWriter writer, Call call, long result, ReadOnlySpan<byte> path)
    {
        writer.At(call.Exit.WallNs);
        writer.Syscall(call.Thread.Task, new SyscallRecord
        {
            Number = call.Name == "execveat" ? 322 : 59,
            Result = result,
            EnterNs = call.EnterWallNs - writer.BootWallNs,
            Path = writer.Text(path),
            Count = 1,
            FirstNs = call.EnterWallNs - writer.BootWallNs,
        });
    }

    private static bool IsPath(string name) => name is "mount" or "umount" or "umount2";

    private static bool TryResult(Call call, SyscallShape shape, out long result)
    {
        if (shape.Number != 321) return call.Exit.TryInt(shape.Result, out result);
        if (call.Exit.TryInt("fd", out result)) return true;

        // Older sensors put the kind of the result, descriptor or error, in a byte before it.
        ReadOnlySpan<byte> either = call.Exit.Bytes("res_or_fd");
        if (either.Length != 9) return false;
        result = call.Exit.IsBigEndian
            ? System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(either[1..])
            : System.Buffers.Binary.BinaryPrimitives.ReadInt64LittleEndian(either[1..]);
        return true;
    }

    private static long Argument(Call call, string name)
    {
        long value = 0;
        foreach (string alternative in name.Split(','))
        {
            if (alternative.Length > 0 && call.TryInt(alternative.TrimStart('>'), out value)) break;
        }

        return (call.Name, name) switch
        {
            ("ptrace", "request") => Flags.Ptrace(value),
            ("unshare", "flags") or ("setns", "nstype") => Flags.Clone(value),
            ("dup3", "flags") or ("open_by_handle_at", "flags") or ("userfaultfd", "flags") => Flags.Open(value),
            ("connect", _) or ("bind", _) or ("listen", "fd") => (int)value,
            _ => value,
        };
    }

    /// <summary>What the descriptor argument of a call names, where that matters.</summary>
    private Text DescriptorPath(Call call) =>
        call.Name is "setns" or "finit_module" && call.TryInt("fd", out long descriptor)
            ? writer.Text(call.Thread.Descriptors.PathOf(descriptor))
            : default;

    private Text Data(Call call, SyscallShape shape)
    {
        if (call.Name == "connect")
        {
            byte[] peer = SocketAddress.OfPeer(call.Exit.Bytes("tuple"), call.Exit.IsBigEndian);
            return writer.Text(peer.Length > 0 ? peer : SocketAddress.Of(call.Bytes("addr"), call.Exit.IsBigEndian));
        }

        if (call.Name == "bind") return writer.Text(SocketAddress.Of(call.Bytes("addr"), call.Exit.IsBigEndian));
        return shape.Data is { } data ? writer.Text(call.Text(data)) : default;
    }

    private void Mounted(Call call, MountAction action) => writer.Mount(call.Thread.Task, new MountRecord
    {
        Action = action,
        MountPoint = writer.Text(call.Path(action == MountAction.Mounted ? "dir" : "name", null)),
        FileSystem = writer.Text(call.Text("type")),
        Source = writer.Text(call.Text("dev")),
    });

    /// <param name="Arguments">Names of the parameters in the places of the call's arguments; alternatives separated by commas, "" for one
    /// that is not recorded.</param>
    private sealed record SyscallShape(
        string Name, int Number, ImmutableArray<string> Arguments, string Result = "res", string? Path = null, string? Other = null,
        string? Data = null, string? Target = null);
}
