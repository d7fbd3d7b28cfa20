using System.Collections.Immutable;
using Detection.Tests.MaliciousProgram;
using Detection.Tests.Proof;
using Pipeline.Detection.AbnormalProcess;
using Pipeline.Domain.Kernel;
using Testing;
using Testing.Scripts;
using static Detection.Tests.AbnormalProcess.AbnormalProcessTests;
using static Detection.Tests.MaliciousProgram.ProgramScript;

namespace Detection.Tests.AbnormalProcess;

/// <summary>How a whitelist learns what an image runs.</summary>
public sealed class LearningTests
{
    private const double Hour = 3600;

    private static readonly WhitelistLearning AnHour = new() { Enabled = true, DurationSeconds = 3600, ConfirmAutomatically = true };

    [Fact]
    [Raises("AP-01")]
    public void Takes_for_right_what_ran_while_it_learned_and_alarms_on_the_rest() =>
        RunningContainer().Runs(11, "/usr/bin/curl", "curl").After(Hour).Runs(12, "/usr/bin/curl", "curl").Runs(13, "/usr/bin/wget", "wget")
            .ThenAlarms(Learning(AnHour), "raised AP-01 Medium /usr/bin/wget: reason:not-listed learned:3");

    [Fact]
    [Raises("AP-01")]
    public void Never_learns_what_was_not_in_the_image() =>
        RunningContainer().Runs(11, "/opt/a", ["a"], File(Dropped())).After(Hour).Runs(12, "/opt/a", ["a"], File(Dropped()))
            .ThenAlarms(Learning(AnHour), "raised AP-01 High /opt/a: reason:not-listed learned:2");

    [Fact]
    [Raises("AP-01")]
    public void Does_not_take_a_replaced_file_for_what_it_learned() =>
        RunningContainer().Runs(11, "/opt/a", ["a"], File(InImage())).After(Hour).Runs(12, "/opt/a", ["a"], File(Dropped()))
            .ThenAlarms(Learning(AnHour), "raised AP-01 High /opt/a: reason:other-layer learned:3");

    [Fact]
    [Spares("AP-01")]
    public void Waits_for_somebody_to_look_at_what_it_learned() =>
        RunningContainer().Runs(11, "/usr/bin/curl", "curl").After(2 * Hour).Runs(12, "/usr/bin/wget", "wget")
            .ThenAlarms(Learning(AnHour with { ConfirmAutomatically = false }));

    [Fact]
    public void Counts_from_when_it_was_confirmed()
    {
        var before = new PartitionKernel(Learning(AnHour with { ConfirmAutomatically = false }));
        var after = new PartitionKernel(Learning(AnHour with { ConfirmAutomatically = false, Confirmed = true }));
        Script script = RunningContainer().Runs(11, "/usr/bin/curl", "curl").After(2 * Hour).Runs(12, "/usr/bin/wget", "wget");
        int read = script.Events.Count;

        KernelRun.Feed(before, Batches.Of(script.Events)).ShouldBeEmpty();
        after.Restore(before.Save()).ShouldBeEmpty();
        script.Runs(13, "/usr/bin/curl", "curl").Runs(14, "/usr/bin/wget", "wget");

        AlarmText.Short(KernelRun.Feed(after,
            Batches.Of(script.Events.Skip(read)))).ShouldBe(["raised AP-01 Medium /usr/bin/wget: reason:not-listed learned:4"]);
    }

    [Fact]
    [Spares("AP-01")]
    public void Learns_for_an_hour_at_least() =>
        RunningContainer().After(1800).Runs(11, "/usr/bin/curl", "curl").ThenAlarms(Learning(AnHour with { DurationSeconds = 1 }));

    [Fact]
    public void Learns_anew_when_it_is_told_to()
    {
        var before = new PartitionKernel(Learning(AnHour));
        var after = new PartitionKernel(Learning(AnHour with { Generation = 2 }));
        Script script = RunningContainer().After(2 * Hour).Runs(11, "/usr/bin/app", "app");
        int read = script.Events.Count;

        KernelRun.Feed(before, Batches.Of(script.Events)).ShouldBeEmpty();
        after.Restore(before.Save()).ShouldBeEmpty();
        script.Runs(12, "/usr/bin/wget", "wget").After(Hour).Runs(13, "/usr/bin/wget", "wget").Runs(14, "/usr/bin/app", "app");

        AlarmText.Short(KernelRun.Feed(after,
            Batches.Of(script.Events.Skip(read)))).ShouldBe(["raised AP-01 Medium /usr/bin/app: reason:not-listed learned:2"]);
    }

    [Fact]
    [Raises("AP-01")]
    public void Begins_with_what_the_image_before_it_ran() =>
        RunningContainer().Runs(11, "/usr/bin/curl", "curl").After(Hour)
            .Created("c2", Some.PlainSpec() with { ImageDigest = "sha256:4567" }).By("c2", 20, "/usr/bin/app").Execs("/usr/bin/app", "app")
            .After(Hour).Runs(21, "/usr/bin/curl", "curl").Runs(22, "/usr/bin/wget", "wget")
            .ThenAlarms(Learning(AnHour), "raised AP-01 Medium /usr/bin/wget: reason:not-listed learned:3");

    [Fact]
    [Raises("AP-01")]
    public void Learns_each_image_by_itself() =>
        RunningContainer().After(Hour).Created("c2", Some.PlainSpec() with { ImageDigest = "sha256:4567" })
            .By("c2", 20, "/usr/bin/wget").Execs("/usr/bin/wget", "wget").By("c1", 30, "/usr/bin/wget").Execs("/usr/bin/wget", "wget")
            .ThenAlarms(Learning(AnHour), "raised AP-01 Medium /usr/bin/wget: reason:not-listed learned:2");

    [Fact]
    [Raises("AP-01")]
    public void Alarms_on_what_is_denied_also_while_it_learns_and_then_waits_for_somebody_to_look() =>
        RunningContainer().Runs(11, "/usr/bin/nc", "nc").Runs(12, "/usr/bin/curl", "curl").After(Hour).Runs(13, "/usr/bin/curl", "curl")
            .ThenAlarms(Learning(AnHour, new ProcessEntry { Path = "/usr/bin/nc", Effect = EntryEffect.Deny }),
                "raised AP-01 High /usr/bin/nc: reason:denied");

    private static ImmutableArray<DetectorFactory> Learning(WhitelistLearning learning, params ProcessEntry[] entries) =>
        Under([List(entries) with { Learning = learning }]);
}
