using Pipeline.Domain.Events;
using Pipeline.Schemas.Binary;

namespace Pipeline.Schemas.NodeEvents;

/// <summary>Record Mount.</summary>
internal static class MountCodec
{
    private const int Actions = (int)MountAction.Moved + 1;

    public static void Write(ref AvroWriter writer, EventBatch batch, in MountRecord mount)
    {
        writer.Enum((int)mount.Action, Actions, (int)MountAction.Unknown);
        writer.Long(mount.MountNs);
        writer.Int(mount.MountId);
        writer.Int(mount.ParentId);
        writer.Bits(mount.Device);
        writer.Bytes(batch.Utf8(mount.Root));
        writer.Bytes(batch.Utf8(mount.MountPoint));
        writer.Bytes(batch.Utf8(mount.FileSystem));
        writer.Bytes(batch.Utf8(mount.Source));
        writer.Bytes(batch.Utf8(mount.Options));
    }

    public static void Read(ref AvroReader reader, EventBatch into, long bootNs, short cpu, int task)
    {
        MountRecord mount = default;
        mount.Action = (MountAction)reader.Enum(Actions);
        mount.MountNs = reader.UInt();
        mount.MountId = reader.Int();
        mount.ParentId = reader.Int();
        mount.Device = reader.Bits();
        mount.Root = reader.Text();
        mount.MountPoint = reader.Text();
        mount.FileSystem = reader.Text();
        mount.Source = reader.Text();
        mount.Options = reader.Text();
        into.AddMount(bootNs, cpu, task, in mount);
    }
}
