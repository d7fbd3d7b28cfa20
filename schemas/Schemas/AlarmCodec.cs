using System.Buffers;
using System.Diagnostics;
using Pipeline.Domain.Alarms;
using Pipeline.Schemas.Alarms;
using Pipeline.Schemas.Binary;

namespace Pipeline.Schemas;

/// <summary>
/// Messages of the <c>alarms</c> topic: one alarm event each. Times are cut to microseconds. Stateless and safe for any number of threads.
/// </summary>
public static class AlarmCodec
{
    public const string Subject = "alarms";

    private const string Raised = "raised", Confirmed = "confirmed", Recurred = "recurred", Escalated = "escalated", Amended = "amended",
        ActionTaken = "action";

    /// <summary>In the place of an ordinal, which an action has not.</summary>
    private const int NoOrdinal = -1;

    private static readonly AlarmSource NoSource = new("", "", "", "", "", "", "", "", "");

    /// <summary>Before there were actions.</summary>
    private static readonly SchemaVersion First = SchemaCatalog.Get(Subject, 1);

    /// <summary>The version that is written. Version 1 is read too.</summary>
    public static SchemaVersion Schema { get; } = SchemaCatalog.Get(Subject, 2);

    /// <summary>Writes framing and body.</summary>
    public static void Encode(AlarmEvent alarm, IBufferWriter<byte> output)
    {
        WireFormat.Write(Schema.Fingerprint, output);
        var writer = new AvroWriter(output);
        writer.String(alarm.EventId.ToString());
        writer.String(alarm.AlarmId.ToString());
        writer.String(NameOf(alarm));
        writer.Int((alarm as DetectedEvent)?.Ordinal ?? NoOrdinal);
        AlarmPartsCodec.Write(ref writer, alarm.At);
        WriteWhat(ref writer, alarm);
        WriteSource(ref writer, (alarm as AlarmRaised)?.Source ?? (alarm as AlarmAmended)?.Source ?? NoSource);
        WriteFindings(ref writer, alarm);
        AlarmActionCodec.Write(ref writer, alarm as AlarmActionTaken);
        writer.Flush();
    }

    /// <summary>Reads framing and body; <paramref name="alarm"/> is null after a fault.</summary>
    public static DecodeResult Decode(ReadOnlySpan<byte> message, DecodeLimits limits, out AlarmEvent? alarm)
    {
        alarm = null;
        DecodeResult opened = WireFormat.Open(message, [Schema, First], limits, out int body, out SchemaVersion? version);
        if (!opened.IsOk) return opened;
        var reader = new AvroReader(message, body, limits);
        AlarmEvent? read = Read(ref reader, version == Schema);
        reader.End();
        if (!reader.Failed) alarm = read;
        return reader.Result;
    }

    private static string NameOf(AlarmEvent alarm) => alarm switch
    {
        AlarmRaised => Raised,
        AlarmConfirmed => Confirmed,
        AlarmRecurred => Recurred,
        AlarmEscalated => Escalated,
        AlarmAmended => Amended,
        AlarmActionTaken => ActionTaken,
        _ => throw new UnreachableException($"alarm event {alarm.GetType()}"),
    };

    private static void WriteWhat(ref AvroWriter writer, AlarmEvent alarm)
    {
        var raised = alarm as AlarmRaised;
        var escalated = alarm as AlarmEscalated;
        writer.String(raised?.Type.ToString() ?? "");
        writer.String(raised?.RuleId ?? "");
        writer.Int(raised?.RuleVersion ?? 0);
        writer.String(raised?.ClassId ?? "");
        writer.String(raised?.Title ?? "");
        writer.String((raised?.Severity ?? escalated?.Severity)?.ToString() ?? "");
        writer.String((raised?.Outcome ?? escalated?.Outcome)?.ToString() ?? "");
        writer.Strings(raised?.Attack ?? []);
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

    private static void WriteFindings(ref AvroWriter writer, AlarmEvent alarm)
    {
        var raised = alarm as AlarmRaised;
        writer.String(raised?.Subject ?? "");
        AlarmPartsCodec.Write(ref writer, raised?.Content ?? []);
        AlarmPartsCodec.Write(ref writer, raised?.Processes ?? []);
        AlarmPartsCodec.Write(ref writer, alarm switch
        {
            AlarmRaised first => first.Evidence,
            AlarmConfirmed confirmed => [confirmed.Evidence],
            AlarmRecurred recurred => [recurred.Evidence],
            AlarmEscalated escalated => [escalated.Evidence],
            AlarmAmended amended => [amended.Evidence],
            _ => [],
        });
        writer.Boolean(raised?.EvidenceComplete ?? true);
        writer.Strings(raised?.EvidenceGaps ?? []);
        writer.String(raised?.PolicyId ?? "");
        writer.Int(raised?.PolicyVersion ?? 0);
        writer.String(raised?.Recommendation ?? "");
        writer.String(raised?.DedupKey ?? "");
        writer.Strings(raised?.Labels ?? []);
        writer.Long((alarm as AlarmRecurred)?.Occurrences ?? 0);
    }

    private static AlarmEvent? Read(ref AvroReader reader, bool hasAction)
    {
        Guid eventId = AlarmPartsCodec.ReadGuid(ref reader);
        Guid alarmId = AlarmPartsCodec.ReadGuid(ref reader);
        string name = reader.String();
        AlarmRaised all = ReadAll(ref reader, alarmId, name);
        long occurrences = reader.Long();
        if (hasAction && AlarmActionCodec.Read(ref reader, alarmId, all.At, isAction: name == ActionTaken) is { } action)
        {
            if (eventId != action.EventId) reader.Fail(DecodeFault.BadReference, "eventId is not that of the alarm and the request");
            return action;
        }

        if (reader.Failed) return null;

        if (eventId != all.EventId) reader.Fail(DecodeFault.BadReference, "eventId is not that of the alarm and the ordinal");
        if (name == Raised) return all;
        if (all.Evidence is not [Evidence evidence])
        {
            reader.Fail(DecodeFault.BadReference, $"{all.Evidence.Length} pieces of evidence where there is always one");
            return null;
        }

        switch (name)
        {
            case Confirmed: return new AlarmConfirmed { AlarmId = alarmId, Ordinal = all.Ordinal, At = all.At, Evidence = evidence };
            case Recurred:
                return new AlarmRecurred
                {
                    AlarmId = alarmId,
                    Ordinal = all.Ordinal,
                    At = all.At,
                    Evidence = evidence,
                    Occurrences = occurrences,
                };
            case Escalated:
                return new AlarmEscalated
                {
                    AlarmId = alarmId,
                    Ordinal = all.Ordinal,
                    At = all.At,
                    Evidence = evidence,
                    Severity = all.Severity,
                    Outcome = all.Outcome,
                };
            case Amended:
                return new AlarmAmended { AlarmId = alarmId, Ordinal = all.Ordinal, At = all.At, Source = all.Source, Evidence = evidence };
            default:
                reader.Fail(DecodeFault.BadBranch, "alarm event that is not known");
                return null;
        }
    }

    /// <summary>The flat record is an <see cref="AlarmRaised"/> with most fields empty in the other cases.</summary>
    private static AlarmRaised ReadAll(ref AvroReader reader, Guid alarmId, string name) => new()
    {
        AlarmId = alarmId,
        Ordinal = reader.Int(),
        At = AlarmPartsCodec.ReadTime(ref reader),
        Type = AlarmPartsCodec.ReadName<AlarmType>(ref reader, mayBeEmpty: name != Raised),
        RuleId = reader.String(),
        RuleVersion = reader.Int(),
        ClassId = reader.String(),
        Title = reader.String(),
        Severity = AlarmPartsCodec.ReadName<Severity>(ref reader, mayBeEmpty: name is not (Raised or Escalated)),
        Outcome = AlarmPartsCodec.ReadName<Outcome>(ref reader, mayBeEmpty: name is not (Raised or Escalated)),
        Attack = reader.Strings(),
        Source = new AlarmSource(
            reader.String(), reader.String(), reader.String(), reader.String(), reader.String(),
            reader.String(), reader.String(), reader.String(), reader.String()),
        Subject = reader.String(),
        Content = AlarmPartsCodec.ReadContent(ref reader),
        Processes = AlarmPartsCodec.ReadProcesses(ref reader),
        Evidence = AlarmPartsCodec.ReadEvidence(ref reader),
        EvidenceComplete = reader.Boolean(),
        EvidenceGaps = reader.Strings(),
        PolicyId = reader.String(),
        PolicyVersion = reader.Int(),
        Recommendation = reader.String(),
        DedupKey = reader.String(),
        Labels = reader.Strings(),
    };
}
