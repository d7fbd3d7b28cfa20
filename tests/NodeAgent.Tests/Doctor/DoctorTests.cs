using System.Net.Sockets;
using System.Text.Json;
using Agents.NodeAgent;
using Agents.NodeAgent.Docker;
using Agents.NodeAgent.Doctor;
using Agents.NodeAgent.Shipping.Spool;
using Testing;

namespace NodeAgent.Tests.Doctor;

public sealed class DoctorTests : IDisposable
{
    private const ulong Everything = ulong.MaxValue;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("6.18.44", true)]
    [InlineData("5.11.0-generic", true)]
    [InlineData("5.4.0-150-generic", false)]
    [InlineData("4.18.0-553.el8_10.x86_64", false)]
    [InlineData("strange", true)]
    public void Judges_the_kernels_release(string release, bool good) =>
        KernelChecks.Release(release).Verdict.ShouldBe(good ? Verdict.Ok : Verdict.Fail);

    [Fact]
    public void Names_the_rights_that_are_missing_and_what_they_are_for()
    {
        KernelChecks.Rights(Everything).Verdict.ShouldBe(Verdict.Ok);
        // CAP_SYS_ADMIN stands in for CAP_BPF and CAP_PERFMON.
        KernelChecks.Rights(1UL << 21 | 1UL << 19 | 1UL << 2).Verdict.ShouldBe(Verdict.Ok);
        Finding none = KernelChecks.Rights(0);
        none.Verdict.ShouldBe(Verdict.Fail);
        none.Found.ShouldContain("CAP_BPF");
        none.Blind.ShouldContain("escapes");
        KernelChecks.Rights(Everything & ~(1UL << 19)).Verdict.ShouldBe(Verdict.Warn);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("[none] integrity confidentiality\n", true)]
    [InlineData("none [integrity] confidentiality\n", true)]
    [InlineData("none integrity [confidentiality]\n", false)]
    public void Judges_lockdown(string? state, bool good) =>
        KernelChecks.LockdownState(state).Verdict.ShouldBe(good ? Verdict.Ok : Verdict.Fail);

    [Theory]
    [InlineData("1 2 0:3 / /a rw - cgroup2 cgroup2 rw\n", "version 2")]
    [InlineData("1 2 0:3 / /a rw - cgroup cgroup rw,pids\n", "version 1")]
    [InlineData("1 2 0:3 / /a rw - cgroup cgroup rw,pids\n1 2 0:3 / /b rw - cgroup2 none rw\n", "version 1 and 2 (hybrid)")]
    [InlineData("", "not mounted")]
    public void Tells_the_version_of_cgroups(string mountinfo, string found) => KernelChecks.Cgroups(mountinfo).Found.ShouldBe(found);

    [Fact]
    public void Warns_of_a_clock_that_nothing_keeps_right()
    {
        ClockCheck.Judge(synchronised: true, mostErrorUs: 20_000).Verdict.ShouldBe(Verdict.Ok);
        ClockCheck.Judge(synchronised: false, mostErrorUs: 20_000).Verdict.ShouldBe(Verdict.Warn);
        ClockCheck.Judge(synchronised: true, mostErrorUs: 16_000_000).Verdict.ShouldBe(Verdict.Warn);
    }

    [Fact]
    public async Task Finds_all_well_where_it_is()
    {
        using var kafka = new MockBroker();
        kafka.CreateTopic("node-events", 3);
        using var engine = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        engine.Bind(new UnixDomainSocketEndPoint(_directory["d.sock"]));
        engine.Listen();

        List<Finding> findings = await DoctorReport.FindAsync(Options(kafka.BootstrapServers));

        Verdict Of(string check) => findings.Single(finding => finding.Check == check).Verdict;
        Of("Kafka").ShouldBe(Verdict.Ok);
        Of("container engine").ShouldBe(Verdict.Ok);
        Of("state").ShouldBe(Verdict.Ok);
        Of("spool").ShouldBe(Verdict.Ok);
    }

    [Fact]
    public async Task Says_what_to_do_and_what_is_blind_where_things_are_missing()
    {
        File.WriteAllText(_directory["state"], "a file");

        DoctorOptions options = Options($"127.0.0.1:{FreePort.Next()}") with { Patience = TimeSpan.FromMilliseconds(200) };
        List<Finding> findings = await DoctorReport.FindAsync(options);

        Finding[] missing = [.. findings.Where(finding => finding.Check is "Kafka" or "container engine" or "state" or "spool")];
        missing.Length.ShouldBe(4);
        foreach (Finding finding in missing)
        {
            finding.Verdict.ShouldNotBe(Verdict.Ok);
            finding.Advice.ShouldNotBeEmpty();
            finding.Blind.ShouldNotBeEmpty();
        }

        DoctorReport.ExitCode(findings).ShouldBe(1);
    }

    [Fact]
    public void Prints_a_table_and_json_with_the_same_findings()
    {
        Finding[] findings = [new("a", Verdict.Ok, "fine"), new("long name", Verdict.Warn, "odd", "mend it", "some alarms")];
        var table = new StringWriter();

        DoctorReport.WriteTable(findings, table);

        table.ToString().ShouldBe("ok    a          fine\nwarn  long name  odd\n                 do: mend it\n                 blind: some alarms\n");
        JsonElement json = JsonDocument.Parse(DoctorReport.ToJson(findings)).RootElement;
        json[1].GetProperty("verdict").GetString().ShouldBe("warn");
        json[1].GetProperty("blind").GetString().ShouldBe("some alarms");
        DoctorReport.ExitCode(findings).ShouldBe(0);
    }

    private DoctorOptions Options(string brokers) => new()
    {
        Brokers = brokers,
        Topic = "node-events",
        StateDirectory = _directory["state"],
        Spool = new SpoolOptions(Path.Combine(_directory["state"], "spool"), 1024 * 1024),
        Sources = new ContainerSources([new DockerOptions { Socket = _directory["d.sock"] }]),
    };
}
