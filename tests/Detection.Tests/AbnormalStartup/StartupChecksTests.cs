using System.Collections.Immutable;
using Pipeline.Detection.AbnormalStartup;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Containers;

namespace Detection.Tests.AbnormalStartup;

public sealed class StartupChecksTests
{
    private static readonly ContainerSpec Plain = new()
    {
        Name = "web",
        Format = "docker",
        Privileged = Setting.Inherited(false),
        Capabilities = new CapabilitySettings([], [], null, Basis.Inherited),
        Seccomp = Setting.Inherited(SeccompProfile.Default),
        NoNewPrivileges = Setting.Inherited(false),
    };

    [Fact]
    public void Finds_nothing_in_a_plain_container() => Findings(Plain).ShouldBeEmpty();

    [Fact]
    public void Finds_privileged_and_only_lists_what_it_implies()
    {
        ContainerSpec spec = Plain with
        {
            Privileged = Setting.Explicit(true),
            Capabilities = new CapabilitySettings(["SYS_ADMIN"], [], null, Basis.Explicit),
            Seccomp = Setting.Explicit(SeccompProfile.Unconfined),
            NoNewPrivileges = Setting.Explicit(false),
        };

        StartupResult result = StartupChecks.Evaluate(spec, StartupPolicy.Default);

        result.Findings.ShouldHaveSingleItem().ShouldBe(
            new StartupFinding(StartupClass.Options, "privileged", "privileged:true", Severity.High, Basis.Explicit));
        result.Implied.Select(finding => finding.Content).ShouldBe(["capabilities:[ALL]", "seccomp=unconfined", "no-new-privileges:false"]);
    }

    [Fact]
    public void Implies_no_missing_seccomp_filter_when_a_privileged_container_asked_for_a_profile()
    {
        ContainerSpec spec = Plain with { Privileged = Setting.Explicit(true), Seccomp = Setting.Explicit(SeccompProfile.Localhost) };

        StartupChecks.Evaluate(spec, StartupPolicy.Default).Implied.Select(finding => finding.Check).ShouldBe(["capabilities"]);
    }

    [Fact]
    public void Finds_mounts_and_namespaces_of_a_privileged_container_as_well()
    {
        ContainerSpec spec = Plain with
        {
            Privileged = Setting.Explicit(true),
            Mounts = [new ContainerMount("/etc", "/e", "rw", "rprivate", "bind")],
            HostNamespaces = [new HostNamespace("pid", Basis.Explicit)],
        };

        Findings(spec).Select(finding => finding.Class).ShouldBe([StartupClass.Options, StartupClass.Mounts, StartupClass.Namespaces]);
    }

    [Fact]
    public void Finds_an_explicitly_unconfined_seccomp() =>
        Findings(Plain with { Seccomp = Setting.Explicit(SeccompProfile.Unconfined) }).ShouldHaveSingleItem()
            .ShouldBe(new StartupFinding(StartupClass.Options, "seccomp", "seccomp=unconfined", Severity.Medium, Basis.Explicit));

    [Theory]
    [InlineData("oci")]
    [InlineData("cri")]
    public void Finds_a_missing_filter_in_a_resolved_description_as_low(string format) =>
        Findings(Plain with { Format = format, Seccomp = Setting.Inherited(SeccompProfile.Unconfined) }).ShouldHaveSingleItem()
            .ShouldBe(new StartupFinding(StartupClass.Options, "seccomp", "seccomp=unconfined", Severity.Low, Basis.Inherited));

    [Fact]
    public void Accepts_an_inherited_missing_filter_in_a_pod_spec() =>
        Findings(Plain with { Format = "pod", Seccomp = Setting.Inherited(SeccompProfile.Unconfined) }).ShouldBeEmpty();

    [Theory]
    [InlineData(SeccompProfile.Default)]
    [InlineData(SeccompProfile.Localhost)]
    public void Accepts_every_explicit_filter(SeccompProfile profile) =>
        Findings(Plain with { Seccomp = Setting.Explicit(profile) }).ShouldBeEmpty();

    [Fact]
    public void Finds_no_new_privileges_when_switched_off_by_somebody() =>
        Findings(Plain with { NoNewPrivileges = Setting.Explicit(false) }).ShouldHaveSingleItem()
            .ShouldBe(new StartupFinding(StartupClass.Options, "no-new-privileges", "no-new-privileges:false", Severity.Low,
                Basis.Explicit));

    [Fact]
    public void Finds_inherited_defaults_when_the_policy_asks_for_them()
    {
        StartupPolicy policy = StartupPolicy.Default with { AlarmOnInheritedDefault = true };
        ContainerSpec spec = Plain with { Format = "pod", Seccomp = Setting.Inherited(SeccompProfile.Unconfined) };

        ImmutableArray<StartupFinding> findings = StartupChecks.Evaluate(spec, policy).Findings;

        findings.Select(finding => (finding.Content, finding.Severity, finding.Basis)).ShouldBe(
        [
            ("seccomp=unconfined", Severity.Low, Basis.Inherited),
            ("no-new-privileges:false", Severity.Low, Basis.Inherited),
        ]);
    }

    [Fact]
    public void Finds_nothing_in_what_the_description_cannot_tell()
    {
        ContainerSpec spec = new() { Name = "x", Format = "oci", Seccomp = Setting.Unknown(SeccompProfile.Unconfined) };

        StartupPolicy all = StartupPolicy.Default with { AlarmOnInheritedDefault = true };

        StartupChecks.Evaluate(spec, all).Findings.ShouldBeEmpty();
    }

    [Fact]
    public void Lists_host_namespaces_in_one_order_however_they_were_given()
    {
        ContainerSpec spec = Plain with
        {
            HostNamespaces = [new HostNamespace("network", Basis.Explicit), new HostNamespace("pid", Basis.Explicit),
                new HostNamespace("network", Basis.Explicit)],
        };

        Findings(spec).ShouldHaveSingleItem().ShouldBe(
            new StartupFinding(StartupClass.Namespaces, "namespaces", "namespaces:[pid,network]", Severity.Medium, Basis.Explicit));
    }

    [Fact]
    public void Asks_a_sandbox_for_its_namespaces_only()
    {
        ContainerSpec sandbox = Plain with
        {
            IsSandbox = true,
            Privileged = Setting.Explicit(true),
            Mounts = [new ContainerMount("/etc", "/e", "rw", "rprivate", "bind")],
            HostNamespaces = [new HostNamespace("ipc", Basis.Explicit)],
        };

        Findings(sandbox).ShouldHaveSingleItem().Content.ShouldBe("namespaces:[ipc]");
    }

    [Fact]
    public void Skips_windows_containers()
    {
        ContainerSpec spec = Plain with
        {
            OperatingSystem = "windows",
            Privileged = Setting.Explicit(true),
            HostNamespaces = [new HostNamespace("network", Basis.Explicit)]
        };

        Findings(spec).ShouldBeEmpty();
    }

    private static ImmutableArray<StartupFinding> Findings(ContainerSpec spec) =>
        StartupChecks.Evaluate(spec, StartupPolicy.Default).Findings;
}
