using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Pipeline.Detection;
using Pipeline.Detection.Fingerprints;
using Pipeline.Detection.MaliciousProgram;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Policies;
using Pipeline.Policies.Writing;
using Pipeline.Schemas;
using Testing.Scripts;

namespace Detection.Tests.Carriers;

/// <summary>
/// Writes scripts down for a pipeline process to run: each on nodes of its own, in the wire format. Thread-safe.
/// </summary>
internal sealed class RecordingCarrier(string directory)
{
    private const int EventsOfARecord = 16;
    private static readonly string BuiltIn = PolicyYaml.Write(DetectionPolicy.Default, SettingReasons.None);
    private readonly ConcurrentDictionary<UnderPolicy, string?> _documents = new(ReferenceEqualityComparer.Instance);
    private readonly Lock _writing = new();
    private int _written;

    public void Carry(ScriptRun run)
    {
        int number = Interlocked.Increment(ref _written);
        ScriptedEvent[] events = [.. run.Script.Events.Select(e => e with { Node = Renamed(e.Node, number) })];
        EventBatch[] batches = [.. Batches.Of(events, EventsOfARecord)];
        ImmutableArray<AlarmEvent> alarms = KernelRun.Feed(new(run.Detectors), batches);
        AlarmText.Short(alarms).ShouldBe(AlarmText.Short(run.Alarms), "on a node of another name");
        UnderPolicy under = UnderPolicy.Of(run.Detectors[0]);
        new RecordedScript
        {
            Test = TestContext.Current.Test?.TestDisplayName ?? "",
            Nodes = [.. events.Select(e => e.Node.Node.Value).Distinct()],
            Types = [.. run.Detectors.Select(detector => detector.Spec.Type.ToString())],
            Policy = _documents.GetOrAdd(under, Written),
            Alone = under.Policy.AbnormalProcess.Whitelists.Any(list => list.Learning.Enabled),
            Records = [.. batches.Select(batch => (batch.Node.Value, Encoded(batch)))],
            Rules = [.. alarms.OfType<AlarmRaised>().Select(alarm => alarm.RuleId).Distinct()],
            Alarms = AlarmText.Exact(alarms.GroupBy(alarm => alarm.AlarmId).OrderBy(alarm => alarm.Key).SelectMany(alarm => alarm)),
        }.WriteTo(directory, number);
    }

    private static NodeBoot Renamed(NodeBoot node, int number) => node with { Node = new NodeId($"{node.Node.Value}-{number}") };

    /// <summary>Null where what was written cannot be read again: a policy that only code can make.</summary>
    private string? Written(UnderPolicy under)
    {
        string document = PolicyYaml.Write(under.Policy with { MaliciousProgram = WithFeed(under) }, SettingReasons.None);
        if (document == BuiltIn) return "";
        return PolicyYaml.Read(document).Faults.IsEmpty ? document : null;
    }

    private MaliciousProgramPolicy WithFeed(UnderPolicy under)
    {
        if (under.Fingerprints.IsEmpty) return under.Policy.MaliciousProgram;
        var lines = new StringBuilder("sha256,family,severity,expires\n");
        foreach (Fingerprint known in under.Fingerprints)
        {
            string expires = known.ExpiresUnixSeconds == 0 ? "" : $"{DateTimeOffset.FromUnixTimeSeconds(known.ExpiresUnixSeconds):u}";
            lines.Append(CultureInfo.InvariantCulture, $"{known.Digest},{known.Family},{Spelling.Of(known.Severity)},{expires}\n");
        }

        // Equal feeds in one file, so that equal policies stay equal.
        string path = Path.Combine(directory, $"feed-{DeterministicId.From(lines.ToString()):N}.csv");
        lock (_writing) File.WriteAllText(path, lines.ToString());
        return under.Policy.MaliciousProgram with { FingerprintFeeds = [new FingerprintFeed(path, under.Fingerprints[0].Source)] };
    }

    private static byte[] Encoded(EventBatch batch)
    {
        var bytes = new ArrayBufferWriter<byte>();
        NodeEventsCodec.Encode(batch, bytes);
        return bytes.WrittenSpan.ToArray();
    }
}
