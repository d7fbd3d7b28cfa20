using Pipeline.Domain.Containers;
using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;
using Testing;
using Testing.Scripts;

namespace Domain.Tests.Kernel.Mounts;

/// <summary>Where a file is that a container's process touched: by mounts, and by what else is known where they are not.</summary>
public sealed class FileLocationTests
{
    private const uint Ns = 4_026_532_500;
    private const string PodUid = "0b5a8f6e-1111-4222-8333-444455556666";

    private readonly Enrichment _enrichment = new();

    [Theory]
    [InlineData("254:0 bind of a directory", MountSteps.HostDisk, "/etc", "/host/etc", "ext4", "/host/etc/shadow", "/etc/shadow")]
    [InlineData("the host's root", MountSteps.HostDisk, "/", "/mnt", "ext4", "/mnt/root/.ssh/id", "/root/.ssh/id")]
    [InlineData("one file", MountSteps.HostDisk, "/etc/shadow", "/s", "ext4", "/s", "/etc/shadow")]
    [InlineData("a file system of its own", MountSteps.HostRun, "/", "/hostrun", "tmpfs", "/hostrun/docker.sock", "/run/docker.sock")]
    [InlineData("a part of /boot", 0xfe01UL, "/grub", "/g", "ext4", "/g/grub.cfg", "/boot/grub/grub.cfg")]
    public void Finds_the_hosts_file_behind_a_bind(string what, ulong device, string root, string point, string fs, string path,
        string host)
    {
        Script script = Known().Mounted(Ns, 600, device, root, point, fs, 500);

        FileLocation at = Locate(script, path, new FileReference { Device = device, Inode = 9, MountId = 600, Layer = FileLayer.Mount });

        at.Origin.ShouldBe(FileOrigin.Host, what);
        at.HostPath.ShouldBe(host);
        at.MountPoint.ShouldBe(point);
        at.Foreign.ShouldBeFalse();
    }

    [Fact]
    public void Takes_the_containers_own_root_for_its_own_though_the_host_has_it_mounted_too()
    {
        Script script = Known().By("", 1).Mounted(MountSteps.HostNs, 40, 500, "/", "/var/lib/docker/overlay2/abc/merged", "overlay")
            .By("c1").File(_ => default);

        FileLocation at = Locate(script, "/host/etc/shadow",
            new FileReference { Device = 500, Inode = 9, MountId = 500, Layer = FileLayer.Image });

        at.ShouldBe(new FileLocation(FileOrigin.Container, "", "overlay", "/host/etc/shadow")
        {
            MountPoint = "/",
            MountOptions =
            "rw,relatime"
        });
    }

    [Fact]
    public void Takes_another_containers_root_for_a_file_of_the_host()
    {
        Script script = Known().By("", 1).Mounted(MountSteps.HostNs, 40, 700, "/", "/var/lib/docker/overlay2/x/merged", "overlay").By("c1")
            .Mounted(Ns, 600, 700, "/", "/other", "overlay", 500);

        FileLocation at = Locate(script, "/other/etc/shadow",
            new FileReference { Device = 700, Inode = 9, MountId = 600, Layer = FileLayer.Image });

        at.Origin.ShouldBe(FileOrigin.Host);
        at.HostPath.ShouldBe("/var/lib/docker/overlay2/x/merged/etc/shadow");
    }

    [Fact]
    public void Knows_a_root_that_is_a_directory_of_the_hosts_disk()
    {
        Script script = Script.OnNode("n1").HostMounts().By("c1").Exec("c1", "/bin/app")
            .Mounted(Ns, 500, MountSteps.HostDisk, "/var/lib/docker/vfs/dir/abc", "/", "ext4", 30)
            .Mounted(Ns, 600, MountSteps.HostDisk, "/etc", "/host/etc", "ext4", 500);

        EnrichedBatch enriched = Feed(script);
        int last = enriched.Batch.Count - 1;

        At(enriched, last, "/etc/shadow", Disk(500)).Origin.ShouldBe(FileOrigin.Container);
        At(enriched, last, "/host/etc/shadow", Disk(600)).HostPath.ShouldBe("/etc/shadow");
    }

    [Theory]
    [InlineData("/var/lib/docker/containers/0123/hosts", "/etc/hosts", "/etc/hosts")]
    [InlineData("/data/docker/containers/0123/resolv.conf", "/etc/resolv.conf", "/etc/resolv.conf")]
    [InlineData("/var/lib/docker/volumes/etc/_data", "/etc/app", "/etc/app/shadow")]
    [InlineData("/var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/ff/hostname", "/etc/hostname", "/etc/hostname")]
    [InlineData($"/var/lib/kubelet/pods/{PodUid}/volumes/kubernetes.io~configmap/c", "/etc/crontab", "/etc/crontab")]
    [InlineData("/var/lib/containers/storage/overlay-containers/c1/userdata/hosts", "/etc/hosts", "/etc/hosts")]
    public void Knows_what_runtimes_and_the_kubelet_mount_for_the_container(string root, string point, string path)
    {
        Script script = Known(Some.PlainSpec() with { Pod = new PodFacts("ns", "pod", PodUid, "", "", "") })
            .Mounted(Ns, 600, MountSteps.HostDisk, root, point, "ext4", 500);

        FileLocation at = Locate(script, path, Disk(600));

        at.Origin.ShouldBe(FileOrigin.Managed);
        at.HostPath.ShouldStartWith(root);
    }

    [Theory]
    [InlineData("/var/lib/docker", "/d", "/d/volumes/x/_data/secret")]
    [InlineData("/var/lib/kubelet", "/k", "/k/pods/99999999-1111-4222-8333-444455556666/volumes/x")]
    public void Does_not_excuse_whoever_mounts_the_runtimes_whole_directory(string root, string point, string path)
    {
        Script script = Known().Mounted(Ns, 600, MountSteps.HostDisk, root, point, "ext4", 500);

        Locate(script, path, Disk(600)).Origin.ShouldBe(FileOrigin.Host);
    }

    [Fact]
    public void Finds_the_pods_uid_in_the_cgroup_when_nobody_described_the_container()
    {
        const string cgroup = "/kubepods.slice/kubepods-burstable-pod0b5a8f6e_1111_4222_8333_444455556666.slice/cri-containerd-ff.scope";
        Script script = Script.OnNode("n1").HostMounts().ContainerMounts("c1")
            .Mounted(Ns, 600, MountSteps.HostDisk, $"/var/lib/kubelet/pods/{PodUid}/volumes/x", "/etc/crontab", "ext4", 500)
            .By(new ScriptedTask { Container = "c1", CgroupPath = cgroup }).File(_ => default);

        Locate(script, "/etc/crontab", Disk(600)).Origin.ShouldBe(FileOrigin.Managed);
    }

    [Theory]
    [InlineData(501, "/proc/sys/kernel/core_pattern", "/sys/kernel/core_pattern")]
    [InlineData(601, "/dev/null", "/sys/kernel/core_pattern")]
    public void Names_a_kernel_interface_by_its_path_in_its_own_file_system(int mount, string path, string inProc)
    {
        Script script = Known().Mounted(Ns, 601, 0x15, "/sys/kernel/core_pattern", "/dev/null", "proc", 503);

        FileLocation at = Locate(script, path,
            new FileReference { Device = mount == 501 ? 0x1000UL + 500 : 0x15, Inode = 9, MountId = mount, FileSystem = MountSteps.Proc });

        at.Origin.ShouldBe(FileOrigin.Pseudo);
        at.FileSystem.ShouldBe("proc");
        at.PathInFileSystem.ShouldBe(inProc);
    }

    [Fact]
    public void Sees_that_a_file_was_reached_through_the_hosts_mounts()
    {
        FileLocation at = Locate(Known(), "/etc/shadow", Disk(21) with { Layer = FileLayer.Host });

        at.Origin.ShouldBe(FileOrigin.Host);
        at.HostPath.ShouldBe("/etc/shadow");
        at.Foreign.ShouldBeTrue();
    }

    [Fact]
    public void Takes_a_tmpfs_of_its_own_for_managed() =>
        Locate(Known(), "/dev/shm/x", new FileReference { Device = 0x2000 + 500, Inode = 4, MountId = 503 })
        .ShouldBe(new FileLocation(FileOrigin.Managed, "", "tmpfs", "/shm/x") { MountPoint = "/dev", MountOptions = "rw,relatime" });

    [Fact]
    public void Does_not_believe_a_mount_id_that_was_given_out_again()
    {
        Script script = Known().Mounted(Ns, 600, MountSteps.HostDisk, "/etc", "/x", "ext4", 500);

        Locate(script, "/x/shadow", new FileReference { Device = 0x77, Inode = 9, MountId = 600, Layer = FileLayer.Mount })
            .Origin.ShouldBe(FileOrigin.Managed);
    }

    [Theory]
    [InlineData(false, FileOrigin.Managed, false)]
    [InlineData(true, FileOrigin.Host, true)]
    public void Believes_another_containers_table_only_when_its_own_is_known(bool isKnown, FileOrigin origin, bool foreign)
    {
        // The bind of its own /etc/hosts has the id that the ended container's had.
        ContainerSpec spec = Some.PlainSpec() with { Mounts = [new("/var/lib/docker/containers/c1/hosts", "/etc/hosts", "rw", "", "bind")] };
        Script script = Known().Mounted(Ns, 600, MountSteps.HostDisk, "/var/lib/docker/containers/c0/hosts", "/etc/hosts", "ext4", 500)
            .Created("c2", spec);
        if (isKnown) script.ContainerMounts("c2", Ns + 1, 700);
        script.By(new ScriptedTask { Container = "c2", Tgid = 200, MountNs = Ns + 1 }).File(_ => default);

        FileLocation at = Locate(script, "/etc/hosts", Disk(600));

        at.Origin.ShouldBe(origin);
        at.Foreign.ShouldBe(foreign);
    }

    [Theory]
    [InlineData(FileLayer.Host, 600, true)]
    [InlineData(FileLayer.Mount, 21, false)]
    public void Believes_the_kernel_whether_a_mount_is_the_hosts(FileLayer layer, int mount, bool foreign)
    {
        Script script = Known().Mounted(Ns, 600, MountSteps.HostDisk, "/data", "/", "ext4", 500).File(_ => default);

        FileLocation at = Locate(script, "/etc/shadow", Disk(mount) with { Layer = layer });

        (at.Foreign, at.HostPath).ShouldBe((foreign, foreign ? "/etc/shadow" : ""));
    }

    [Fact]
    public void Follows_the_path_of_a_call_that_failed_through_the_mounts()
    {
        Script script = Known().Mounted(Ns, 600, MountSteps.HostDisk, "/etc", "/host/etc", "ext4", 500);

        EnrichedBatch enriched = Feed(script);
        int last = enriched.Batch.Count - 1;

        At(enriched, last, "/host/x/../etc//./shadow", default).HostPath.ShouldBe("/etc/shadow");
        At(enriched, last, "/etc/shadow", default).Origin.ShouldBe(FileOrigin.Container);
        At(enriched, last, "etc/shadow", default).Origin.ShouldBe(FileOrigin.Unknown);
    }

    [Fact]
    public void Is_told_by_the_tables_of_its_own_position()
    {
        Script script = Known().Mounted(Ns, 600, MountSteps.HostDisk, "/etc", "/e", "ext4", 500).File(_ => default)
            .Unmounted(Ns, 600).File(_ => default);
        EnrichedBatch enriched = Feed(script);
        int last = enriched.Batch.Count - 1;

        At(enriched, last - 2, "/e/shadow", Disk(600)).HostPath.ShouldBe("/etc/shadow");
        At(enriched, last, "/e/shadow", Disk(600)).Origin.ShouldBe(FileOrigin.Unknown);
    }

    [Theory]
    [InlineData(FileLayer.Upper, MountSteps.OverlayFs, 500UL, "/etc/passwd", FileOrigin.Container, "")]
    [InlineData(FileLayer.Mount, MountSteps.Ext4, MountSteps.HostDisk, "/e/shadow", FileOrigin.Host, "/etc/shadow")]
    [InlineData(FileLayer.Mount, MountSteps.Ext4, MountSteps.HostDisk, "/named/x", FileOrigin.Managed, "")]
    [InlineData(FileLayer.Mount, MountSteps.Ext4, MountSteps.HostDisk, "/elsewhere", FileOrigin.Unknown, "")]
    [InlineData(FileLayer.Host, MountSteps.Ext4, MountSteps.HostDisk, "/etc/shadow", FileOrigin.Host, "/etc/shadow")]
    [InlineData(FileLayer.Memory, MountSteps.Tmpfs, 1UL, "/memfd:x", FileOrigin.Anonymous, "")]
    [InlineData(FileLayer.Unknown, 0x534f434bU, 8UL, "socket:[1]", FileOrigin.Anonymous, "")]
    public void Falls_back_on_what_the_kernel_said_and_the_description(
        FileLayer layer, uint magic, ulong device, string path, FileOrigin origin, string host)
    {
        Script script = Script.OnNode("n1").Created("c1", Described()).Exec("c1", "/bin/app").File(_ => default);

        FileLocation at = Locate(script, path,
            new FileReference { Layer = layer, FileSystem = magic, Device = device, Inode = 9, MountId = 77 });

        at.Origin.ShouldBe(origin);
        at.HostPath.ShouldBe(host);
    }

    [Fact]
    public void Knows_nothing_of_a_mount_that_nothing_was_said_of() =>
        Locate(Script.OnNode("n1").Exec("c1", "/bin/app"), "/e/shadow", Disk(600)).ShouldBe(FileLocation.Unknown);

    [Fact]
    public void Knows_proc_without_its_mount()
    {
        FileLocation at = Locate(Script.OnNode("n1").Exec("c1", "/a"), "/proc/sys/kernel/modprobe",
            new FileReference { FileSystem = MountSteps.Proc, Inode = 9 });

        at.ShouldBe(new FileLocation(FileOrigin.Pseudo, "", "proc", "/sys/kernel/modprobe"));
    }

    private static ContainerSpec Described() => Some.PlainSpec() with
    {
        Mounts = [new("/etc", "/e", "rw", "rprivate", "bind"), new("data", "/named", "rw", "", "volume")],
    };

    private static Script Known(ContainerSpec? spec = null) =>
        Script.OnNode("n1").Created("c1", spec ?? Some.PlainSpec()).HostMounts().ContainerMounts("c1");

    private static FileReference Disk(int mount) =>
        new() { Device = MountSteps.HostDisk, Inode = 9, MountId = mount, FileSystem = MountSteps.Ext4, Layer = FileLayer.Mount };

    private FileLocation Locate(Script script, string path, in FileReference file)
    {
        EnrichedBatch enriched = Feed(script);
        return At(enriched, enriched.Batch.Count - 1, path, file);
    }

    private static FileLocation At(EnrichedBatch enriched, int position, string path, in FileReference file) =>
        new Observation(enriched, position).Locate(file, enriched.Batch.AddText(path));

    private EnrichedBatch Feed(Script script) => _enrichment.Enrich(Batches.Of(script.Events).ShouldHaveSingleItem());
}
