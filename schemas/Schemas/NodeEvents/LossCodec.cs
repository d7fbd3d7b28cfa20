using Pipeline.Domain.Events;
using Pipeline.Schemas.Binary;

namespace Pipeline.Schemas.NodeEvents;

/// <summary>Record Loss.</summary>
internal static class LossCodec
{
    private const int Causes = (int)LossCause.SourceAway + 1;

    public static void Write(ref AvroWriter writer, EventBatch batch, in LossRecord loss)
    {
        writer.Enum((int)loss.Cause, Causes, (int)LossCause.Unknown);
        writer.Long(loss.Count);
        writer.Long(loss.FirstSequence);
        writer.Long(loss.LastSequence);
        writer.String(batch.Utf8(loss.ContainerId));
    }

    public static void Read(ref AvroReader reader, EventBatch into, long bootNs)
    {
        LossRecord loss = default;
        loss.Cause = (LossCause)reader.Enum(Causes);
        loss.Count = reader.Long();
        loss.FirstSequence = reader.Long();
        loss.LastSequence = reader.Long();
        loss.ContainerId = reader.StringText();
        into.AddLoss(bootNs, in loss);
    }
}
