using System.Collections.Immutable;
using Detection.Tests.Proof;
using Pipeline.Detection;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;
using Testing;
using Testing.Scripts;

namespace Detection.Tests.AbnormalStartup;

/// <summary>Rule AS-04: programs that raise their user's rights where no-new-privileges is off.</summary>
public sealed class ElevationTests
{
    /// <summary>Other alarm types have their own say about such programs.</summary>
    private static readonly ImmutableArray<DetectorFactory> Startup =
        [.. Catalog.Detectors.Where(detector => detector.Spec.Type == AlarmType.AbnormalStartup)];

    private const ulong NetRaw = 1UL << 13;
    private const uint SetUidFile = 0x89ed;
    private const uint SetGidFile = 0x85ed;

    private static readonly ScriptedTask User = new()
    {
        Container = "c1",
        Uid = 1000,
        EffectiveUid = 1000,
        CapEffective = 0,
        CapPermitted = 0
    };

    private static readonly ProcessRecord FromUser = new()
    {
        EffectiveUidBefore = 1000,
        Executable = new FileReference { Mode = SetUidFile }
    };

    [Fact]
    [Raises("AS-04")]
    public void A_set_uid_program_of_a_user_alarms() =>
        Web().By(Risen).Execs("/usr/bin/sudo", ["sudo", "-i"], FromUser)
            .ThenAlarms(Startup, "raised AS-04 Medium /usr/bin/sudo: no-new-privileges:false");

    [Fact]
    [Raises("AS-04")]
    public void A_set_gid_program_of_a_user_alarms() =>
        Web().By(User with { EffectiveGid = 42 })
            .Execs("/usr/bin/chage", ["chage"], FromUser with { Executable = new FileReference { Mode = SetGidFile } })
            .ThenAlarms(Startup, "raised AS-04 Medium /usr/bin/chage: no-new-privileges:false");

    [Fact]
    [Raises("AS-04")]
    public void A_program_with_file_capabilities_alarms() =>
        Web().By(User with { CapPermitted = NetRaw, CapEffective = NetRaw }).Execs("/usr/bin/dumpcap", ["dumpcap"], FromUser)
            .ThenAlarms(Startup, "raised AS-04 Medium /usr/bin/dumpcap: no-new-privileges:false");

    [Fact]
    [Raises("AS-04")]
    public void The_alarm_says_what_was_gained()
    {
        AlarmRaised alarm = Web().By(Risen).Execs("/usr/bin/su", ["su", "-"], FromUser)
            .Run(Startup).OfType<AlarmRaised>().Single();

        alarm.Attack.ShouldBe(["T1548.001"]);
        alarm.ClassId.ShouldBe("container_1003");
        alarm.Outcome.ShouldBe(Outcome.AbnormalBehavior);
        alarm.Evidence.Single().Facts.ShouldContainKeyAndValue("gain", "set-uid: user 1000 to 0");
        alarm.Evidence.Single().Facts.ShouldContainKeyAndValue("arguments", "su -");
    }

    [Fact]
    [Raises("AS-04")]
    public void Again_is_the_same_alarm() =>
        Web().By(Risen).Execs("/usr/bin/sudo", ["sudo"], FromUser).After(5)
            .By(Risen with { Tgid = 101 }).Execs("/usr/bin/sudo", ["sudo"], FromUser)
            .ThenAlarms(Startup, "raised AS-04 Medium /usr/bin/sudo: no-new-privileges:false", "recurred AS-04 x2");

    [Fact]
    [Spares("AS-04")]
    public void With_no_new_privileges_nothing_rises_and_nothing_alarms() =>
        Web().By(User with { Flags = TaskFlags.Started | TaskFlags.NoNewPrivileges }).Execs("/usr/bin/sudo", ["sudo"], FromUser)
            .ThenAlarms(Startup);

    [Fact]
    [Spares("AS-04")]
    public void Root_has_nothing_to_gain() =>
        Web().By("c1").Execs("/usr/local/bin/gosu", ["gosu", "app"],
            new ProcessRecord { Executable = new FileReference { Mode = SetUidFile } })
            .ThenAlarms(Startup);

    [Fact]
    [Spares("AS-04")]
    public void A_plain_program_gains_nothing() => Web().By(User).Execs("/bin/ls", ["ls"], FromUser).ThenAlarms(Startup);

    [Fact]
    [Spares("AS-04")]
    public void What_a_risen_program_runs_gains_nothing_more() =>
        Web().By(Risen).Execs("/bin/sh", ["sh"], new ProcessRecord
        {
            EffectiveUidBefore = 0,
            CapPermittedBefore = ScriptedTask.DefaultCapabilities
        })
            .ThenAlarms(Startup);

    [Theory]
    [InlineData("/bin/ping")]
    [InlineData("/usr/bin/ping")]
    [InlineData("/usr/bin/newuidmap")]
    [InlineData("/usr/bin/newgidmap")]
    [Spares("AS-04")]
    public void Programs_that_rise_for_their_purpose_are_exempt(string program) =>
        Web().By(Risen).Execs(program, [program], FromUser).ThenAlarms(Startup);

    [Fact]
    [Raises("AS-04")]
    public void A_program_that_came_after_the_start_is_not_exempt() =>
        Web().By(Risen).Execs("/tmp/bin/ping", ["ping"], FromUser with
        {
            Executable = new FileReference
            {
                Mode = SetUidFile,
                Layer = FileLayer.Upper
            }
        })
            .ThenAlarms(Startup, "raised AS-04 Medium /tmp/bin/ping: no-new-privileges:false");

    [Theory]
    [InlineData("", TaskFlags.Started)]
    [InlineData("c1", TaskFlags.None)]
    [InlineData("c1", TaskFlags.Started | TaskFlags.Runtime)]
    [Spares("AS-04")]
    public void The_host_and_the_runtime_may_rise(string container, TaskFlags flags) =>
        Web().By(Risen with { Container = container, Flags = flags }).Execs("/usr/bin/sudo", ["sudo"], FromUser)
            .ThenAlarms(Startup);

    private static ScriptedTask Risen => User with
    {
        EffectiveUid = 0,
        CapEffective = ScriptedTask.DefaultCapabilities,
        CapPermitted = ScriptedTask.DefaultCapabilities,
    };

    private static Script Web() => Script.OnNode("n1").Created("c1", Some.PlainSpec("web")).Started("c1", 10);
}
