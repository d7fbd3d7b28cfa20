using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;
using Testing.Scripts;

namespace Detection.Tests.Laws;

/// <summary>What cannot have happened, and texts that somebody chose to do harm, stop nothing and blow nothing up.</summary>
[Properties(Arbitrary = [typeof(LogGenerator)], MaxTest = 100)]
public sealed class BadInputLaws
{
    /// <summary>Above what the bounds of an alarm's parts add up to, and far below what was put in.</summary>
    private const int LargestAlarm = 1_000_000;

    [Property]
    public void A_log_without_order_and_with_holes_stops_nothing_and_is_counted(Script log, int seed)
    {
        ImmutableArray<ScriptedEvent> jumbled = Rearranged.Jumbled(log.Events, new Random(seed));
        var kernel = new PartitionKernel(LawPolicy.Detectors);
        var enrichment = new Enrichment();

        Should.NotThrow(() => KernelRun.Feed(kernel, Batches.Of(jumbled)));

        foreach (EventBatch batch in Batches.Of(jumbled)) enrichment.Enrich(batch);
        enrichment.TakeAnomalies().ShouldAllBe(anomaly => Enum.IsDefined(anomaly.Kind) && anomaly.Count > 0);
    }

    [Property(MaxTest = 30)]
    public Property Hostile_texts_are_bounded_and_what_is_short_is_kept() => Prop.ForAll(Texts.ToArbitrary(), bytes =>
    {
        ImmutableArray<AlarmEvent> alarms = Attack(bytes).OnKernel(LawPolicy.ByImage);

        alarms.OfType<AlarmRaised>().ShouldContain(alarm => alarm.RuleId == "FE-01");
        alarms.ShouldAllBe(alarm => AlarmText.Exact(new[] { alarm }).Length < LargestAlarm);
        if (bytes.Length > 64) return;
        string kept = System.Text.Encoding.UTF8.GetString(bytes);
        alarms.OfType<AlarmRaised>().Where(alarm => alarm.RuleId == "AP-01").ShouldContain(alarm =>
            alarm.Processes[0].CommandLine.Contains(kept, StringComparison.Ordinal));
    });

    /// <summary>Control characters, half a surrogate, broken UTF-8, a terminal's commands, and megabytes of any of them.</summary>
    private static Gen<byte[]> Texts { get; } =
        from piece in Gen.Elements<byte[]>(
            [0x1b, (byte)'[', (byte)'2', (byte)'J'], [0xff, 0xfe], [0xed, 0xa0, 0x80], [(byte)'\n', (byte)'\r', 7], [0xe2, 0x80, 0xae],
            "a"u8.ToArray(), [0xf0, 0x9f, 0x98])
        from times in Gen.Elements(1, 3, 10, 1_000_000 / piece.Length)
        select Enumerable.Repeat(piece, times).SelectMany(bytes => bytes).ToArray();

    /// <summary>A program with that text as argument, name and path, which opens a file of the host by that name.</summary>
    private static Script Attack(byte[] text)
    {
        Script script = Script.OnNode("n1").Created("c1", Testing.Some.PlainSpec()).HostMounts().ContainerMounts("c1").Started("c1")
            .After(100).By("c1", 100, "/usr/bin/x")
            .Process((batch, _) => new ProcessRecord
            {
                Action = ProcessAction.Executed,
                FileName = batch.AddText([(byte)'/', .. text]),
                Arguments = batch.AddText([(byte)'x', 0, .. text, 0]),
            });
        return script
            .Mounted(4_026_532_500, 600, MountSteps.HostDisk, "/", "/h", "ext4", 500)
            .File(batch => new FileRecord
            {
                Operation = FileOperation.Open,
                Path = batch.AddText("/h/etc/shadow"),
                RawPath = batch.AddText([.. "/h/"u8, .. text, .. "/../etc/shadow"u8]),
                File = Testing.Scripts.FileSteps.OnDisk(600),
                Result = 3,
                Count = 1,
            })
            .Call(42, 0, [3], (batch, call) => call with { Data = batch.AddText(text), Path = batch.AddText(text) })
            .After(10).Heartbeat();
    }
}
