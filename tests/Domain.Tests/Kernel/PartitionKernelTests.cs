using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;
using Testing;
using Testing.Scripts;

namespace Domain.Tests.Kernel;

public sealed class PartitionKernelTests
{
    private static readonly Script Log = Script.OnNode("n1").Created("c1", Some.PlainSpec()).Exec("c1", "/a").Exec("c1", "/a")
        .Exec("c1", "/a");

    [Fact]
    public void Restores_a_state_that_saves_the_same_bytes()
    {
        PartitionKernel first = Fed();
        var second = new PartitionKernel(ProbeDetector.Alone);

        second.Restore(first.Save()).ShouldBeEmpty();

        second.StateDigest().ShouldBe(first.StateDigest());
    }

    [Fact]
    public void Begins_anew_and_says_so_when_a_detector_has_another_version()
    {
        var newer = new PartitionKernel([new(ProbeDetector.Description with { Version = 2 }, () => new ProbeDetector())]);

        DiscardedState discarded = newer.Restore(Fed().Save()).ShouldHaveSingleItem();

        discarded.ShouldBe(new DiscardedState("probe", "it is of version 1, the detector of 2"));
    }

    [Fact]
    public void Begins_a_detector_anew_when_its_state_is_damaged()
    {
        var run = new DetectorRun(ProbeDetector.Alone[0]);
        StateSection saved = Fed().Detectors[0].Save();

        for (int cut = 0; cut < saved.Bytes.Length; cut++)
            run.Restore(saved with { Bytes = saved.Bytes[..cut] }).ShouldNotBeNull($"cut at {cut}");

        run.Save().Bytes.ToArray().ShouldBe(new DetectorRun(ProbeDetector.Alone[0]).Save().Bytes.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a state at all")]
    public void Takes_no_state_for_an_empty_one_only_when_there_is_none(string bytes)
    {
        var kernel = new PartitionKernel(ProbeDetector.Alone);

        kernel.Restore(System.Text.Encoding.UTF8.GetBytes(bytes)).Length.ShouldBe(bytes.Length == 0 ? 0 : 1);
    }

    [Fact]
    public void Says_which_detector_failed_on_which_event()
    {
        var script = Script.OnNode("n1").Exec("c1", "/a").Exec("c1", "/bin/boom");

        DetectorFaultException fault = Should.Throw<DetectorFaultException>(() => script.Run(ProbeDetector.Alone));

        fault.Detector.Name.ShouldBe("probe");
        fault.EventId.ShouldBe(script.Events[1].Id);
    }

    [Fact]
    public void Does_not_show_a_detector_the_event_that_it_cannot_bear()
    {
        var script = Script.OnNode("n1").Exec("c1", "/a").Exec("c1", "/bin/boom").Exec("c1", "/a");
        var kernel = new PartitionKernel(ProbeDetector.Alone);
        kernel.Detectors[0].Skip(script.Events[1].Id);

        AlarmText.Short(KernelRun.Feed(kernel, Batches.Of(script.Events))).ShouldBe(["raised PR-01 Low c1: ", "recurred PR-01 x2"]);
    }

    private static PartitionKernel Fed()
    {
        var kernel = new PartitionKernel(ProbeDetector.Alone);
        foreach (EventBatch batch in Batches.Of(Log.Events)) kernel.Feed(batch);
        return kernel;
    }
}
