using System.Collections.Immutable;
using FsCheck.Xunit;
using Pipeline.Detection;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;
using Testing;
using Testing.Scripts;

namespace Detection.Tests.Laws;

/// <summary>What a detector remembers has an end, in time or in number.</summary>
[Properties(Arbitrary = [typeof(LogGenerator)], MaxTest = 100)]
public sealed class StateLaws
{
    private const long TwoDaysNs = 2 * 24 * 3600 * EventTime.NanosecondsPerSecond;

    /// <summary>
    /// Of these the bound is a number and not a time: what runs and was written may be asked for days later (a digest that comes late, a
    /// dropped program that is started again), what an image ran is what it learned, and a container that was not removed is still judged.
    /// </summary>
    private static readonly ImmutableHashSet<AlarmType> BoundByNumber =
        [AlarmType.MaliciousProgram, AlarmType.AbnormalProcess, AlarmType.AbnormalStartup, AlarmType.SensitiveFileAccess];

    /// <summary>All but the one that keeps containers alone, of which <see cref="DetectorLaws"/> floods the whole catalogue.</summary>
    public static TheoryData<string> Detectors =>
        [.. Catalog.Detectors.Where(detector => detector.Spec.Type != AlarmType.AbnormalStartup).Select(detector => detector.Spec.Name)];

    /// <summary>
    /// What detectors keep themselves. The journal's episodes are bound by number: one that is over is replaced by its key's next finding.
    /// </summary>
    [Property]
    public void Time_that_passes_empties_what_detectors_keep_by_time(Script log)
    {
        ScriptedEvent[] last =
            [.. log.Events.GroupBy(e => e.Node).Select(node => node.Last() with { At = node.MaxBy(e => e.At.BootNs)!.At })];
        var kept = new Dictionary<string, IDetector>();
        var kernel = new PartitionKernel(LawPolicy.Detectors.Select(detector => detector with
        {
            Create = () => kept[detector.Spec.Name] = detector.Create(),
        }));

        KernelRun.Feed(kernel, Batches.Of([.. log.Events, .. last.Select(e => Later(e, 1)), .. last.Select(e => Later(e, 2))]));

        foreach (DetectorFactory detector in LawPolicy.Detectors.Where(d => !BoundByNumber.Contains(d.Spec.Type)))
            Saved(kept[detector.Spec.Name]).ShouldBeLessThanOrEqualTo(Saved(detector.Create()) + NamesOf(last), detector.Spec.Name);
    }

    [Theory]
    [MemberData(nameof(Detectors))]
    public void However_much_happens_state_stops_growing(string detector)
    {
        var kernel = new PartitionKernel(LawPolicy.Detectors.Where(d => d.Spec.Name == detector));
        const int half = 18_000;
        Flood(kernel, 0, half);
        int full = kernel.Detectors[0].Save().Bytes.Length;

        Flood(kernel, half, half);

        // Numbers have more digits in the second half.
        kernel.Detectors[0].Save().Bytes.Length.ShouldBeLessThan(full / 100 * 103 + 1000);
    }

    private static long OffsetOf(ScriptedEvent e) => e.At.WallNs - e.At.BootNs;

    /// <summary>A heartbeat some times two days after an event.</summary>
    private static ScriptedEvent Later(ScriptedEvent e, int times)
    {
        long bootNs = e.At.BootNs + (times * TwoDaysNs);
        return new ScriptedEvent(
            e.Node, e.Sequence + times, new EventTime(bootNs, bootNs + OffsetOf(e)),
            batch => batch.AddHeartbeat(bootNs, new HeartbeatRecord { AgentVersion = "test" }));
    }

    private static int Saved(IDetector detector)
    {
        using var bytes = new MemoryStream();
        using var state = new BinaryWriter(bytes);
        detector.Save(state);
        state.Flush();
        return (int)bytes.Length;
    }

    /// <summary>Names of nodes and boots, and the counts of nothing behind them, are all that may be left.</summary>
    private static int NamesOf(ScriptedEvent[] nodes) => 400 * nodes.Length;

    /// <summary>Containers, each with a process, a file, a connection and refused calls of its own, none of which ever ends.</summary>
    private static void Flood(PartitionKernel kernel, int from, int count)
    {
        for (int first = from; first < from + count; first += 20)
        {
            Script script = Script.OnNode("n1").After(first);
            for (int i = first; i < first + 20; i++)
            {
                string container = $"{i:x64}";
                script.Created(container, Some.PlainSpec($"c{i:x8}")).Started(container).By(container, 1000 + i, "/tmp/x")
                    .Execs("/tmp/x", ["x"], new ProcessRecord { Executable = new FileReference { Device = 1, Inode = (ulong)i + 9 } })
                    .Writes("/etc/passwd", Testing.Scripts.FileSteps.InRoot((ulong)i + 9))
                    .Opens("/h/etc/shadow", Testing.Scripts.FileSteps.OnDisk(21, (ulong)i + 9))
                    .Call(308, -1, 3, 0).Call(42, 0, 3).Call(304, -116, 3).Call(272, 0, 0x10000000);
            }

            ScriptedEvent[] events = [.. script.Events.Select(e => e with { Sequence = (first * 9L) + e.Sequence })];
            KernelRun.Feed(kernel, Batches.Of(events));
        }
    }
}
