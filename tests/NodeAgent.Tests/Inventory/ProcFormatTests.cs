using System.Text;
using Agents.NodeAgent.Inventory;

namespace NodeAgent.Tests.Inventory;

/// <summary>The files of proc(5), as the kernel writes them and as a container would like them to be misread.</summary>
public sealed class ProcFormatTests
{
    private const string Id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Fact]
    public void Reads_a_mount_with_its_tags_and_both_kinds_of_option()
    {
        MountRow row = MountRow.Parse("36 35 254:17 /mnt1 /mnt2 rw,noatime shared:1 master:2 - ext3 /dev/root rw,errors=continue"u8).ShouldNotBeNull();

        (row.MountId, row.ParentId, row.Device).ShouldBe((36, 35, 0xfe11UL));
        Text(row.Root).ShouldBe("/mnt1");
        Text(row.MountPoint).ShouldBe("/mnt2");
        Text(row.FileSystem).ShouldBe("ext3");
        Text(row.Source).ShouldBe("/dev/root");
        Text(row.Options).ShouldBe("rw,noatime,rw,errors=continue");
    }

    [Fact]
    public void Undoes_the_kernels_escapes_and_nothing_else()
    {
        MountRow row = MountRow.Parse("1 2 0:3 / /a\\040b\\011c\\012d\\134e\\043\\400\\9\\04 rw - tmpfs a\\040b rw"u8).ShouldNotBeNull();

        Text(row.MountPoint).ShouldBe("/a b\tc\nd\\e#\\400\\9\\04");
        Text(row.Source).ShouldBe("a b");
    }

    [Fact]
    public void Keeps_bytes_that_are_no_text()
    {
        byte[] line = [.. "1 2 0:3 / /"u8, 0xff, 0xfe, .. " rw - tmpfs tmpfs rw"u8];

        MountRow.Parse(line)!.MountPoint.ShouldBe([(byte)'/', 0xff, 0xfe]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1 2 0:3 / /a rw")]
    [InlineData("1 2 0:3 / /a rw - tmpfs")]
    [InlineData("x 2 0:3 / /a rw - tmpfs tmpfs rw")]
    [InlineData("1 2 03 / /a rw - tmpfs tmpfs rw")]
    [InlineData("1 2 0:3x / /a rw - tmpfs tmpfs rw")]
    public void Passes_over_what_is_no_mount(string line) => MountRow.Parse(Encoding.UTF8.GetBytes(line)).ShouldBeNull();

    [Fact]
    public void Is_not_misled_by_a_source_that_is_empty_or_a_hyphen()
    {
        Text(MountRow.Parse("1 2 0:3 / /a rw -  - rw"u8)?.Source ?? []).ShouldBe("-");
        Text(MountRow.Parse("1 2 0:3 / /- rw - tmpfs - rw"u8)!.MountPoint).ShouldBe("/-");
    }

    [Fact]
    public void Reads_no_more_mounts_than_the_bound() =>
        MountRow.ParseTable("1 2 0:3 / /a rw - t t rw\n2 2 0:3 / /b rw - t t rw\nnonsense\n3 2 0:3 / /c rw - t t rw\n"u8, most: 2).Count.ShouldBe(2);

    [Theory]
    [InlineData("sh", 'S')]
    [InlineData("a) S 1 (b", 'S')]
    [InlineData("x) Z 99\n", 'Z')]
    public void Reads_a_process_whose_name_has_brackets(string name, char state)
    {
        ProcessStat stat = ProcessStat.Parse(
            Encoding.UTF8.GetBytes($"77 ({name}) {state} 42 77 77 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 123456 999 1\n")).ShouldNotBeNull();

        Text(stat.Comm).ShouldBe(name);
        (stat.State, stat.ParentTgid, stat.StartTicks).ShouldBe((state, 42, 123456L));
    }

    [Theory]
    [InlineData("")]
    [InlineData("77 sh S 1")]
    [InlineData("77 (sh")]
    [InlineData("77 (sh)")]
    [InlineData("77 (sh) S 1 2 3")]
    public void Makes_nothing_of_half_a_stat(string content) => ProcessStat.Parse(Encoding.UTF8.GetBytes(content)).ShouldBeNull();

    [Fact]
    public void Reads_identity_and_rights()
    {
        ProcessStatus status = ProcessStatus.Parse(
            ("Name:\tx\\nUid:\\t0\nUid:\t1000\t1001\t1002\t1003\nGid:\t7\t8\t9\t10\nNStgid:\t4242\t17\t1\nCapPrm:\t00000000a80425fb\n"u8
                + "CapEff:\t000001ffffffffff\nNoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t3\n"u8));

        (status.Uid, status.EffectiveUid, status.Gid, status.EffectiveGid).ShouldBe((1000u, 1001u, 7u, 8u));
        status.NamespaceTgid.ShouldBe(1);
        (status.CapPermitted, status.CapEffective).ShouldBe((0xa80425fbUL, 0x1ffffffffffUL));
        status.NoNewPrivileges.ShouldBeTrue();
        status.SeccompMode.ShouldBe((byte)2);
    }

    [Fact]
    public void Looks_for_the_container_in_the_unified_hierarchy_first_and_then_in_the_others()
    {
        CgroupMembership.Parse(Encoding.UTF8.GetBytes($"4:pids:/docker/{Id}\n0::/system.slice/docker-{Id}.scope\n")).Best()
            .ShouldBe(($"/system.slice/docker-{Id}.scope", "", new ContainerCgroup(Id, "", "docker")));
        CgroupMembership.Parse(Encoding.UTF8.GetBytes($"9:name=systemd:/a\n4:cpu,pids:/docker/{Id}\n0::/\n")).Best()
            .ShouldBe(($"/docker/{Id}", "cpu,pids", new ContainerCgroup(Id, "", "docker")));
        CgroupMembership.Parse("9:name=systemd:/a\n0::/b\n"u8).Best().ShouldBe(("/b", "", null));
        CgroupMembership.Parse("\nnonsense\n"u8).Best().ShouldBe(("", "", null));
    }

    [Fact]
    public void Keeps_the_colons_of_a_cgroups_name() =>
        CgroupMembership.Parse(Encoding.UTF8.GetBytes($"0::/a.slice:cri-containerd:{Id} (deleted)\n")).Best().Container!.Value.Id.ShouldBe(Id);

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);
}
