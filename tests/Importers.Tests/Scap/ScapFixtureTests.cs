using System.Diagnostics;
using System.Text.RegularExpressions;
using Agents.Importers;
using Pipeline.Detection;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Containers;
using Pipeline.Domain.Events;
using Pipeline.Domain.Kernel;

namespace Importers.Tests.Scap;

/// <summary>Real captures, beside the repository.</summary>
public sealed partial class ScapFixtureTests
{
    private const string Falco = "FX01_falco-scap";
    private const string SysFlow = "FX02_sysflow-scap";

    public static TheoryData<string> Captures { get; } =
    [
        $"{Falco}/cat_write.scap", $"{Falco}/connect_localhost.scap", $"{Falco}/open-multiple-files.scap", $"{Falco}/privileged.scap",
        $"{Falco}/run_as_user_0_container.scap", $"{Falco}/run_as_user_65534_container.scap", $"{Falco}/syscall.scap",
        $"{Falco}/write_tmp_test.scap",
        $"{SysFlow}/alpine.scap", $"{SysFlow}/files.scap", $"{SysFlow}/mpm-preforked.cold_start.scap",
        $"{SysFlow}/mpm-preforked.full_capture.scap",
        $"{SysFlow}/setns.scap", $"{SysFlow}/setuid.scap",
    ];

    [Theory]
    [MemberData(nameof(Captures))]
    public void Is_read_to_its_end(string path)
    {
        RecordingReport report = Recorded.Fixture(RecordingFormat.Scap, path).Report;

        report.Complete.ShouldBeTrue();
        report.DamageCount.ShouldBe(0);
        report.Events.ShouldBeGreaterThan(1);
    }

    [Fact]
    public void No_capture_beside_the_repository_is_left_out()
    {
        string[] there = [.. new[] { Falco, SysFlow }.SelectMany(folder => Directory.GetFiles(Recorded.FixturePath(folder), "*.scap"))];

        there.Select(path => $"{Path.GetFileName(Path.GetDirectoryName(path))}/{Path.GetFileName(path)}").Order()
            .ShouldBe(Captures.Select(row => row.Data).Order());
    }

    /// <summary>
    /// sysdig counts the same events of every type. It does not print two kinds that it uses itself: what it knows of processes, and (some
    /// of) the descriptions of containers.
    /// </summary>
    [Theory]
    [MemberData(nameof(Captures))]
    public async Task Has_the_events_that_sysdig_prints(string path)
    {
        Dictionary<string, long> printed = await SysdigAsync(Recorded.FixturePath(path));
        RecordingReport report = Recorded.Fixture(RecordingFormat.Scap, path).Report;

        string[] tables = ["section header", "machine info", "interface list", "user list", "process list entry", "descriptor list entry"];
        Dictionary<string, long> read = report.Types
            .Where(type => !tables.Contains(type.Type) && type.Type is not ("procinfo >" or "container >"))
            .ToDictionary(type => type.Type, type => type.Read);

        read.OrderBy(pair => pair.Key, StringComparer.Ordinal).ShouldBe(printed.OrderBy(pair => pair.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void A_privileged_container_is_described_as_one()
    {
        ContainerRecord container = Recorded.Fixture(RecordingFormat.Scap, $"{Falco}/privileged.scap").Containers().ShouldHaveSingleItem();

        container.Spec!.Privileged.ShouldBe(Setting.Explicit(true));
        (container.Spec.Image, container.Runtime).ShouldBe(("nginx:latest", "docker"));
        container.ContainerId.ShouldStartWith("9dbcbd0c435f");
    }

    [Fact]
    public void A_privileged_container_raises_the_alarm_of_its_start()
    {
        Alarms($"{Falco}/privileged.scap").ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("mpm-preforked.full_capture.scap")]
    [InlineData("mpm-preforked.cold_start.scap")]
    [InlineData("alpine.scap")]
    public void A_containers_ordinary_start_raises_no_alarm(string capture)
    {
        Alarms($"{SysFlow}/{capture}").ShouldBeEmpty();
    }

    [Fact]
    public void A_started_server_is_seen_from_its_engine_to_its_workers()
    {
        Recorded recorded = Recorded.Fixture(RecordingFormat.Scap, $"{SysFlow}/mpm-preforked.full_capture.scap");

        var inside = recorded.Processes().Where(p => !p.Task.ContainerId.IsEmpty && p.Record.Action == ProcessAction.Executed).ToList();

        inside.Select(p => p.Batch.String(p.Task.ExePath)).ShouldContain("/usr/local/apache2/bin/httpd");
        string[] described = [.. recorded.Containers().Select(container => container.ContainerId)];
        inside.Select(p => p.Batch.String(p.Task.ContainerId)).ShouldAllBe(id => described.Contains(id));
        inside.ShouldAllBe(p => p.Task.Flags.HasFlag(TaskFlags.Started));
    }

    private static List<AlarmEvent> Alarms(string path)
    {
        var kernel = new PartitionKernel(Catalog.Detectors);
        return [.. Recorded.Fixture(RecordingFormat.Scap, path).Batches.SelectMany(batch => kernel.Feed(batch))];
    }

    private static async Task<Dictionary<string, long>> SysdigAsync(string capture)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/sysdig"), "sysdig is not installed");
        var start = new ProcessStartInfo("/usr/bin/sysdig") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in new[] { "-r", capture, "-p", "*%evt.num %evt.dir %evt.type" }) start.ArgumentList.Add(argument);
        using Process sysdig = Process.Start(start)!;
        Task<string> errors = sysdig.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string lines = await sysdig.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await sysdig.WaitForExitAsync(TestContext.Current.CancellationToken);
        sysdig.ExitCode.ShouldBe(0, await errors);
        return Printed().Matches(lines)
            .Select(match => $"{match.Groups[2].Value} {match.Groups[1].Value}")
            .Where(type => type is not ("procinfo >" or "container >"))
            .CountBy(type => type).ToDictionary(pair => pair.Key, pair => (long)pair.Value);
    }

    [GeneratedRegex(@"^\d+ ([<>]) (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Printed();
}
