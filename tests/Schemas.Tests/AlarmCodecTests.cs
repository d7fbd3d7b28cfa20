using System.Collections.Immutable;
using System.Text;
using Avro.Generic;
using Pipeline.Domain.Alarms;
using Pipeline.Schemas;

namespace Schemas.Tests;

public sealed class AlarmCodecTests
{
    private static readonly Oracle Oracle = new(AlarmCodec.Schema);

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, Samples.Alarms.Length)];

    [Fact]
    public void Has_a_sample_of_every_case() =>
        Samples.Alarms.Select(alarm => alarm.GetType()).Distinct().ShouldBe(
            typeof(AlarmEvent).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(AlarmEvent)) && !type.IsAbstract), ignoreOrder: true);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Writes_the_same_bytes_as_Apache_Avro(int sample) =>
        Samples.Encode(Samples.Alarms[sample])[10..].ShouldBe(Oracle.Encode(Generic(Samples.Alarms[sample])));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Reads_what_was_written(int sample)
    {
        byte[] message = Samples.Encode(Samples.Alarms[sample]);

        AlarmCodec.Decode(message, DecodeLimits.Default, out AlarmEvent? alarm).ShouldBe(DecodeResult.Ok);

        Generic(alarm.ShouldNotBeNull()).ShouldBe(Generic(Samples.Alarms[sample]));
    }

    [Theory]
    [InlineData("raised", "RAISED", DecodeFault.BadBranch)]
    [InlineData("High", "5igh", DecodeFault.BadBranch)]
    [InlineData("AbnormalStartup", "000000000000006", DecodeFault.BadBranch)]
    public void Refuses_names_that_it_does_not_know(string name, string other, DecodeFault fault)
    {
        byte[] message = Samples.Encode(Samples.Raised);
        int at = message.AsSpan().IndexOf(Encoding.UTF8.GetBytes(name));
        Encoding.UTF8.GetBytes(other).CopyTo(message, at);

        AlarmCodec.Decode(message, DecodeLimits.Default, out AlarmEvent? alarm).Fault.ShouldBe(fault);

        alarm.ShouldBeNull();
    }

    [Fact]
    public void Refuses_an_event_id_that_is_not_the_event_s()
    {
        byte[] message = Samples.Encode(Samples.Raised);
        message[11] = message[11] == (byte)'0' ? (byte)'1' : (byte)'0';

        AlarmCodec.Decode(message, DecodeLimits.Default, out _).Fault.ShouldBe(DecodeFault.BadReference);
    }

    private static GenericRecord Generic(AlarmEvent alarm)
    {
        var raised = alarm as AlarmRaised;
        var escalated = alarm as AlarmEscalated;
        AlarmSource? source = raised?.Source ?? (alarm as AlarmAmended)?.Source;
        var action = alarm as AlarmActionTaken;
        ImmutableArray<Evidence> evidence =
            action is not null ? [] : raised?.Evidence ?? [(Evidence)alarm.GetType().GetProperty("Evidence")!.GetValue(alarm)!];
        return Oracle.Record(Oracle.Schema,
            ("eventId", alarm.EventId.ToString()), ("alarmId", alarm.AlarmId.ToString()),
            ("event", action is null ? alarm.GetType().Name["Alarm".Length..].ToLowerInvariant() : "action"),
            ("ordinal", (alarm as DetectedEvent)?.Ordinal ?? -1), ("at", alarm.At.UtcDateTime),
            ("type", raised?.Type.ToString() ?? ""), ("ruleId", raised?.RuleId ?? ""), ("ruleVersion", raised?.RuleVersion ?? 0),
            ("classId", raised?.ClassId ?? ""), ("title", raised?.Title ?? ""),
            ("severity", $"{raised?.Severity ?? escalated?.Severity}"), ("outcome", $"{raised?.Outcome ?? escalated?.Outcome}"),
            ("attack", Oracle.Array(raised?.Attack ?? [])), ("node", source?.Node ?? ""), ("boot", source?.Boot ?? ""),
            ("containerId", source?.ContainerId ?? ""), ("containerName", source?.ContainerName ?? ""), ("image", source?.Image ?? ""),
            ("imageDigest", source?.ImageDigest ?? ""), ("namespace", source?.Namespace ?? ""), ("pod", source?.Pod ?? ""),
            ("workload", source?.Workload ?? ""), ("subject", raised?.Subject ?? ""),
            ("content", Oracle.Array((raised?.Content ?? []).Select(item => Oracle.Record(Oracle.At(Oracle.Schema, "content"),
                ("check", item.Check), ("content", item.Content), ("severity", item.Severity.ToString()), ("basis", item.Basis))))),
            ("processes", Oracle.Array((raised?.Processes ?? []).Select(process => Oracle.Record(Oracle.At(Oracle.Schema, "processes"),
                ("pid", process.Pid), ("namespacePid", process.NamespacePid), ("startedBootNs", process.StartedBootNs), ("path", process.Path),
                ("commandLine", process.CommandLine), ("uid", (long)process.Uid), ("effectiveUid", (long)process.EffectiveUid),
                ("capEffective", process.CapEffective))))),
            ("evidence", Oracle.Array(evidence.Select(piece => Oracle.Record(Oracle.At(Oracle.Schema, "evidence"),
                ("node", piece.Node), ("boot", piece.Boot), ("sequence", piece.Sequence), ("kind", piece.Kind), ("at", piece.At.UtcDateTime),
                ("facts", piece.Facts.ToDictionary(fact => fact.Key, fact => (object)fact.Value)))))),
            ("evidenceComplete", raised?.EvidenceComplete ?? true), ("evidenceGaps", Oracle.Array(raised?.EvidenceGaps ?? [])),
            ("policyId", raised?.PolicyId ?? ""), ("policyVersion", raised?.PolicyVersion ?? 0), ("recommendation", raised?.Recommendation ?? ""),
            ("dedupKey", raised?.DedupKey ?? ""), ("labels", Oracle.Array(raised?.Labels ?? [])),
            ("occurrences", (alarm as AlarmRecurred)?.Occurrences ?? 0L),
            ("requestId", $"{action?.RequestId}"), ("action", $"{action?.Action}"), ("state", $"{action?.State}"),
            ("acknowledged", action?.Acknowledged ?? false), ("actor", action?.Actor ?? ""), ("origin", action?.Origin ?? ""),
            ("reason", action?.Reason ?? ""), ("assignee", action?.Assignee ?? ""), ("verdict", $"{action?.Verdict}"),
            ("exclusion", $"{action?.Exclusion}"), ("comment", $"{action?.Comment}"));
    }
}
