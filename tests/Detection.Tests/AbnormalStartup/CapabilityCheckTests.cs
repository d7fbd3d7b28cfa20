using System.Collections.Immutable;
using Pipeline.Detection.AbnormalStartup;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Containers;

namespace Detection.Tests.AbnormalStartup;

public sealed class CapabilityCheckTests
{
    private static readonly ImmutableArray<string> DockerDefault = StartupPolicy.Default.DefaultCapabilities;

    [Theory]
    [InlineData("SYS_ADMIN", Severity.High)]
    [InlineData("SYS_MODULE", Severity.High)]
    [InlineData("SYS_RAWIO", Severity.Medium)]
    [InlineData("SYS_PTRACE", Severity.Medium)]
    [InlineData("SYS_BOOT", Severity.Medium)]
    [InlineData("SYSLOG", Severity.Medium)]
    [InlineData("DAC_READ_SEARCH", Severity.Medium)]
    [InlineData("NET_ADMIN", Severity.Medium)]
    [InlineData("BPF", Severity.Medium)]
    [InlineData("PERFMON", Severity.Medium)]
    [InlineData("SYS_TIME", Severity.Medium)]
    [InlineData("MAC_ADMIN", Severity.Medium)]
    [InlineData("MAC_OVERRIDE", Severity.Medium)]
    [InlineData("LINUX_IMMUTABLE", Severity.Medium)]
    [InlineData("CHECKPOINT_RESTORE", Severity.Medium)]
    [InlineData("AUDIT_CONTROL", Severity.Medium)]
    [InlineData("SYS_RESOURCE", Severity.Low)]
    public void Finds_each_excessive_capability_alone(string name, Severity severity) =>
        Found(Added(name)).ShouldBe(new StartupFinding(StartupClass.Options, "capabilities", $"capabilities:[{name}]", severity,
            Basis.Explicit));

    [Fact]
    public void Accepts_every_default_capability() => Found(Added([.. DockerDefault])).ShouldBeNull();

    [Theory]
    [InlineData("NET_BIND_SERVICE")]
    [InlineData("IPC_LOCK")]
    [InlineData("NOT_A_CAPABILITY")]
    public void Accepts_a_harmless_addition(string name) => Found(Added(name)).ShouldBeNull();

    [Fact]
    public void Lists_the_worst_first_and_only_the_extra_ones() =>
        Found(Added("CHOWN", "LEASE", "NET_ADMIN", "SYS_ADMIN"))!.Content.ShouldBe("capabilities:[SYS_ADMIN,NET_ADMIN,LEASE]");

    [Fact]
    public void Accepts_four_harmless_extras_and_finds_five()
    {
        Found(Added("IPC_LOCK", "LEASE", "SYS_NICE", "WAKE_ALARM")).ShouldBeNull();

        StartupFinding five = Found(Added("IPC_LOCK", "LEASE", "SYS_NICE", "WAKE_ALARM", "AUDIT_READ"))!;
        five.Content.ShouldBe("capabilities:[IPC_LOCK,SYS_NICE,LEASE,WAKE_ALARM,AUDIT_READ]");
        five.Severity.ShouldBe(Severity.Medium);
    }

    [Fact]
    public void Says_all_for_all() => Found(Added("ALL"))!.ShouldBe(
        new StartupFinding(StartupClass.Options, "capabilities", "capabilities:[ALL]", Severity.High, Basis.Explicit));

    [Fact]
    public void Says_all_when_only_default_ones_were_dropped() =>
        Found(new CapabilitySettings(["ALL"], ["NET_RAW"], null, Basis.Explicit))!.Content.ShouldBe("capabilities:[ALL]");

    [Fact]
    public void Lists_what_is_left_of_all_after_drops()
    {
        string content = Found(new CapabilitySettings(["ALL"], ["SYS_ADMIN", "SYS_MODULE"], null, Basis.Explicit))!.Content;

        content.ShouldStartWith("capabilities:[SYS_RAWIO,SYS_PTRACE,");
        content.ShouldNotContain("SYS_ADMIN");
    }

    [Fact]
    public void Accepts_drop_all_with_a_default_one_added_back() =>
        Found(new CapabilitySettings(["CHOWN"], ["ALL"], null, Basis.Explicit)).ShouldBeNull();

    [Fact]
    public void Lets_an_addition_win_over_a_drop_in_docker_and_not_in_a_pod()
    {
        var both = new CapabilitySettings(["SYS_ADMIN"], ["SYS_ADMIN"], null, Basis.Explicit);

        Found(both).ShouldNotBeNull();
        Found(both, "pod").ShouldBeNull();
    }

    [Fact]
    public void Judges_a_stated_set_by_itself()
    {
        Found(new CapabilitySettings([], [], DockerDefault, Basis.Explicit), "oci").ShouldBeNull();
        Found(new CapabilitySettings([], [], [.. DockerDefault, "NET_ADMIN"], Basis.Explicit),
            "oci")!.Content.ShouldBe("capabilities:[NET_ADMIN]");
    }

    [Fact]
    public void Says_inherited_when_nobody_asked() =>
        Found(new CapabilitySettings([], [], ["SYS_PTRACE"], Basis.Inherited), "podman")!.Basis.ShouldBe(Basis.Inherited);

    private static CapabilitySettings Added(params string[] names) => new([.. names], [], null, Basis.Explicit);

    private static StartupFinding? Found(CapabilitySettings capabilities, string format = "docker")
    {
        var spec = new ContainerSpec { Name = "c", Format = format, Capabilities = capabilities };
        return StartupChecks.Evaluate(spec, StartupPolicy.Default).Findings.SingleOrDefault();
    }
}
