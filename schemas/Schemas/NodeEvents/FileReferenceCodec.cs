using Pipeline.Domain.Events;
using Pipeline.Schemas.Binary;

namespace Pipeline.Schemas.NodeEvents;

/// <summary>Union of null and record FileReference; null stands for the reference that is zero throughout.</summary>
internal static class FileReferenceCodec
{
    private const int Layers = (int)FileLayer.Host + 1;

    public static void Write(ref AvroWriter writer, in FileReference file)
    {
        if (IsZero(in file))
        {
            writer.Branch(0);
            return;
        }

        writer.Branch(1);
        writer.Bits(file.Device);
        writer.Bits(file.Inode);
        writer.Long(file.LinkCount);
        writer.Long(file.Mode);
        writer.Long(file.FileSystem);
        writer.Int(file.MountId);
        writer.Enum((int)file.Layer, Layers, (int)FileLayer.Unknown);
        writer.Long(file.Size);
        writer.Long(file.ChangeTimeNs);
    }

    public static void Read(ref AvroReader reader, ref FileReference file)
    {
        if (!reader.IsPresent()) return;
        file.Device = reader.Bits();
        file.Inode = reader.Bits();
        file.LinkCount = reader.UInt();
        file.Mode = reader.UInt();
        file.FileSystem = reader.UInt();
        file.MountId = reader.Int();
        file.Layer = (FileLayer)reader.Enum(Layers);
        file.Size = reader.Long();
        file.ChangeTimeNs = reader.Long();
    }

    private static bool IsZero(in FileReference file) =>
        (file.Device | file.Inode | file.LinkCount | file.Mode | file.FileSystem) == 0
        && (file.Size | file.ChangeTimeNs | (uint)file.MountId) == 0
        && file.Layer == FileLayer.Unknown;
}
