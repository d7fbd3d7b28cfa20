using Pipeline.Domain.Events;
using Pipeline.Schemas.Binary;

namespace Pipeline.Schemas.NodeEvents;

/// <summary>Record Process.</summary>
internal static class ProcessCodec
{
    private const int Actions = (int)ProcessAction.Exited + 1;

    public static void Write(ref AvroWriter writer, EventBatch batch, in ProcessRecord process)
    {
        writer.Enum((int)process.Action, Actions, (int)ProcessAction.Unknown);
        writer.Bytes(batch.Utf8(process.FileName));
        writer.Bytes(batch.Utf8(process.Script));
        writer.Bytes(batch.Utf8(process.Arguments));
        writer.Boolean(process.ArgumentsTruncated);
        writer.Bytes(batch.Utf8(process.WorkingDirectory));
        FileReferenceCodec.Write(ref writer, in process.Executable);
        writer.Long(process.EffectiveUidBefore);
        writer.Bits(process.CapPermittedBefore);
        writer.Int(process.StandardStreams);
        writer.Int(process.ExitCode);
        writer.Int(process.ExitSignal);
    }

    public static void Read(ref AvroReader reader, EventBatch into, long bootNs, short cpu, int task)
    {
        ProcessRecord process = default;
        process.Action = (ProcessAction)reader.Enum(Actions);
        process.FileName = reader.Text();
        process.Script = reader.Text();
        process.Arguments = reader.Text();
        process.ArgumentsTruncated = reader.Boolean();
        process.WorkingDirectory = reader.Text();
        FileReferenceCodec.Read(ref reader, ref process.Executable);
        process.EffectiveUidBefore = reader.UInt();
        process.CapPermittedBefore = reader.Bits();
        process.StandardStreams = reader.Int();
        process.ExitCode = reader.Int();
        process.ExitSignal = reader.Int();
        into.AddProcess(bootNs, cpu, task, in process);
    }
}
