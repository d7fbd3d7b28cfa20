using System.Runtime.InteropServices;
using System.Text.Json;
using Agents.NodeAgent.Sequencing;
using Agents.NodeAgent.Shipping;
using Agents.NodeAgent.Shipping.Spool;
using Agents.NodeAgent.Sources;
using Pipeline.Domain.Events;

namespace Agents.NodeAgent;

/// <summary>How the agent is: as the heartbeat in the log and as the status file for probes. Safe from any thread.</summary>
internal sealed class AgentStatus(
    IReadOnlyList<IEventSource> sources, EventQueue queue, SequenceKeeper sequence, Shipper shipper, DiskSpool? spool, TimeProvider time)
{
    private readonly string _version = typeof(AgentStatus).Assembly.GetName().Version?.ToString(3) ?? "";

    private readonly string _kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();

    public HeartbeatRecord Heartbeat() => new()
    {
        AgentVersion = _version,
        KernelRelease = _kernel,
        Architecture = RuntimeInformation.OSArchitecture switch
        {
            Architecture.X64 => "x86_64",
            Architecture.Arm64 => "aarch64",
            var other => other.ToString().ToLowerInvariant(),
        },
        EventsTaken = sequence.Next,
        EventsLost = queue.Lost,
        SpoolBytes = spool?.Bytes ?? 0,
        Sources = [.. sources.Select(source => source.State)],
    };

    /// <summary>The status file: one JSON object.</summary>
    public byte[] ToJson()
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("at", time.GetUtcNow());
            json.WriteString("version", _version);
            json.WriteBoolean("logConnected", shipper.Trouble is null);
            json.WriteString("log", shipper.Trouble ?? "");
            json.WriteNumber("nextSequence", sequence.Next);
            json.WriteNumber("eventsTaken", queue.Taken);
            json.WriteNumber("eventsLost", queue.Lost);
            json.WriteNumber("eventsWaiting", queue.Count + shipper.EventsInFlight);
            json.WriteNumber("spoolBytes", spool?.Bytes ?? 0);
            json.WriteStartObject("sources");
            foreach (SourceState state in sources.Select(source => source.State))
            {
                json.WriteStartObject(state.Name);
                json.WriteString("state", state.State);
                json.WriteString("detail", state.Detail);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return output.ToArray();
    }
}
