using Pipeline.Detection.AbnormalStartup;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Containers;

namespace Detection.Tests.AbnormalStartup;

public sealed class MountCheckTests
{
    [Theory]
    [InlineData("/boot", "rw", Severity.Medium)]
    [InlineData("/dev", "rw", Severity.Medium)]
    [InlineData("/dev/sda", "rw", Severity.Medium)]
    [InlineData("/dev/shm", "rw", Severity.Medium)]
    [InlineData("/sys", "rw", Severity.Medium)]
    [InlineData("/sys/fs/cgroup", "ro", Severity.Low)]
    [InlineData("/etc", "rw", Severity.High)]
    [InlineData("/etc", "ro", Severity.Medium)]
    [InlineData("/etc/kubernetes", "ro", Severity.Medium)]
    [InlineData("//etc/", "rw", Severity.High)]
    [InlineData("/etc/../etc", "rw", Severity.High)]
    [InlineData("/srv/../etc/./", "rw", Severity.High)]
    [InlineData("/proc/1/root/etc", "rw", Severity.High)]
    [InlineData("/", "rw", Severity.High)]
    [InlineData("/", "ro", Severity.Medium)]
    [InlineData("/..", "rw", Severity.High)]
    [InlineData("/var", "rw", Severity.Medium)]
    [InlineData("/var/run", "rw", Severity.Medium)]
    [InlineData("/run", "rw", Severity.Medium)]
    [InlineData("/run/docker.sock", "rw", Severity.High)]
    [InlineData("/var/run/docker.sock", "rw", Severity.High)]
    [InlineData("/var/run/docker.sock", "ro", Severity.Medium)]
    [InlineData("/run/containerd/containerd.sock", "rw", Severity.High)]
    [InlineData("/run/user/1000/podman/podman.sock", "rw", Severity.High)]
    [InlineData("/etc/ssl/certs", "rw", Severity.High)]
    [InlineData("/etc/hosts/x", "rw", Severity.High)]
    public void Finds_a_source_that_is_guarded_or_exposes_what_is(string source, string mode, Severity severity)
    {
        StartupFinding? found = Found(Bind(source, mode));

        found.ShouldNotBeNull().Severity.ShouldBe(severity);
    }

    [Theory]
    [InlineData("/etcd-data")]
    [InlineData("/devops")]
    [InlineData("/runner")]
    [InlineData("/system")]
    [InlineData("/srv/etc")]
    [InlineData("/var/lib/data")]
    [InlineData("/var/running")]
    [InlineData("/home/me/project")]
    [InlineData("/etc/hosts")]
    [InlineData("/etc/resolv.conf")]
    [InlineData("/etc//hostname")]
    [InlineData("/etc/localtime")]
    [InlineData("/etc/timezone")]
    [InlineData("/dev/null")]
    [InlineData("/dev/urandom")]
    [InlineData("/run/containerd/io.containerd.grpc.v1.cri/sandboxes/0a1b/shm")]
    [InlineData("/run/containers/storage/overlay-containers/0a1b/userdata/resolv.conf")]
    [InlineData("/var/lib/kubelet/pods/0a1b/volumes/kubernetes.io~secret/config")]
    [InlineData("etc")]
    [InlineData("")]
    public void Accepts_what_is_elsewhere_or_excepted(string source) => Found(Bind(source)).ShouldBeNull();

    [Fact]
    public void Accepts_certificates_read_only() => Found(Bind("/etc/ssl/certs", "ro")).ShouldBeNull();

    [Theory]
    [InlineData("volume")]
    [InlineData("tmpfs")]
    [InlineData("sysfs")]
    public void Looks_at_binds_only(string type) =>
        Found(new ContainerMount("/etc", "/e", "rw", "", type)).ShouldBeNull();

    [Fact]
    public void Ignores_the_destination() =>
        Found(Bind("/srv/app") with { Destination = "/var/run/secrets/kubernetes.io/serviceaccount" }).ShouldBeNull();

    [Fact]
    public void Renders_all_bad_mounts_in_one_payload_as_they_were_written()
    {
        StartupFinding found = Found(
            new ContainerMount("/sys", "/s", "ro", "rslave", "bind"), Bind("/srv"),
                new ContainerMount("/etc", "/host/etc", "rw", "rprivate", "bind")).ShouldNotBeNull();

        found.ShouldBe(new StartupFinding(
            StartupClass.Mounts,
            "mounts",
            ""
            + """mounts:[{"source":"/sys","destination":"/s","mode":"ro","propagation":"rslave","type":"bind"},{"source":"/etc","destination":"/host/etc","mode":"rw","propagation":"rprivate","type":"bind"}]""",
            Severity.High,
            Basis.Explicit));
    }

    [Fact]
    public void Keeps_the_payload_valid_json_for_hostile_names()
    {
        string content = Found(Bind("/etc/\"},{\n\u001b")).ShouldNotBeNull().Content;

        using var parsed = System.Text.Json.JsonDocument.Parse(content["mounts:".Length..]);
        parsed.RootElement[0].GetProperty("source").GetString().ShouldBe("/etc/\"},{\n\u001b");
    }

    [Theory]
    [InlineData("/root/.ssh", true)]
    [InlineData("/var/lib/docker", true)]
    [InlineData("/proc", true)]
    [InlineData("/opt/app", false)]
    [InlineData("/var/lib/docker/volumes/data/_data", false)]
    [InlineData("/var/lib/kubelet/pods/1/volumes/kubernetes.io~empty-dir/x", false)]
    public void Looks_at_the_extended_set_when_the_policy_says_so(string source, bool expected)
    {
        StartupPolicy policy = StartupPolicy.Default with { CheckExtendedMountSources = true };
        var spec = new ContainerSpec { Name = "c", Mounts = [Bind(source)] };

        StartupChecks.Evaluate(spec, policy).Findings.Any().ShouldBe(expected);
        StartupChecks.Evaluate(spec, StartupPolicy.Default).Findings.ShouldBeEmpty();
    }

    [Fact]
    public void Excludes_what_is_below_a_starred_exception_and_not_the_directory_itself()
    {
        StartupPolicy policy = StartupPolicy.Default with { MountExceptions = [new MountException("/etc/app/*")] };

        Evaluate(policy, Bind("/etc/app/a/b")).ShouldBeNull();
        Evaluate(policy, Bind("/etc/app")).ShouldNotBeNull();
        Evaluate(policy, Bind("/etc/application")).ShouldNotBeNull();
    }

    private static ContainerMount Bind(string source, string mode = "rw") => new(source, "/data", mode, "rprivate", "bind");

    private static StartupFinding? Found(params ContainerMount[] mounts) => Evaluate(StartupPolicy.Default, mounts);

    private static StartupFinding? Evaluate(StartupPolicy policy, params ContainerMount[] mounts) =>
        StartupChecks.Evaluate(new ContainerSpec { Name = "c", Mounts = [.. mounts] }, policy).Findings.SingleOrDefault();
}
