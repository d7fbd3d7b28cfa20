using Pipeline.Domain.Events;
using Pipeline.Schemas.Binary;

namespace Pipeline.Schemas.NodeEvents;

/// <summary>Record Task.</summary>
internal static class TaskCodec
{
    public static void Write(ref AvroWriter writer, EventBatch batch, in TaskRecord task)
    {
        writer.Int(task.Tgid);
        writer.Int(task.Tid);
        writer.Long(task.StartNs);
        writer.Int(task.ParentTgid);
        writer.Long(task.ParentStartNs);
        writer.Int(task.NamespaceTgid);
        writer.Int(task.ExecGeneration);
        writer.Long(task.Uid);
        writer.Long(task.Gid);
        writer.Long(task.EffectiveUid);
        writer.Long(task.EffectiveGid);
        writer.Bits(task.CapEffective);
        writer.Bits(task.CapPermitted);
        writer.Int((int)task.Flags);
        writer.Int(task.SeccompMode);
        writer.Long(task.MountNs);
        writer.Long(task.PidNs);
        writer.Long(task.UserNs);
        writer.Long(task.NetNs);
        writer.Long(task.IpcNs);
        writer.Long(task.UtsNs);
        writer.Long(task.CgroupNs);
        writer.Bits(task.CgroupId);
        writer.String(batch.Utf8(task.ContainerId));
        writer.Bytes(batch.Utf8(task.CgroupPath));
        writer.Bytes(batch.Utf8(task.Comm));
        writer.Bytes(batch.Utf8(task.ExePath));
    }

    public static void Read(ref AvroReader reader, ref TaskRecord task)
    {
        task.Tgid = reader.Int();
        task.Tid = reader.Int();
        task.StartNs = reader.Long();
        task.ParentTgid = reader.Int();
        task.ParentStartNs = reader.Long();
        task.NamespaceTgid = reader.Int();
        task.ExecGeneration = reader.Int();
        task.Uid = reader.UInt();
        task.Gid = reader.UInt();
        task.EffectiveUid = reader.UInt();
        task.EffectiveGid = reader.UInt();
        task.CapEffective = reader.Bits();
        task.CapPermitted = reader.Bits();
        task.Flags = (TaskFlags)reader.Int();
        task.SeccompMode = (byte)reader.Long(0, byte.MaxValue);
        task.MountNs = reader.UInt();
        task.PidNs = reader.UInt();
        task.UserNs = reader.UInt();
        task.NetNs = reader.UInt();
        task.IpcNs = reader.UInt();
        task.UtsNs = reader.UInt();
        task.CgroupNs = reader.UInt();
        task.CgroupId = reader.Bits();
        task.ContainerId = reader.StringText();
        task.CgroupPath = reader.Text();
        task.Comm = reader.Text();
        task.ExePath = reader.Text();
    }
}
