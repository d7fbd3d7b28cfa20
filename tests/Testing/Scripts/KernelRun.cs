using System.Collections.Immutable;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;
using Shouldly;

namespace Testing.Scripts;

/// <summary>Runs scripts on the kernel.</summary>
public static class KernelRun
{
    /// <summary>Runs the script on the kernel, and then on whatever else carries the scripts of this test assembly.</summary>
    public static ImmutableArray<AlarmEvent> Run(this Script script, ImmutableArray<DetectorFactory> detectors)
    {
        ImmutableArray<AlarmEvent> alarms = script.OnKernel(detectors);
        ScriptCarriers.Carry(new ScriptRun(script, detectors, alarms));
        return alarms;
    }

    /// <summary>Runs the script on the kernel alone.</summary>
    public static ImmutableArray<AlarmEvent> OnKernel(this Script script, ImmutableArray<DetectorFactory> detectors, int batchSize = 256) =>
        Feed(new PartitionKernel(detectors), Batches.Of(script.Events, batchSize));

    public static ImmutableArray<AlarmEvent> Feed(PartitionKernel kernel, IEnumerable<EventBatch> batches) =>
        [.. batches.SelectMany(b => kernel.Feed(b))];

    /// <summary>
    /// Runs the script and expects exactly these alarm events (see <see cref="AlarmText.Short"/>), whether it comes in one batch or event
    /// by event, whether or not the state is saved and restored between any two events, and whatever carries it (see
    /// <see cref="ScriptCarriers"/>).
    /// </summary>
    public static void ThenAlarms(this Script script, ImmutableArray<DetectorFactory> detectors, params string[] expected)
    {
        ImmutableArray<AlarmEvent> whole = script.Run(detectors);
        AlarmText.Short(whole).ShouldBe(expected);
        AlarmText.Exact(script.OnKernel(detectors, batchSize: 1)).ShouldBe(AlarmText.Exact(whole), "event by event");
        AlarmText.Exact(Resumed(script, detectors)).ShouldBe(AlarmText.Exact(whole), "saved and restored after every event");
    }

    private static ImmutableArray<AlarmEvent> Resumed(Script script, ImmutableArray<DetectorFactory> detectors)
    {
        var events = ImmutableArray.CreateBuilder<AlarmEvent>();
        byte[] state = [];
        foreach (EventBatch batch in Batches.Of(script.Events, 1))
        {
            var kernel = new PartitionKernel(detectors);
            kernel.Restore(state).ShouldBeEmpty();
            events.AddRange(kernel.Feed(batch));
            state = kernel.Save();
        }

        return events.ToImmutable();
    }
}
