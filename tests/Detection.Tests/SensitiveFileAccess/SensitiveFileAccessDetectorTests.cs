using System.Collections.Immutable;
using Detection.Tests.Carriers;
using Detection.Tests.Proof;
using Pipeline.Detection;
using Pipeline.Detection.SensitiveFileAccess;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;
using Testing;
using Testing.Scripts;

namespace Detection.Tests.SensitiveFileAccess;

/// <summary>Which changes of protected files alarm, by the specification's cases.</summary>
public sealed class SensitiveFileAccessDetectorTests
{
    private static readonly FileReference File = FileSteps.InRoot();

    [Theory]
    [InlineData(FileOperation.Write, "modified")]
    [InlineData(FileOperation.Truncate, "modified")]
    [InlineData(FileOperation.MapSharedWritable, "modified")]
    [InlineData(FileOperation.Create, "created")]
    [InlineData(FileOperation.Symlink, "created")]
    [InlineData(FileOperation.MakeNode, "created")]
    [InlineData(FileOperation.Unlink, "deleted")]
    [InlineData(FileOperation.ChangeMode, "attributes changed")]
    [InlineData(FileOperation.ChangeOwner, "attributes changed")]
    [InlineData(FileOperation.SetExtendedAttribute, "attributes changed")]
    [InlineData(FileOperation.RemoveExtendedAttribute, "attributes changed")]
    [Raises("SF-01")]
    public void Alarms_on_every_operation_that_changes_a_protected_file(FileOperation operation, string done) =>
        Started().Does(operation, "/etc/passwd", File).Settles()
            .ThenAlarms(Alone(), $"raised SF-01 High /etc/passwd: {done} /etc/passwd");

    [Fact]
    [Raises("SF-01")]
    public void Tells_opening_writing_and_closing_as_one_with_the_bytes() =>
        Started().Opens("/etc/shadow", File, FileSteps.WriteOnly).After(0.5).Writes("/etc/shadow", File, 100).After(20)
            .Writes("/etc/shadow", File, 23)
            .After(1).Closes("/etc/shadow", File).Settles()
            .ThenAlarms(Alone(), "raised SF-01 High /etc/shadow: modified /etc/shadow (123 bytes written)");

    [Fact]
    [Raises("SF-01")]
    public void Does_not_wait_for_ever_for_the_end_of_writing()
    {
        Script script = Started().Opens("/etc/shadow", File, FileSteps.WriteOnly);
        for (int i = 0; i < 50; i++) script.After(2).Writes("/etc/shadow", File, 1);

        script.Run(Alone()).OfType<AlarmRaised>().ShouldHaveSingleItem().Content[0].Content.ShouldContain("bytes written");
    }

    [Fact]
    [Raises("SF-01")]
    public void Tells_a_new_file_renamed_over_the_old_one_as_one_change_of_the_old_one() =>
        Started().Opens("/etc/sudoers.d/.tmp1", File, 0xc1).Writes("/etc/sudoers.d/.tmp1", File, 40).Closes("/etc/sudoers.d/.tmp1", File)
            .After(0.1)
            .Does(FileOperation.Rename, "/etc/sudoers.d/.tmp1", File, other: "/etc/sudoers.d/admins").Settles()
            .ThenAlarms(Alone(), "raised SF-01 High /etc/sudoers.d/admins: modified, renamed /etc/sudoers.d/admins (40 bytes written)");

    [Fact]
    [Raises("SF-01")]
    public void Alarms_when_a_file_from_anywhere_is_renamed_onto_a_protected_one() =>
        Started().Opens("/etc/sedX1", File, 0xc1).Writes("/etc/sedX1", File).Closes("/etc/sedX1", File)
            .Does(FileOperation.Rename, "/etc/sedX1", File, other: "/etc/passwd").Settles()
            .ThenAlarms(Alone(), "raised SF-01 High /etc/passwd: modified, renamed /etc/passwd");

    [Fact]
    [Raises("SF-01")]
    public void Tells_the_backup_that_an_editor_makes_and_the_new_file_as_one() =>
        Started().Does(FileOperation.Rename, "/etc/passwd", File, other: "/etc/passwd~").Opens("/etc/passwd", FileSteps.InRoot(78), 0xc1)
            .Writes("/etc/passwd", FileSteps.InRoot(78), 9).Closes("/etc/passwd", FileSteps.InRoot(78)).Settles()
            .ThenAlarms(Alone(), "raised SF-01 High /etc/passwd: created, modified, renamed /etc/passwd (9 bytes written)");

    [Fact]
    [Raises("SF-01")]
    public void Takes_both_files_of_an_exchange_for_changed() =>
        Started().Does(FileOperation.Rename, "/etc/passwd", File, flags: 2, other: "/etc/shadow").Settles()
            .ThenAlarms(
                Alone(), "raised SF-01 High /etc/shadow: modified, renamed /etc/shadow",
                    "raised SF-01 High /etc/passwd: modified, renamed /etc/passwd");

    [Fact]
    [Raises("SF-01")]
    public void Alarms_when_a_file_is_truncated_by_opening_it_and_never_written() =>
        Started().Opens("/etc/passwd", File, FileSteps.WriteOnly | FileSteps.Truncate).Closes("/etc/passwd", File).Settles()
            .ThenAlarms(Alone(), "raised SF-01 High /etc/passwd: modified /etc/passwd");

    [Fact]
    [Raises("SF-01")]
    public void Follows_a_hard_link_that_was_made_by_name()
    {
        FileReference linked = File with { LinkCount = 2 };

        Started().Does(FileOperation.Link, "/etc/shadow", default, other: "/tmp/x").After(1)
            .Opens("/tmp/x", linked, FileSteps.WriteOnly).Writes("/tmp/x", linked, 5).Closes("/tmp/x", linked).Settles()
            .ThenAlarms(Alone(), "raised SF-01 High /etc/shadow: modified /etc/shadow (5 bytes written)");
    }

    [Fact]
    [Raises("SF-01")]
    public void Follows_a_hard_link_to_the_protected_file()
    {
        FileReference linked = File with { LinkCount = 2 };

        Started().Does(FileOperation.Link, "/etc/shadow", linked, other: "/tmp/x").After(1)
            .Opens("/tmp/x", linked, FileSteps.WriteOnly).Writes("/tmp/x", linked, 5).Closes("/tmp/x", linked).Settles()
            .ThenAlarms(Alone(), "raised SF-01 High /etc/shadow: modified /etc/shadow (5 bytes written)");
    }

    [Theory]
    [InlineData("/usr/bin/ls", FileLayer.Upper, 0x81edU)]
    [InlineData("/opt/app/server", FileLayer.Image, 0x81edU)]
    [Raises("SF-02")]
    public void Alarms_when_a_program_is_changed(string path, FileLayer layer, uint mode) =>
        Started().Writes(path, FileSteps.InRoot(9, layer, mode), 7).Settles()
            .ThenAlarms(Alone(), $"raised SF-02 High {path}: modified {path} (7 bytes written)");

    [Fact]
    [Raises("SF-02")]
    public void Alarms_when_a_file_is_given_a_set_uid_bit_or_capabilities() =>
        Started().Does(FileOperation.ChangeMode, "/opt/x", File, flags: 0x9ed).After(5)
            .Does(FileOperation.SetExtendedAttribute, "/opt/y", File, other: "security.capability").Settles()
            .ThenAlarms(
                Alone(), "raised SF-02 High /opt/x: attributes changed /opt/x", "raised SF-02 High /opt/y: attributes changed /opt/y");

    [Fact]
    [Raises("SF-01")]
    public void Sees_a_mount_over_a_protected_file() =>
        Started().By("c1").Mounted(4_026_532_500, 700, 0x99, "/", "/etc/passwd", "tmpfs", 500, MountAction.Mounted).Settles()
            .ThenAlarms(Alone(), "raised SF-01 High /etc/passwd: modified /etc/passwd");

    [Fact]
    [Raises("SF-01")]
    public void Says_so_when_the_path_is_too_long_to_tell() => Started().File(batch => new FileRecord
    {
        Operation = FileOperation.Unlink,
        Path = batch.AddText("/x/y"),
        File = File,
        PathTruncated = true,
    }).Settles().ThenAlarms(Alone(), "raised SF-01 Medium /x/y: deleted /x/y [path-truncated]");

    [Fact]
    [Raises("SF-01")]
    public void Is_only_low_when_times_are_set() => Started().Does(FileOperation.SetTimes, "/etc/passwd", File).Settles()
        .ThenAlarms(Alone(), "raised SF-01 Low /etc/passwd: attributes changed /etc/passwd");

    [Fact]
    [Raises("SF-01")]
    public void Says_who_and_rests_on_every_step()
    {
        var raised = (AlarmRaised)Started().Opens("/etc/shadow", File, FileSteps.WriteOnly).Writes("/etc/shadow", File)
            .Closes("/etc/shadow", File)
            .Settles().Run(Alone()).ShouldHaveSingleItem();

        raised.ClassId.ShouldBe("dockerfile_001");
        raised.Source.Image.ShouldBe("nginx:1.27");
        raised.Processes[0].Path.ShouldBe("/bin/app");
        raised.Evidence.Select(e => e.Facts["operation"]).ShouldBe(["open", "write"]);
        raised.PolicyId.ShouldBe("default");
    }

    [Fact]
    [Spares("SF-01")]
    public void Is_silent_about_what_is_opened_and_not_written() => Started().Opens("/etc/passwd", File)
        .Opens("/etc/passwd", File, FileSteps.ReadWrite).Closes("/etc/passwd", File).Settles().ThenAlarms(Alone());

    [Theory]
    [InlineData("/etc/passwd-")]
    [InlineData("/etc/passwd2")]
    [InlineData("/etc/profile/nested")]
    [InlineData("/etc/Passwd")]
    [InlineData("/var/log/app")]
    [Spares("SF-01")]
    public void Is_silent_about_its_neighbours(string path) => Started().Writes(path, File).Settles().ThenAlarms(Alone());

    [Theory]
    [InlineData(-13)]
    [InlineData(-30)]
    [Raises("SF-03")]
    [Spares("SF-03")]
    public void Is_silent_about_what_was_refused_unless_asked_to_tell(long error)
    {
        Script script = Started().Opens("/etc/passwd", default, FileSteps.WriteOnly, error).Settles();

        script.ThenAlarms(Alone());
        script.ThenAlarms(Alone(SensitiveFilePolicy.Default with { AlarmOnAttempts = true }),
            "raised SF-03 Medium /etc/passwd: refused /etc/passwd");
    }

    [Fact]
    [Spares("SF-02")]
    public void Is_silent_about_a_program_that_is_read_and_run() =>
        Started().Opens("/usr/bin/ls", FileSteps.InRoot(layer: FileLayer.Image, mode: 0x81ed)).Execs("/usr/bin/ls", "ls").Settles()
            .ThenAlarms(Alone());

    [Fact]
    [Spares("SF-01")]
    public void Is_silent_about_files_in_mounts() =>
        Started().By("c1").Mounted(4_026_532_500, 600, MountSteps.HostDisk, "/var/lib/docker/containers/0123/hosts", "/etc/crontab",
            "ext4", 500)
            .Writes("/etc/crontab", FileSteps.OnDisk(600))
            .Mounted(4_026_532_500, 601, 0x99, "/", "/root/.ssh", "tmpfs", 500)
            .Writes("/root/.ssh/authorized_keys", new FileReference { Device = 0x99, Inode = 4, MountId = 601, Layer = FileLayer.Mount })
                .Settles()
            .ThenAlarms(Alone());

    [Fact]
    [Raises("SF-01")]
    public void Is_silent_in_the_first_minute_except_in_exec_sessions() =>
        Container().Started("c1").After(30).By("c1").Writes("/etc/passwd", File).After(5)
            .By(new ScriptedTask { Container = "c1", Flags = TaskFlags.Started | TaskFlags.ExecSession }).Writes("/etc/group", File)
                .Settles()
            .ThenAlarms(Alone(), "raised SF-01 Medium /etc/group: modified /etc/group (100 bytes written)");

    [Fact]
    [Spares("SF-01")]
    public void Is_silent_about_the_runtime_and_the_host() =>
        Started().By(new ScriptedTask { Container = "c1", Flags = TaskFlags.None }).Writes("/etc/passwd", File)
            .By("", 5).Writes("/etc/passwd", FileSteps.OnDisk(21)).Settles().ThenAlarms(Alone());

    [Fact]
    [Raises("SF-01")]
    [Spares("SF-01")]
    public void Asks_which_image_it_is_and_waits_a_little_for_the_answer()
    {
        ImmutableArray<DetectorFactory> policies = Alone(Only("nginx:*"));
        Script unknown = Script.OnNode("n1").By("c1").Writes("/srv/index.html", File);

        Started().Writes("/srv/index.html", File).Settles().Run(policies).ShouldHaveSingleItem();
        Script.OnNode("n1").By("c1").Writes("/srv/index.html", File).After(3.5).Described("c1", Some.PlainSpec()).Settles()
            .ThenAlarms(policies, "raised SF-01 Medium /srv/index.html: modified /srv/index.html (100 bytes written)");
        Script.OnNode("n1").By("c1").Writes("/srv/index.html", File).After(3.5)
            .Described("c1", Some.PlainSpec() with { Image = "redis:7", ImageDigest = "" })
            .Settles().ThenAlarms(policies);
        unknown.Settles().ThenAlarms(
            policies, "raised SF-01 Medium /srv/index.html: modified /srv/index.html (100 bytes written) [metadata-unknown]");
    }

    [Fact]
    [Spares("SF-01")]
    public void Is_silent_about_other_images_and_excluded_programs()
    {
        Script script = Started().Writes("/srv/index.html", File).Settles();

        script.ThenAlarms(Alone(Only("redis:*")));
        script.ThenAlarms(Alone(SensitiveFilePolicy.Default with
        {
            Policies = [new ProtectionPolicy("web", ["*"], [new ProtectedPath("/srv", Recursive: true)]) { ExcludedProcesses =
                ["/bin/app"] }],
        }));
    }

    private static SensitiveFilePolicy Only(string image) => SensitiveFilePolicy.Default with
    {
        Policies = [new ProtectionPolicy("web", [image], [new ProtectedPath("/srv", Recursive: true)])],
    };

    private static Script Container() => Script.OnNode("n1").Created("c1", Some.PlainSpec()).HostMounts().ContainerMounts("c1");

    private static Script Started() => Container().Started("c1").After(100).By("c1");

    private static ImmutableArray<DetectorFactory> Alone(SensitiveFilePolicy? policy = null) =>
        UnderPolicy.Alone(
            SensitiveFileAccessDetector.Description, new DetectionPolicy { SensitiveFileAccess = policy ?? SensitiveFilePolicy.Default });
}

internal static class Settling
{
    /// <summary>Nothing more happens for long enough.</summary>
    public static Script Settles(this Script script) => script.After(70).Heartbeat();
}
