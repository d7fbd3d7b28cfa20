using System.Collections.Immutable;
using Pipeline.Domain.Events;
using Pipeline.Schemas.Binary;

namespace Pipeline.Schemas.NodeEvents;

/// <summary>Record Heartbeat.</summary>
internal static class HeartbeatCodec
{
    public static void Write(ref AvroWriter writer, HeartbeatRecord heartbeat)
    {
        writer.String(heartbeat.AgentVersion);
        writer.String(heartbeat.KernelRelease);
        writer.String(heartbeat.Architecture);
        writer.Long(heartbeat.EventsTaken);
        writer.Long(heartbeat.EventsLost);
        writer.Long(heartbeat.SpoolBytes);
        writer.BeginItems(heartbeat.Sources.Length);
        foreach (SourceState source in heartbeat.Sources)
        {
            writer.String(source.Name);
            writer.String(source.State);
            writer.String(source.Detail);
        }

        writer.EndItems();
    }

    public static HeartbeatRecord Read(ref AvroReader reader) => new()
    {
        AgentVersion = reader.String(),
        KernelRelease = reader.String(),
        Architecture = reader.String(),
        EventsTaken = reader.Long(),
        EventsLost = reader.Long(),
        SpoolBytes = reader.Long(),
        Sources = ReadSources(ref reader),
    };

    private static ImmutableArray<SourceState> ReadSources(ref AvroReader reader)
    {
        ImmutableArray<SourceState>.Builder sources = ImmutableArray.CreateBuilder<SourceState>();
        AvroReader.ItemCursor items = reader.BeginItems();
        while (reader.Next(ref items)) sources.Add(new SourceState(reader.String(), reader.String(), reader.String()));
        return sources.DrainToImmutable();
    }
}
