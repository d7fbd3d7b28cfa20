using Pipeline.Domain.Events;
using Pipeline.Schemas.Binary;

namespace Pipeline.Schemas.NodeEvents;

/// <summary>Record File.</summary>
internal static class FileCodec
{
    private const int Operations = (int)FileOperation.Other + 1;

    public static void Write(ref AvroWriter writer, EventBatch batch, in FileRecord file)
    {
        writer.Enum((int)file.Operation, Operations, (int)FileOperation.Unknown);
        writer.Bytes(batch.Utf8(file.Path));
        writer.Bytes(batch.Utf8(file.RawPath));
        writer.Bytes(batch.Utf8(file.OtherPath));
        writer.Boolean(file.PathTruncated);
        FileReferenceCodec.Write(ref writer, in file.File);
        writer.Long(file.Flags);
        writer.Long(file.Result);
        writer.Long(file.Bytes);
        writer.Long(file.Count);
        writer.Bytes(batch.Utf8(file.Sha256));
    }

    public static void Read(ref AvroReader reader, EventBatch into, long bootNs, short cpu, int task)
    {
        FileRecord file = default;
        file.Operation = (FileOperation)reader.Enum(Operations);
        file.Path = reader.Text();
        file.RawPath = reader.Text();
        file.OtherPath = reader.Text();
        file.PathTruncated = reader.Boolean();
        FileReferenceCodec.Read(ref reader, ref file.File);
        file.Flags = reader.Long();
        file.Result = reader.Long();
        file.Bytes = reader.Long();
        file.Count = reader.Long();
        file.Sha256 = reader.Text();
        into.AddFile(bootNs, cpu, task, in file);
    }
}
