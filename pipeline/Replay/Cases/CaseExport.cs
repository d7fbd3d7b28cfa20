using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Api.Ports;
using Pipeline.Archive.Manifests;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Identity;
using Pipeline.Replay.Certificates;
using Pipeline.Schemas;

namespace Pipeline.Replay.Cases;

/// <summary>What was put into a case.</summary>
/// <param name="Digest">SHA-256 of its list of sums: names all of it.</param>
public sealed record ExportedCase(int Records, int Manifests, Completeness Completeness, ImmutableArray<string> Reasons, string Digest);

/// <summary>Writes an alarm and everything that it rests on into one ZIP file that can be checked offline.</summary>
public sealed class CaseExport(CaseRecordReader reader)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    /// <param name="policy">The document that the alarm was raised under, as far as the caller knows; empty for none.</param>
    /// <exception cref="ReplayException">What it rests on is too much.</exception>
    public async Task<ExportedCase> WriteAsync(
        string topic, StoredAlarm alarm, string policy, Stream output, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(alarm);
        Evidence[] evidence = [.. alarm.History.Select(e => e.Event).OfType<DetectedEvent>().SelectMany(EvidenceLedger.EvidenceOf)];
        var node = new NodeBoot(new NodeId(evidence[0].Node), new BootId(evidence[0].Boot));
        Evidence[] own = [.. evidence.Where(e => e.Node == node.Node.Value && e.Boot == node.Boot.Value)];
        var window = new SequenceRange(own.Min(e => e.Sequence), own.Max(e => e.Sequence));
        CaseRecords records = await reader.ReadAsync(topic, node, window, cancellation);
        (Completeness completeness, ImmutableArray<string> reasons) = Judge(window, records.Sequences, evidence.Length - own.Length);
        using var zip = new CaseZip(output);
        zip.Put(CaseFiles.ReadMe, CaseFiles.Note);
        PutAlarm(zip, alarm);
        zip.Put(CaseFiles.Certificate, JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                Node = node.Node.Value,
                Boot = node.Boot.Value,
                window.First,
                window.Last,
                Present = records.Sequences.Ranges.Select(range => new { range.First, range.Last }),
                Completeness = completeness,
                Reasons = reasons,
                alarm.View.Raised.PolicyId,
                alarm.View.Raised.PolicyVersion,
            },
            Json));
        PutRecords(zip, records);
        if (policy.Length > 0) zip.Put(CaseFiles.Policy, policy);
        return new ExportedCase(records.Records.Length, records.Manifests.Length, completeness, reasons, zip.PutSums());
    }

    private static void PutAlarm(CaseZip zip, StoredAlarm alarm)
    {
        zip.Put(CaseFiles.Alarm, JsonSerializer.SerializeToUtf8Bytes(alarm.History.Select(Shown), Json));
        for (int i = 0; i < alarm.History.Length; i++)
        {
            var bytes = new ArrayBufferWriter<byte>();
            AlarmCodec.Encode(alarm.History[i].Event, bytes);
            zip.Put(CaseFiles.Event(i), bytes.WrittenSpan.ToArray());
        }
    }

    private static void PutRecords(CaseZip zip, CaseRecords records)
    {
        foreach (CaseRecord record in records.Records) zip.Put(CaseFiles.Record(record.Partition, record.Offset), record.Value);
        foreach (CaseManifest manifest in records.Manifests) zip.Put(CaseFiles.Manifest(manifest.Partition, manifest.FirstOffset),
            manifest.Json);
        foreach (SchemaVersion schema in SchemaCatalog.Published) zip.Put(CaseFiles.Schema(schema.Subject, schema.Version), schema.Json);
    }

    private static (Completeness Completeness, ImmutableArray<string> Reasons) Judge(SequenceRange window, SequenceLedger present,
        int elsewhere)
    {
        var missing = new List<string>();
        long next = window.First;
        foreach (SequenceRange range in present.Ranges)
        {
            if (range.First > next) missing.Add($"events {next}-{Math.Min(range.First - 1, window.Last)} are missing");
            next = Math.Max(next, range.Last + 1);
        }

        if (next <= window.Last) missing.Add($"events {next}-{window.Last} are missing");
        if (elsewhere > 0) missing.Add($"{elsewhere} pieces of evidence are of another boot or node, whose messages are not in the case");
        return (missing.Count > 0 ? Completeness.Tainted : Completeness.Complete, [.. missing]);
    }

    private static object Shown(StoredAlarmEvent stored) => new
    {
        Type = stored.Event.GetType().Name,
        stored.StoredAt,
        Event = JsonSerializer.SerializeToElement(stored.Event, stored.Event.GetType(), Json),
    };
}
