using Detection.Tests.Proof;
using Pipeline.Detection.MaliciousProgram;
using Pipeline.Domain.Alarms;
using Testing.Scripts;
using static Detection.Tests.MaliciousProgram.ProgramScript;

namespace Detection.Tests.MaliciousProgram;

/// <summary>MP-00: known malware by its digest, whenever the digest comes.</summary>
public sealed class FingerprintTests
{
    private static readonly string Hit =
        $"raised MP-00 Critical {Digest(7)}: sha256:{Digest(7)} family:kinsing source:feed";

    [Fact]
    [Raises("MP-00")]
    public void Alarms_when_the_digest_comes_after_the_exec() =>
        RunningContainer().Runs(11, "/opt/a", ["a"], File(InImage())).After(2).Hashed(InImage(), Digest(7))
            .ThenAlarms(Under(MaliciousProgramPolicy.Default, Malware(7)), Hit);

    [Fact]
    [Raises("MP-00")]
    public void Names_who_ran_the_file_when_the_digest_comes_long_after_its_end()
    {
        var alarms = RunningContainer().Runs(11, "/opt/a", ["a", "--go"], File(InImage())).After(5).Exits().After(30)
            .By("", 1, "/usr/bin/node-agent").Hashed(InImage(), Digest(7)).Run(Under(MaliciousProgramPolicy.Default, Malware(7)));

        AlarmRaised raised = alarms.OfType<AlarmRaised>().ShouldHaveSingleItem();
        raised.Source.ContainerId.ShouldBe("c1");
        raised.Title.ShouldBe("/opt/a is known kinsing");
        raised.Evidence.Select(e => e.Kind).ShouldBe(["process", "file"]);
        raised.Evidence[0].Facts["command"].ShouldBe("a --go");
    }

    [Fact]
    [Raises("MP-00")]
    public void Alarms_at_once_when_the_digest_is_known_already() =>
        RunningContainer().Hashed(InImage(), Digest(7)).After(600).Runs(11, "/opt/a", ["a"], File(InImage()))
            .ThenAlarms(Under(MaliciousProgramPolicy.Default, Malware(7)), Hit);

    [Fact]
    [Raises("MP-00")]
    public void Finds_a_deleted_program_by_its_inode() =>
        RunningContainer().Runs(11, "/opt/a (deleted)", ["a"], File(InImage() with { LinkCount = 0 })).Hashed(InImage(), Digest(7))
            .ThenAlarms(Under(MaliciousProgramPolicy.Default, Malware(7)), Hit);

    [Fact]
    [Spares("MP-00")]
    public void Does_not_take_a_digest_for_another_content_of_the_same_file() =>
        RunningContainer().Hashed(InImage(), Digest(7)).Runs(11, "/opt/a", ["a"], File(InImage() with { Size = 5 }))
            .ThenAlarms(Under(MaliciousProgramPolicy.Default, Malware(7)));

    [Fact]
    [Spares("MP-00")]
    public void Says_nothing_of_other_digests_and_of_entries_that_have_expired() =>
        RunningContainer().Runs(11, "/opt/a", ["a"], File(InImage())).Hashed(InImage(), Digest(8)).Hashed(InImage(), Digest(9))
            .ThenAlarms(Under(MaliciousProgramPolicy.Default, Malware(7), Malware(9, expires: 1_000_000_000)));

    [Fact]
    [Raises("MP-00")]
    public void Makes_one_alarm_of_a_program_that_is_many() =>
        RunningContainer().Runs(11, "/bin/busybox", ["ls"], File(InImage())).Runs(12, "/bin/busybox", ["cat"], File(InImage()))
            .Hashed(InImage(), Digest(7))
            .Runs(13, "/bin/busybox", ["id"], File(InImage()))
            .ThenAlarms(Under(MaliciousProgramPolicy.Default, Malware(7)), Hit, "recurred MP-00 x2");

    [Fact]
    [Spares("MP-00")]
    public void Does_not_alarm_by_an_applets_name() =>
        RunningContainer().Runs(11, "/bin/busybox", ["xmrig"], File(InImage())).Hashed(InImage(), Digest(8))
            .ThenAlarms(Under(MaliciousProgramPolicy.Default, Malware(7)));

    [Fact]
    [Spares("MP-00")]
    public void Says_nothing_of_a_digest_that_the_policy_trusts() =>
        RunningContainer().Runs(11, "/bin/busybox", ["ls"], File(InImage())).Hashed(InImage(), Digest(7))
            .ThenAlarms(Under(MaliciousProgramPolicy.Default with { TrustedFingerprints = [Digest(7).ToString()] }, Malware(7)));
}
