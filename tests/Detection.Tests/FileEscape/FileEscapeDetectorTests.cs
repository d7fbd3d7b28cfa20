using System.Collections.Immutable;
using Detection.Tests.Carriers;
using Detection.Tests.Proof;
using Pipeline.Detection;
using Pipeline.Detection.FileEscape;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Containers;
using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;
using Testing;
using Testing.Scripts;

namespace Detection.Tests.FileEscape;

/// <summary>What is a file escape and what is not, by the specification's cases.</summary>
public sealed class FileEscapeDetectorTests
{
    private const uint Ns = 4_026_532_500;
    private const string PodUid = "0b5a8f6e-1111-4222-8333-444455556666";

    [Theory]
    [InlineData("/etc", "/host/etc", "/host/etc/shadow", "/etc/shadow")]
    [InlineData("/", "/mnt", "/mnt/etc/shadow", "/etc/shadow")]
    [InlineData("/", "/mnt", "/mnt/home/al/.ssh/id_ed25519", "/home/al/.ssh/id_ed25519")]
    [InlineData("/etc/shadow", "/s", "/s", "/etc/shadow")]
    [InlineData("/var/lib/docker", "/d", "/d/containers/0123/config.v2.json", "/var/lib/docker/containers/0123/config.v2.json")]
    [Raises("FE-01")]
    public void Alarms_when_a_key_file_of_the_host_is_read(string root, string point, string path, string host) =>
        Bound(root, point).Opens(path, FileSteps.OnDisk(600))
            .ThenAlarms(Alone(), $"raised FE-01 High {host}: read {host}");

    [Theory]
    [InlineData(FileOperation.Write)]
    [InlineData(FileOperation.Unlink)]
    [InlineData(FileOperation.Truncate)]
    [InlineData(FileOperation.Create)]
    [InlineData(FileOperation.ChangeMode)]
    [InlineData(FileOperation.ChangeOwner)]
    [InlineData(FileOperation.SetExtendedAttribute)]
    [InlineData(FileOperation.Symlink)]
    [Raises("FE-02")]
    public void Alarms_when_a_key_file_of_the_host_is_changed_in_any_way(FileOperation operation) =>
        Bound("/etc", "/host/etc").Does(operation, "/host/etc/crontab", FileSteps.OnDisk(600))
            .ThenAlarms(Alone(), $"raised FE-02 Critical /etc/crontab: {Spelling.Of(operation)} /etc/crontab");

    [Theory]
    [InlineData(FileSteps.WriteOnly)]
    [InlineData(FileSteps.ReadWrite)]
    [InlineData(FileSteps.Truncate)]
    [Raises("FE-02")]
    public void Takes_opening_for_writing_for_writing(long flags) => Bound("/usr", "/u").Opens("/u/bin/ls", FileSteps.OnDisk(600), flags)
        .ThenAlarms(Alone(), "raised FE-02 Critical /usr/bin/ls: open /usr/bin/ls");

    [Fact]
    [Raises("FE-02")]
    public void Alarms_when_something_is_renamed_onto_a_key_path() =>
        Bound("/etc", "/host/etc").Does(FileOperation.Rename, "/host/etc/.x", FileSteps.OnDisk(600), other: "/host/etc/cron.d/x")
            .ThenAlarms(Alone(), "raised FE-02 Critical /etc/cron.d/x: rename /etc/cron.d/x");

    [Fact]
    [Raises("FE-01")]
    public void Alarms_when_a_key_file_is_linked_away() =>
        Bound("/", "/h").Does(FileOperation.Link, "/h/etc/shadow", FileSteps.OnDisk(600), other: "/h/tmp/x")
            .ThenAlarms(Alone(), "raised FE-01 High /etc/shadow: read /etc/shadow");

    [Fact]
    [Raises("FE-02")]
    public void Alarms_when_a_host_program_of_a_key_path_is_run() => Bound("/root", "/r").By(Task() with { ExePath = "/r/x" })
        .Execs("/r/x", [], new ProcessRecord { Executable = FileSteps.OnDisk(600) })
        .ThenAlarms(Alone(), "raised FE-02 Critical /root/x: exec /root/x");

    [Theory]
    [InlineData(-13)]
    [InlineData(-30)]
    [InlineData(-1)]
    [Raises("FE-03")]
    public void Alarms_as_blocked_when_the_kernel_refused(long error) =>
        Bound("/etc", "/host/etc").Opens("/host/./etc/../etc/crontab", default, FileSteps.WriteOnly, error)
            .ThenAlarms(Alone(), "raised FE-03 Medium /etc/crontab: open /etc/crontab");

    [Fact]
    [Spares("FE-03")]
    public void Is_silent_when_something_is_refused_that_is_no_key_file() =>
        Bound("/srv", "/s").Opens("/s/page", default, FileSteps.WriteOnly, -13).ThenAlarms(Alone());

    [Fact]
    [Spares("FE-04")]
    public void Is_silent_about_its_own_files_through_another_of_its_processes() =>
        Known().By(Task()).Opens("/proc/7/root/etc/shadow", FileSteps.InRoot(), FileSteps.ReadWrite).ThenAlarms(Alone());

    [Fact]
    [Raises("FE-04")]
    public void Alarms_when_a_file_of_the_host_is_reached_through_another_process() =>
        Known().By(Task()).Opens("/etc/shadow", FileSteps.OnDisk(21) with { Layer = FileLayer.Host })
            .ThenAlarms(Alone(), "raised FE-04 High /etc/shadow: read /etc/shadow");

    [Fact]
    [Raises("FE-02")]
    public void Alarms_when_the_host_is_mounted_after_the_start() =>
        Known().By(Task()).Mounted(Ns, 600, MountSteps.HostDisk, "/", "/x", "ext4", 500, MountAction.Mounted)
            .ThenAlarms(Alone(), "raised FE-02 Critical /: mount /");

    [Fact]
    [Raises("FE-02")]
    public void Sees_into_a_file_system_of_the_hosts_own() =>
        Known().By(Task()).Mounted(Ns, 600, MountSteps.HostRun, "/", "/r", "tmpfs", 500)
            .Opens("/r/containerd/x.sock",
                new FileReference { Device = MountSteps.HostRun, Inode = 4, MountId = 600, Layer = FileLayer.Mount }, FileSteps.ReadWrite)
            .ThenAlarms(Alone(), "raised FE-02 Critical /run/containerd/x.sock: open /run/containerd/x.sock");

    [Fact]
    [Raises("FE-01")]
    public void Goes_by_the_description_while_no_mounts_are_known() =>
        Script.OnNode("n1").Created("c1", Some.PlainSpec() with { Mounts = [new("/etc", "/host/etc", "rw", "rprivate", "bind")] }).By("c1")
            .Opens("/host/etc/shadow", FileSteps.OnDisk(600))
            .ThenAlarms(Alone(), "raised FE-01 High /etc/shadow: read /etc/shadow");

    [Fact]
    [Raises("FE-01")]
    public void Counts_a_repeat_and_raises_anew_after_ten_quiet_minutes() =>
        Bound("/etc", "/e").Opens("/e/shadow", FileSteps.OnDisk(600)).After(5).Opens("/e/shadow", FileSteps.OnDisk(600))
            .After(700).Opens("/e/shadow", FileSteps.OnDisk(600))
            .ThenAlarms(
                Alone(), "raised FE-01 High /etc/shadow: read /etc/shadow", "recurred FE-01 x2",
                    "raised FE-01 High /etc/shadow: read /etc/shadow");

    [Fact]
    [Raises("FE-01")]
    public void Shows_where_it_is_and_who_declared_the_mount()
    {
        var spec = Some.PlainSpec() with { Mounts = [new("/data", "/d", "rw", "", "bind"), new("/etc", "/e", "ro", "rslave", "bind")] };
        var raised = (AlarmRaised)Known(spec).By(Task())
            .Mounted(Ns, 600, MountSteps.HostDisk, "/etc", "/e", "ext4", 500, options: "ro,relatime")
            .Opens("/e/shadow", FileSteps.OnDisk(600)).Run(Alone()).ShouldHaveSingleItem();

        raised.ClassId.ShouldBe("containerescape_0004");
        raised.Attack.ShouldBe(["T1611", "T1552.001"]);
        raised.Source.Image.ShouldBe("nginx:1.27");
        raised.Processes[0].Path.ShouldBe("/bin/app");
        ImmutableSortedDictionary<string, string> facts = raised.Evidence.ShouldHaveSingleItem().Facts;
        facts["containerPath"].ShouldBe("/e/shadow");
        facts["hostPath"].ShouldBe("/etc/shadow");
        facts["mountOptions"].ShouldBe("ro,relatime");
        facts["declaredInSpec"].ShouldBe("true");
        facts["specMount"].ShouldBe("1: /etc:/e:ro");
        facts["inode"].ShouldBe("410009");
    }

    [Fact]
    [Spares("FE-01", "FE-02")]
    public void Is_silent_about_the_containers_own_files() => Known().By(Task())
        .Opens("/etc/shadow", FileSteps.InRoot(layer: FileLayer.Image)).Opens("/host/etc/shadow", FileSteps.InRoot(), FileSteps.WriteOnly)
        .Does(FileOperation.Rename, "/etc/x", FileSteps.InRoot(), other: "/etc/shadow")
        .ThenAlarms(Alone());

    [Theory]
    [InlineData("/var/lib/docker/containers/0123/resolv.conf", "/etc/resolv.conf")]
    [InlineData("/var/lib/docker/containers/0123/hosts", "/etc/hosts")]
    [InlineData("/var/lib/docker/containers/0123/mounts/shm", "/dev/shm")]
    [InlineData("/var/lib/docker/volumes/etc/_data", "/etc/shadow")]
    [InlineData($"/var/lib/kubelet/pods/{PodUid}/volumes/kubernetes.io~empty-dir/e", "/etc/kubernetes")]
    [InlineData($"/var/lib/kubelet/pods/{PodUid}/volumes/kubernetes.io~configmap/c/crontab", "/etc/crontab")]
    [Spares("FE-01", "FE-02")]
    public void Is_silent_about_what_is_mounted_for_every_container(string root, string point) =>
        Bound(root, point).Opens(point, FileSteps.OnDisk(600), FileSteps.ReadWrite).ThenAlarms(Alone());

    [Theory]
    [InlineData("/etc/localtime")]
    [InlineData("/etc/passwd")]
    [InlineData("/etcetera/shadow")]
    [InlineData("/etc/shadow2")]
    [InlineData("/srv/data")]
    [InlineData("/usr/bin/ls")]
    [Spares("FE-01")]
    public void Is_silent_when_files_are_read_that_hold_no_secrets(string host) =>
        Bound(host, "/x").Opens("/x", FileSteps.OnDisk(600)).ThenAlarms(Alone());

    [Fact]
    [Spares("FE-01")]
    public void Is_silent_about_looking_without_opening() => Bound("/etc", "/e")
        .Opens("/e/shadow", FileSteps.OnDisk(600), flags: 0x200000).Does(FileOperation.Other, "/e/shadow", FileSteps.OnDisk(600))
        .Opens("/e/shadow", default, result: -2).ThenAlarms(Alone());

    [Theory]
    [InlineData(TaskFlags.None)]
    [InlineData(TaskFlags.Started | TaskFlags.Runtime)]
    [Spares("FE-01", "FE-02")]
    public void Is_silent_about_the_runtime_and_before_the_start(TaskFlags flags) =>
        Bound("/etc", "/e").By(Task() with { Flags = flags }).Opens("/e/shadow", FileSteps.OnDisk(600)).ThenAlarms(Alone());

    [Fact]
    [Spares("FE-01", "FE-02")]
    public void Is_silent_about_the_host_itself() =>
        Known().By("", 7).Opens("/etc/shadow", FileSteps.OnDisk(21) with { Layer = FileLayer.Host }, FileSteps.ReadWrite)
            .ThenAlarms(Alone());

    [Theory]
    [InlineData("nginx:*", "", "", "", false)]
    [InlineData("*", "/bin/app", "", "/etc/shadow", false)]
    [InlineData("", "", "", "/etc/*", false)]
    [InlineData("redis:*", "", "", "", true)]
    [InlineData("nginx:*", "/bin/other", "", "", true)]
    [InlineData("", "", "ns/*", "", true)]
    public void Lets_pass_whom_the_policy_excepts(string image, string process, string pod, string path, bool alarms)
    {
        var policy = FileEscapePolicy.Default with { Exceptions = [new(image, process, pod, path, "backup")] };

        Bound("/etc", "/e").Opens("/e/shadow", FileSteps.OnDisk(600)).Run(Alone(policy)).Length.ShouldBe(alarms ? 1 : 0);
    }

    private static Script Bound(string root, string point) =>
        Known().By(Task()).Mounted(Ns, 600, MountSteps.HostDisk, root, point, "ext4", 500);

    private static Script Known(ContainerSpec? spec = null) => Script.OnNode("n1")
        .Created("c1", spec ?? Some.PlainSpec() with { Pod = new PodFacts("", "", PodUid, "", "", "") }).HostMounts().ContainerMounts("c1");

    private static ScriptedTask Task() => new() { Container = "c1" };

    private static ImmutableArray<DetectorFactory> Alone(FileEscapePolicy? policy = null) =>
        UnderPolicy.Alone(FileEscapeDetector.Description, new DetectionPolicy { FileEscape = policy ?? FileEscapePolicy.Default });
}
