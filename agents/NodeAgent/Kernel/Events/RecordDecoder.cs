using Agents.NodeAgent.Kernel.Ring;
using Agents.NodeAgent.Redaction;
using Agents.NodeAgent.Sequencing;
using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Kernel.Events;

/// <summary>Turns records of the ring into events of a batch. Safe for any number of threads.</summary>
/// <param name="hostMountNs">Inode of the host's own mount namespace.</param>
/// <param name="redactor">Hides secrets in command lines.</param>
internal sealed class RecordDecoder(uint hostMountNs, ArgumentRedactor redactor)
{
    private const uint OverlayFs = 0x794c7630;
    private const uint TemporaryFs = 0x01021994;
    private const long RemoveDirectoryFlag = 0x200;

    /// <summary>unlinkat(2), whose flag says that it removes a directory.</summary>
    private const int UnlinkAt = 263;

    public void AddTo(EventBatch batch, TaskSnapshots tasks, long bootNs, ReadOnlySpan<byte> record, RecordPage page)
    {
        ref readonly RingRecord head = ref RingRecord.Of(record);
        int task = tasks.IndexOf(batch, in head.Task, page.Facts(head.Link));
        switch (head.Kind)
        {
            case RecordKind.Fork: batch.AddProcess(bootNs, head.Cpu, task, new ProcessRecord { Action = ProcessAction.Forked }); break;
            case RecordKind.Executed: batch.AddProcess(bootNs, head.Cpu, task, Executed(batch, record)); break;
            case RecordKind.Exit: batch.AddProcess(bootNs, head.Cpu, task, Exited(head.Result)); break;
            case RecordKind.File: batch.AddFile(bootNs, head.Cpu, task, FileEvent(batch, record)); break;
            case RecordKind.Syscall: batch.AddSyscall(bootNs, head.Cpu, task, Call(batch, record, page)); break;
            default: throw new InvalidOperationException($"record of kind {head.Kind}");
        }
    }

    /// <summary>The executable that an exec's record names.</summary>
    public FileReference Executable(ReadOnlySpan<byte> record) => Reference(in RingRecord.Of(record), RingRecord.Text(record,
        RecordText.Path));

    /// <summary>exit_code as the kernel has it: wait(2).</summary>
    private static ProcessRecord Exited(long code) =>
        new() { Action = ProcessAction.Exited, ExitCode = (int)(code >> 8) & 0xff, ExitSignal = (int)code & 0x7f };

    private ProcessRecord Executed(EventBatch batch, ReadOnlySpan<byte> record)
    {
        ref readonly RingRecord head = ref RingRecord.Of(record);
        Text name = batch.AddText(RingRecord.Text(record, RecordText.Raw));
        return new ProcessRecord
        {
            Action = ProcessAction.Executed,
            FileName = name,
            Script = head.Flags.HasFlag(RecordFlags.IsScript) ? name : default,
            Arguments = batch.AddText(redactor.Redact(RingRecord.Text(record, RecordText.Arguments))),
            ArgumentsTruncated = head.Flags.HasFlag(RecordFlags.ArgumentsCut),
            WorkingDirectory = Path(batch, record, RecordText.Other),
            Executable = Executable(record),
            EffectiveUidBefore = head.EffectiveUidBefore,
            CapPermittedBefore = head.CapPermittedBefore,
            StandardStreams = (int)head.Streams,
        };
    }

    private FileRecord FileEvent(EventBatch batch, ReadOnlySpan<byte> record)
    {
        ref readonly RingRecord head = ref RingRecord.Of(record);
        var operation = (FileOperation)(head.Operation & 0xff);
        long flags = FlagsOf(in head);
        if (head.Number == UnlinkAt && (flags & RemoveDirectoryFlag) != 0) operation = FileOperation.RemoveDirectory;
        return new FileRecord
        {
            Operation = operation,
            Path = Path(batch, record, RecordText.Path),
            RawPath = batch.AddText(RingRecord.Text(record, RecordText.Raw)),
            OtherPath = Path(batch, record, RecordText.Other),
            PathTruncated = head.Flags.HasFlag(RecordFlags.PathCut),
            File = Reference(in head, RingRecord.Text(record, RecordText.Path)),
            Flags = flags,
            Result = head.Result,
            Bytes = head.Bytes,
            Count = head.Count,
        };
    }

    private SyscallRecord Call(EventBatch batch, ReadOnlySpan<byte> record, RecordPage page)
    {
        ref readonly RingRecord head = ref RingRecord.Of(record);
        var call = new SyscallRecord
        {
            Number = head.Number,
            Abi = head.Abi switch { 0 => SyscallAbi.Native, 1 => SyscallAbi.Compat, 2 => SyscallAbi.IoUring, _ => SyscallAbi.Unknown },
            Result = head.Result,
            // Taken at exit only: a hook at entry would cost every call of the machine, and does not see what seccomp refuses.
            EnterNs = head.At,
            Path = Path(batch, record, RecordText.Path),
            OtherPath = Path(batch, record, RecordText.Other),
            File = Reference(in head, RingRecord.Text(record, RecordText.Path)),
            Data = batch.AddText(RingRecord.Text(record, RecordText.Data)),
            Count = head.Count,
            FirstNs = head.FirstAt,
        };
        for (int i = 0; i < 6; i++) call.Arguments[i] = head.Arguments[i];
        if (head.TargetLink == 0) return call;
        call.TargetTgid = head.Target;
        call.TargetStartNs = StartInstant.Of(head.TargetStart);
        call.TargetContainerId = batch.AddText(page.Facts(head.TargetLink - 1).ContainerId.Span);
        return call;
    }

    /// <summary>The argument that the rule names as the operation's flags, mode or owner: its position is in the operation's upper
    /// bits.</summary>
    private static long FlagsOf(in RingRecord head)
    {
        uint argument = (head.Operation >> 8) & 0xff;
        return argument < 6 ? head.Arguments[(int)argument] : 0;
    }

    private static Text Path(EventBatch batch, ReadOnlySpan<byte> record, RecordText which)
    {
        ref readonly RingRecord head = ref RingRecord.Of(record);
        ReadOnlySpan<byte> names = RingRecord.Text(record, which);
        ReadOnlySpan<byte> raw = which == RecordText.Other && head.Kind == RecordKind.Executed ? default : RingRecord.Text(record,
            which + 1);
        Span<byte> path = stackalloc byte[RecordPath.Longest];
        if (which == RecordText.Other && head.Flags.HasFlag(RecordFlags.OtherIsText)) return batch.AddText(raw);
        if (head.Flags.HasFlag(which == RecordText.Other ? RecordFlags.OtherIsBase : RecordFlags.PathIsBase))
            return raw.IsEmpty && names.IsEmpty ? default : batch.AddText(path[..RecordPath.Write(names, raw, path)]);
        if (which == RecordText.Path && head.File.MountNs == 0 && RecordPath.WriteNameless(in head.File, names, path) is > 0 and var length)
            return batch.AddText(path[..length]);
        if (which == RecordText.Other && head.OtherInode != 0)
        {
            var other = new RingFile { Inode = head.OtherInode, Magic = head.OtherMagic };
            if (RecordPath.WriteNameless(in other, names, path) is > 0 and var used) return batch.AddText(path[..used]);
        }

        bool walked = head.Flags.HasFlag(which == RecordText.Other ? RecordFlags.OtherIsWalked : RecordFlags.PathIsWalked);
        return walked ? batch.AddText(path[..RecordPath.Write(names, path)]) : default;
    }

    private FileReference Reference(in RingRecord head, ReadOnlySpan<byte> names)
    {
        ref readonly RingFile file = ref head.File;
        if (file.Inode == 0 && file.Device == 0) return default;
        return new FileReference
        {
            Device = UserDevice(file.Device),
            Inode = file.Inode,
            LinkCount = file.Links,
            Mode = file.Mode,
            FileSystem = file.Magic,
            MountId = (int)file.MountId,
            Layer = LayerOf(in head, names),
            Size = file.Size,
            ChangeTimeNs = file.ChangedNs,
        };
    }

    private FileLayer LayerOf(in RingRecord head, ReadOnlySpan<byte> names)
    {
        ref readonly RingFile file = ref head.File;
        if (file.Magic == TemporaryFs && file.MountNs == 0 && names.StartsWith("memfd:"u8)) return FileLayer.Memory;
        if (file.MountNs == 0) return FileLayer.Unknown;
        if (file.MountNs == hostMountNs) return FileLayer.Host;
        if (file.Magic == OverlayFs) return file.InUpper != 0 ? FileLayer.Upper : FileLayer.Image;
        return FileLayer.Mount;
    }

    /// <summary>The kernel's own device number as stat(2) and makedev(3) have it.</summary>
    private static ulong UserDevice(uint device)
    {
        ulong major = device >> 20;
        ulong minor = device & 0xfffff;
        return ((major & 0xfff) << 8) | ((major & ~0xfffUL) << 32) | (minor & 0xff) | ((minor & ~0xffUL) << 12);
    }
}
