using System.Collections.Immutable;
using Pipeline.Archive;
using Pipeline.Archive.Manifests;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Identity;
using Pipeline.Replay;
using Pipeline.Replay.Certificates;
using Testing.Scripts;

namespace Replay.Tests;

/// <summary>What is missing is said, of the alarms that rest on it and of no other.</summary>
public sealed class CompletenessTests : IDisposable
{
    private readonly TemporaryArchive _archive = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Taints_the_alarms_whose_evidence_spans_what_was_dropped_and_no_other(int seed)
    {
        ScriptedEvent[] events = [.. GeneratedDay.Events(1200, seed)];
        var random = new Random(seed);
        var dropped = new Dictionary<NodeBoot, SequenceRange>();
        foreach (IGrouping<NodeBoot, ScriptedEvent> node in events.GroupBy(e => e.Node).Take(2))
        {
            long first = random.Next(node.Count() / 4, node.Count() / 2);
            dropped.Add(node.Key, new SequenceRange(first, first + random.Next(1, 30)));
        }

        await SomeLog.Of(events.Where(e => !IsDropped(dropped, e.Node, e.Sequence, e.Sequence)), 2, () => 10).ArchiveAsync(_archive.Store);

        ReplayResult replayed = await Replayed.RunAsync(_archive.Store, Replayed.All);

        replayed.Certificate.Completeness.ShouldBe(Completeness.Tainted);
        replayed.Certificate.Sequences.SelectMany(s => s.Gaps.Select(gap => (s.Node, gap))).ShouldBe(
            dropped.Select(d => (d.Key, d.Value)), ignoreOrder: true);
        string[] rest = [.. replayed.Events.GroupBy(e => e.AlarmId).Where(alarm => RestsOn(dropped, [.. alarm]))
            .Select(a => a.Key.ToString()).Order()];
        string[] tainted = [.. replayed.Alarms.Where(a => a.Completeness == Completeness.Tainted).Select(a => a.Alarm.ToString()).Order()];
        rest.ShouldNotBeEmpty();
        tainted.ShouldBe(rest);
        replayed.Alarms.Length.ShouldBeGreaterThan(rest.Length);
    }

    [Fact]
    public async Task Does_not_know_what_was_before_a_log_that_was_cut()
    {
        var log = SomeLog.Of(GeneratedDay.Events(800, 4), 1, () => 10);
        await log.ArchiveAsync(_archive.Store, rollBytes: 4000);
        await ArchiveRetention.PruneAsync(_archive.Store, SomeLog.Topic, null, 30_000, Cancellation);
        PartitionIndex index = await ArchiveIndex.ReadAsync(_archive.Store, SomeLog.Topic, 0, Cancellation);
        DateTimeOffset from = DateTimeOffset.UnixEpoch.AddTicks(index.Stubs[^1].ToNs / 100 + 10);

        ReplayResult replayed = await Replayed.RunAsync(_archive.Store, Replayed.All with { From = from, AllowGaps = true });

        index.Stubs.ShouldNotBeEmpty();
        replayed.Alarms.ShouldAllBe(alarm => alarm.Completeness != Completeness.Complete);
        replayed.Certificate.Reasons.ShouldContain("what happened before the first event that was read is not known");
    }

    [Fact]
    public async Task Refuses_what_retention_has_given_up_and_names_it()
    {
        await SomeLog.Of(GeneratedDay.Events(800, 4), 1, () => 10).ArchiveAsync(_archive.Store, rollBytes: 4000);
        await ArchiveRetention.PruneAsync(_archive.Store, SomeLog.Topic, null, 30_000, Cancellation);

        (await RefusalAsync(Replayed.All)).ShouldContain("were given up by retention");
    }

    [Fact]
    public async Task Refuses_a_missing_segment_unless_gaps_are_allowed_and_marks_the_result_then()
    {
        await SomeLog.Of(GeneratedDay.Events(800, 4), 1, () => 10).ArchiveAsync(_archive.Store, rollBytes: 4000);
        SegmentManifest segment = (await ArchiveIndex.ReadAsync(_archive.Store, SomeLog.Topic, 0, Cancellation)).Segments[1].Manifest;
        File.Delete(_archive.PathOf(segment.Path));

        (await RefusalAsync(Replayed.All))
            .ShouldContain($"segment {segment.Path} (offsets {segment.FirstOffset}-{segment.NextOffset - 1}) is missing");
        ReplayResult marked = await Replayed.RunAsync(_archive.Store, Replayed.All with { AllowGaps = true });

        marked.Certificate.Completeness.ShouldBe(Completeness.Tainted);
        marked.Certificate.Reasons.ShouldContain(reason => reason.Contains(segment.Path, StringComparison.Ordinal));
        marked.Certificate.Sequences.SelectMany(s => s.Gaps).Sum(gap => gap.Last - gap.First + 1).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Refuses_a_truncated_segment_by_its_bytes()
    {
        await SomeLog.Of(GeneratedDay.Events(800, 4), 1, () => 10).ArchiveAsync(_archive.Store, rollBytes: 4000);
        SegmentManifest segment = (await ArchiveIndex.ReadAsync(_archive.Store, SomeLog.Topic, 0, Cancellation)).Segments[1].Manifest;
        await using (FileStream file = File.OpenWrite(_archive.PathOf(segment.Path))) file.SetLength(segment.Blocks[0].At + 10);

        (await RefusalAsync(Replayed.All)).ShouldContain($"the file ends at byte {segment.Blocks[0].At + 10}");
    }

    [Fact]
    public async Task Refuses_a_range_outside_of_the_data_and_says_where_it_is()
    {
        await SomeLog.Of(GeneratedDay.Events(100, 4), 1, () => 10).ArchiveAsync(_archive.Store);

        (await RefusalAsync(Replayed.All with { From = GeneratedDay.Begin.AddYears(1) }))
            .ShouldContain("the range lies outside of the archive, which holds 2026-03-01T10:00:0");
    }

    [Fact]
    public async Task Refuses_messages_of_a_schema_that_it_does_not_know()
    {
        byte[] unknown = [0xC3, 0x01, 1, 2, 3, 4, 5, 6, 7, 8, 0];
        (string, byte[])[] known = [.. SomeLog.Of(GeneratedDay.Events(50, 4), 1, () => 10).Partitions[0].Select(r => ("node-0", r.Value!))];
        await SomeLog.Of([.. known, ("node-0", unknown)], 1).ArchiveAsync(_archive.Store);

        (await RefusalAsync(Replayed.All)).ShouldContain("holds messages of the unknown schema 0807060504030201");
    }

    public void Dispose() => _archive.Dispose();

    private async Task<string> RefusalAsync(ReplayRequest request) =>
        (await Should.ThrowAsync<ReplayException>(() => Replayed.RunAsync(_archive.Store, request))).Message;

    /// <summary>By its evidence, or because the detector itself says that its window lacks events.</summary>
    private static bool RestsOn(Dictionary<NodeBoot, SequenceRange> dropped, ImmutableArray<DetectedEvent> alarm)
    {
        Evidence[] evidence =
        [
            .. alarm.SelectMany(e => e switch
            {
                AlarmRaised r => r.Evidence,
                AlarmRecurred r => [r.Evidence],
                AlarmEscalated r => [r.Evidence],
                AlarmConfirmed r => [r.Evidence],
                _ => ImmutableArray<Evidence>.Empty,
            }),
        ];
        var node = new NodeBoot(new NodeId(evidence[0].Node), new BootId(evidence[0].Boot));
        return IsDropped(dropped, node, evidence.Min(e => e.Sequence), evidence.Max(e => e.Sequence))
            || alarm[0] is AlarmRaised { EvidenceComplete: false };
    }

    private static bool IsDropped(Dictionary<NodeBoot, SequenceRange> dropped, NodeBoot node, long first, long last) =>
        dropped.TryGetValue(node, out SequenceRange range) && first <= range.Last && last >= range.First;
}
