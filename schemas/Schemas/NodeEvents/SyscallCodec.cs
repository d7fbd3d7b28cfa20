using Pipeline.Domain.Events;
using Pipeline.Schemas.Binary;

namespace Pipeline.Schemas.NodeEvents;

/// <summary>Record Syscall. Its other instants are written as differences from the event's own.</summary>
internal static class SyscallCodec
{
    private const int Abis = (int)SyscallAbi.Unknown + 1;

    public static void Write(ref AvroWriter writer, EventBatch batch, in SyscallRecord call, long bootNs)
    {
        writer.Int(call.Number);
        writer.Enum((int)call.Abi, Abis, (int)SyscallAbi.Unknown);
        foreach (long argument in call.Arguments) writer.Long(argument);
        writer.Long(call.Result);
        writer.Long(unchecked(call.EnterNs - bootNs));
        writer.Bytes(batch.Utf8(call.Path));
        writer.Bytes(batch.Utf8(call.OtherPath));
        FileReferenceCodec.Write(ref writer, in call.File);
        writer.Bytes(batch.Utf8(call.Data));
        writer.Int(call.TargetTgid);
        writer.Long(call.TargetStartNs);
        writer.String(batch.Utf8(call.TargetContainerId));
        writer.Long(call.Count);
        writer.Long(unchecked(call.FirstNs - bootNs));
    }

    public static void Read(ref AvroReader reader, EventBatch into, long bootNs, short cpu, int task)
    {
        SyscallRecord call = default;
        call.Number = reader.Int();
        call.Abi = (SyscallAbi)reader.Enum(Abis);
        foreach (ref long argument in call.Arguments) argument = reader.Long();
        call.Result = reader.Long();
        call.EnterNs = unchecked(bootNs + reader.Long());
        call.Path = reader.Text();
        call.OtherPath = reader.Text();
        FileReferenceCodec.Read(ref reader, ref call.File);
        call.Data = reader.Text();
        call.TargetTgid = reader.Int();
        call.TargetStartNs = reader.Long();
        call.TargetContainerId = reader.StringText();
        call.Count = reader.Long();
        call.FirstNs = unchecked(bootNs + reader.Long());
        into.AddSyscall(bootNs, cpu, task, in call);
    }
}
