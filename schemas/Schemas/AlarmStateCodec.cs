using System.Buffers;
using Pipeline.Domain.Alarms;
using Pipeline.Schemas.Alarms;
using Pipeline.Schemas.Binary;

namespace Pipeline.Schemas;

/// <summary>
/// Messages of the <c>alarm-state</c> topic: an alarm as it stands, of primitive fields only. Written, never read by us: it is made for the
/// tables of others. Times are cut to microseconds. Stateless and safe for any number of threads.
/// </summary>
public static class AlarmStateCodec
{
    public const string Subject = "alarm-state";

    public static SchemaVersion Schema { get; } = SchemaCatalog.Get(Subject, 1);

    /// <summary>Writes framing and body.</summary>
    public static void Encode(AlarmSnapshot alarm, IBufferWriter<byte> output)
    {
        WireFormat.Write(Schema.Fingerprint, output);
        var writer = new AvroWriter(output);
        writer.String(alarm.Id.ToString());
        writer.Int(alarm.Version);
        WriteWhat(ref writer, alarm);
        WriteSource(ref writer, alarm.Source);
        writer.String(alarm.Subject);
        writer.String(string.Join('\n', alarm.Content));
        writer.String(string.Join(',', alarm.Attack));
        writer.String(string.Join(',', alarm.Labels));
        writer.String(alarm.Process);
        writer.String(alarm.CommandLine);
        writer.Long(alarm.Occurrences);
        AlarmPartsCodec.Write(ref writer, alarm.FirstSeen);
        AlarmPartsCodec.Write(ref writer, alarm.LastSeen);
        WriteOptional(ref writer, alarm.ConfirmedAt);
        AlarmPartsCodec.Write(ref writer, alarm.StoredAt);
        writer.String(alarm.PolicyId);
        writer.Int(alarm.PolicyVersion);
        writer.Boolean(alarm.EvidenceComplete);
        WriteHandling(ref writer, alarm);
        writer.Flush();
    }

    private static void WriteWhat(ref AvroWriter writer, AlarmSnapshot alarm)
    {
        writer.String(Spelling.Of(alarm.Type));
        writer.String(alarm.RuleId);
        writer.Int(alarm.RuleVersion);
        writer.String(alarm.ClassId);
        writer.String(alarm.Title);
        writer.String(Spelling.Of(alarm.Severity));
        writer.Int((int)alarm.Severity);
        writer.String(Spelling.Of(alarm.Outcome));
        writer.String(Spelling.Of(alarm.State));
    }

    private static void WriteSource(ref AvroWriter writer, AlarmSource source)
    {
        writer.String(source.Node);
        writer.String(source.Boot);
        writer.String(source.ContainerId);
        writer.String(source.ContainerName);
        writer.String(source.Image);
        writer.String(source.ImageDigest);
        writer.String(source.Namespace);
        writer.String(source.Pod);
        writer.String(source.Workload);
    }

    private static void WriteHandling(ref AvroWriter writer, AlarmSnapshot alarm)
    {
        WriteOptional(ref writer, alarm.AcknowledgedAt);
        writer.String(alarm.Assignee);
        WriteOptional(ref writer, alarm.Resolution?.At);
        writer.String(alarm.Resolution?.By ?? "");
        writer.String(alarm.Resolution?.Reason ?? "");
        writer.String(alarm.Resolution?.Verdict is { } verdict ? Spelling.Of(verdict) : "");
        writer.Branch(alarm.Resolution?.Exclusion is null ? 0 : 1);
        if (alarm.Resolution?.Exclusion is { } exclusion) writer.String(exclusion.ToString());
    }

    private static void WriteOptional(ref AvroWriter writer, DateTimeOffset? time)
    {
        writer.Branch(time is null ? 0 : 1);
        if (time is { } known) AlarmPartsCodec.Write(ref writer, known);
    }
}
