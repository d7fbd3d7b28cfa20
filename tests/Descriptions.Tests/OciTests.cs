using Pipeline.Domain.Containers;
using static Descriptions.Tests.Reading;

namespace Descriptions.Tests;

public sealed class OciTests
{
    private const string Namespaces = """[{"type":"pid"},{"type":"network"},{"type":"ipc"},{"type":"uts"},{"type":"mount"}]""";
    private const string Masked = "\"maskedPaths\":[\"/proc/kcore\"],\"readonlyPaths\":[\"/proc/sys\"]";
    private const string Filter = "\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\"}";

    private static readonly string AllCapabilities = string.Join(',', new[]
    {
        "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST",
        "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE",
        "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM",
        "BLOCK_SUSPEND", "AUDIT_READ",
    }.Select(name => $"\"CAP_{name}\""));

    [Fact]
    public void Finds_nothing_in_a_confined_container() => Findings(Config($"{Filter},{Masked},\"namespaces\":{Namespaces}")).ShouldBeEmpty();

    [Fact]
    public void Finds_a_missing_filter() => Findings(Config($"{Masked},\"namespaces\":{Namespaces}")).ShouldBe(["seccomp=unconfined"]);

    [Fact]
    public void Says_nothing_of_no_new_privileges_being_absent()
    {
        Spec(Config(Filter)).NoNewPrivileges.ShouldBe(Setting.Inherited(false));
        Spec(Config(Filter, process: "\"noNewPrivileges\":true")).NoNewPrivileges.ShouldBe(Setting.Explicit(true));
    }

    [Fact]
    public void Infers_privileged_from_all_its_results_together() =>
        Findings(Config($"\"namespaces\":{Namespaces},\"resources\":{{\"devices\":[{{\"allow\":true,\"access\":\"rwm\"}}]}}", AllCapabilities)).ShouldBe(["privileged:true"]);

    [Theory]
    [InlineData(Masked + ",\"resources\":{\"devices\":[{\"allow\":true,\"access\":\"rwm\"}]}")]
    [InlineData("\"resources\":{\"devices\":[{\"allow\":false,\"access\":\"rwm\"}]}")]
    [InlineData("\"resources\":{\"devices\":[{\"allow\":true,\"type\":\"c\",\"major\":1,\"minor\":5,\"access\":\"rwm\"}]}")]
    [InlineData(Filter + ",\"resources\":{\"devices\":[{\"allow\":true,\"access\":\"rwm\"}]}")]
    public void Infers_nothing_from_some_of_them(string linux) =>
        Findings(Config($"\"namespaces\":{Namespaces},{linux}", AllCapabilities)).ShouldContain("capabilities:[ALL]");

    [Fact]
    public void Judges_the_bounding_set() =>
        Findings(Config($"{Filter},\"namespaces\":{Namespaces}", "\"CAP_CHOWN\",\"CAP_SYS_PTRACE\"")).ShouldBe(["capabilities:[SYS_PTRACE]"]);

    [Theory]
    [InlineData("""[{"type":"network"},{"type":"ipc"},{"type":"uts"},{"type":"mount"}]""", "namespaces:[pid]")]
    [InlineData("""[{"type":"pid"},{"type":"ipc"},{"type":"mount"}]""", "namespaces:[network,uts]")]
    [InlineData("""[{"type":"pid"},{"type":"network","path":"/proc/1/ns/net"},{"type":"ipc"},{"type":"uts"},{"type":"mount"}]""", "namespaces:[network]")]
    [InlineData("""[{"type":"pid"},{"type":"network","path":"/var/run/netns/cni-1"},{"type":"ipc","path":"/proc/4711/ns/ipc"},{"type":"uts"},{"type":"mount"}]""", "")]
    [InlineData("[]", "namespaces:[pid,ipc,network,uts,mnt]")]
    public void Finds_namespaces_that_are_missing_or_the_hosts(string namespaces, string expected) =>
        string.Join(' ', Findings(Config($"{Filter},\"namespaces\":{namespaces}"))).ShouldBe(expected);

    [Fact]
    public void Finds_binds_by_their_source_only()
    {
        const string Mounts = """
            [{"destination":"/proc","type":"proc","source":"proc"},
             {"destination":"/sys","type":"sysfs","source":"sysfs","options":["ro"]},
             {"destination":"/etc/resolv.conf","type":"bind","source":"/var/lib/docker/containers/8f/resolv.conf","options":["rbind"]},
             {"destination":"/dev/shm","type":"bind","source":"/run/containerd/io.containerd.grpc.v1.cri/sandboxes/8f/shm","options":["rbind","ro"]},
             {"destination":"/h","source":"/boot","options":["rbind","rslave","ro"]}]
            """;

        Findings(Config($"{Filter},\"namespaces\":{Namespaces}", mounts: Mounts)).ShouldBe(
            ["""mounts:[{"source":"/boot","destination":"/h","mode":"ro","propagation":"rslave","type":"bind"}]"""]);
    }

    [Fact]
    public void Finds_the_hosts_shared_memory_of_a_pod_with_host_ipc() =>
        Findings(Config(
            $"{Filter},\"namespaces\":{Namespaces}", mounts: """[{"destination":"/dev/shm","type":"bind","source":"/dev/shm","options":["rbind"]}]"""))
            .ShouldHaveSingleItem().ShouldStartWith("mounts:");

    [Fact]
    public void Leaves_settings_unknown_whose_section_is_missing()
    {
        ContainerSpec spec = Spec("""{"ociVersion":"1.0.2"}""");

        spec.Seccomp.Basis.ShouldBe(Basis.Unknown);
        spec.NoNewPrivileges.Basis.ShouldBe(Basis.Unknown);
        spec.Privileged.ShouldBe(Setting.Unknown(false));
        Findings(spec).ShouldBeEmpty();
    }

    [Fact]
    public void Skips_windows_and_asks_a_sandbox_for_namespaces_only()
    {
        Findings("""{"ociVersion":"1.0.2","windows":{"layerFolders":[]}}""").ShouldBeEmpty();
        Findings("""{"ociVersion":"1.0.2","annotations":{"io.kubernetes.cri.container-type":"sandbox"},"linux":{"namespaces":[{"type":"mount"},{"type":"uts"}]}}""")
            .ShouldBe(["namespaces:[pid,ipc,network]"]);
    }

    [Fact]
    public void Takes_name_pod_and_image_from_what_the_runtime_notes()
    {
        ContainerSpec spec = Spec("""
            {"ociVersion":"1.0.2","hostname":"h","annotations":{"io.kubernetes.cri.container-name":"c","io.kubernetes.cri.image-name":"app:1",
             "io.kubernetes.cri.sandbox-name":"p","io.kubernetes.cri.sandbox-namespace":"n","io.kubernetes.cri.sandbox-uid":"u"}}
            """);

        (spec.Name, spec.Image, spec.Pod).ShouldBe(("c", "app:1", new PodFacts("n", "p", "u", "", "", "")));
    }

    private static string Config(string linux, string capabilities = "\"CAP_CHOWN\"", string process = "\"cwd\":\"/\"", string mounts = "[]") =>
        $$"""
        {"ociVersion":"1.1.0","hostname":"h","process":{"args":["sh"],"user":{"uid":0,"gid":0},"capabilities":{"bounding":[{{capabilities}}]},{{process}}},
         "mounts":{{mounts}},"linux":{ {{linux}} } }
        """;
}
