using Detection.Tests.Proof;
using Pipeline.Detection;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Containers;
using Pipeline.Domain.Events;
using Testing;
using Testing.Scripts;

namespace Detection.Tests.AbnormalStartup;

/// <summary>
/// When the startup detector speaks and when it only counts. What the checks find in a description is tested with the checks.
/// </summary>
public sealed class AbnormalStartupDetectorTests
{
    private const string Raised = "raised AS-01 High web: privileged:true";

    private static readonly ContainerSpec WithEtc = Some.PlainSpec() with { Mounts = [new("/etc", "/host/etc", "rw", "rprivate", "bind")] };

    [Fact]
    [Spares("AS-01 to AS-03")]
    public void Says_nothing_of_a_plain_container() =>
        Script.OnNode("n1").Created("c1", Some.PlainSpec()).After(0.2).Started("c1").After(60).Died("c1").Removed("c1")
            .ThenAlarms(Catalog.Detectors);

    [Fact]
    [Raises("AS-01")]
    public void Raises_when_the_description_is_known_and_confirms_at_the_start() =>
        Script.OnNode("n1").Created("c1", Some.PrivilegedSpec()).After(0.2).Started("c1")
            .ThenAlarms(Catalog.Detectors, Raised, "confirmed AS-01");

    [Fact]
    [Raises("AS-01")]
    public void Raises_only_when_a_created_container_never_starts() =>
        Script.OnNode("n1").Created("c1", Some.PrivilegedSpec()).After(60).Removed("c1").ThenAlarms(Catalog.Detectors, Raised);

    [Fact]
    [Raises("AS-01")]
    public void Labels_a_container_that_was_there_before_the_agent_looked() =>
        Script.OnNode("n1").Existing("c1", Some.PrivilegedSpec()).ThenAlarms(Catalog.Detectors, Raised + " [existing]", "confirmed AS-01");

    [Fact]
    [Raises("AS-01")]
    public void Does_not_confirm_an_existing_container_that_does_not_run() =>
        Script.OnNode("n1").Existing("c1", Some.PrivilegedSpec(), running: false).ThenAlarms(Catalog.Detectors, Raised + " [existing]");

    [Fact]
    [Raises("AS-01")]
    public void Does_not_count_a_container_again_when_it_is_announced_again() =>
        Script.OnNode("n1").Created("c1", Some.PrivilegedSpec()).Started("c1").After(300).Existing("c1", Some.PrivilegedSpec())
            .After(300).Existing("c1", Some.PrivilegedSpec())
            .ThenAlarms(Catalog.Detectors, Raised, "confirmed AS-01");

    [Fact]
    [Raises("AS-01")]
    public void Does_not_count_a_start_twice_that_the_listing_saw_already() =>
        Script.OnNode("n1").Existing("c1", Some.PrivilegedSpec(), pid: 42).Started("c1", pid: 42)
            .ThenAlarms(Catalog.Detectors, Raised + " [existing]", "confirmed AS-01");

    [Fact]
    [Raises("AS-01")]
    public void Counts_a_restart_as_a_recurrence() =>
        Script.OnNode("n1").Created("c1", Some.PrivilegedSpec()).Started("c1", 10).After(60).Died("c1").After(1).Started("c1", 11)
            .ThenAlarms(Catalog.Detectors, Raised, "confirmed AS-01", "recurred AS-01 x2");

    [Fact]
    [Raises("AS-01")]
    public void Counts_a_new_container_of_the_same_name_and_image_as_a_recurrence() =>
        Script.OnNode("n1").Created("c1", Some.PrivilegedSpec()).Started("c1").After(60).Removed("c1").After(60)
            .Created("c2", Some.PrivilegedSpec()).Started("c2")
            .ThenAlarms(Catalog.Detectors, Raised, "confirmed AS-01", "recurred AS-01 x2");

    [Fact]
    [Raises("AS-01")]
    public void Makes_one_alarm_of_a_workload_that_crashes_all_day()
    {
        var script = Script.OnNode("n1");
        for (int pod = 0; pod < 40; pod++)
        {
            ContainerSpec spec = Some.PrivilegedSpec("agent") with { Pod = new PodFacts("kube-system", $"agent-{pod:x5}", "uid", "DaemonSet", "agent", "sa") };
            script.Created($"c{pod}", spec).After(0.1).Started($"c{pod}").After(600).Removed($"c{pod}");
        }

        var alarms = script.Run(Catalog.Detectors);

        alarms.OfType<AlarmRaised>().Count().ShouldBe(1);
        alarms.OfType<AlarmRecurred>().Last().Occurrences.ShouldBe(40);
    }

    [Fact]
    [Raises("AS-01")]
    public void Keeps_two_containers_of_one_pod_apart()
    {
        var pod = new PodFacts("shop", "cart-1", "uid", "Deployment", "cart", "sa");

        var alarms = Script.OnNode("n1")
            .Created("c1", Some.PrivilegedSpec("app") with { Pod = pod }).Created("c2", Some.PrivilegedSpec("sidecar") with { Pod = pod })
            .Run(Catalog.Detectors);

        alarms.OfType<AlarmRaised>().Select(a => a.Subject).ShouldBe(["app", "sidecar"]);
    }

    [Fact]
    [Raises("AS-01")]
    public void Begins_a_new_alarm_a_day_after_the_first() =>
        Script.OnNode("n1").Created("c1", Some.PrivilegedSpec()).Started("c1", 10).After(24 * 3600 + 1).Started("c1", 11)
            .ThenAlarms(Catalog.Detectors, Raised, "confirmed AS-01", Raised, "confirmed AS-01");

    [Fact]
    [Raises("AS-01")]
    public void Knows_the_alarm_again_after_a_reboot_of_the_node() =>
        Script.OnNode("n1").Created("c1", Some.PrivilegedSpec()).Started("c1", 10).After(60).Reboot()
            .Existing("c1", Some.PrivilegedSpec(), running: false).Started("c1", 7)
            .ThenAlarms(Catalog.Detectors, Raised, "confirmed AS-01", "recurred AS-01 x2");

    [Fact]
    [Raises("AS-01")]
    public void Raises_what_only_a_better_description_shows() =>
        Script.OnNode("n1").Created("c1", Some.PlainSpec()).Started("c1").After(1).Described("c1", Some.PrivilegedSpec())
            .ThenAlarms(Catalog.Detectors, Raised, "confirmed AS-01");

    [Fact]
    [Raises("AS-01")]
    public void Judges_a_container_that_started_before_it_was_described() =>
        Script.OnNode("n1").Started("c1").After(1).Described("c1", Some.PrivilegedSpec())
            .ThenAlarms(Catalog.Detectors, Raised, "confirmed AS-01");

    [Fact]
    [Raises("AS-01")]
    public void Takes_an_id_that_was_given_out_again_for_a_new_container() =>
        Script.OnNode("n1").Created("job", Some.PrivilegedSpec()).Started("job").After(1).Removed("job").After(5)
            .Created("job", Some.PrivilegedSpec()).Started("job")
            .ThenAlarms(Catalog.Detectors, Raised, "confirmed AS-01", "recurred AS-01 x2");

    [Fact]
    [Raises("AS-01", "AS-02", "AS-03")]
    public void Raises_one_alarm_for_each_class()
    {
        ContainerSpec spec = WithEtc with { Privileged = Setting.Explicit(true), HostNamespaces = [new("pid", Basis.Explicit)] };

        var raised = Script.OnNode("n1").Created("c1", spec).Run(Catalog.Detectors).OfType<AlarmRaised>().ToList();

        raised.Select(a => (a.RuleId, a.ClassId)).ShouldBe([("AS-01", "container_1003"), ("AS-02", "container_1004"), ("AS-03", "container_1001")]);
        raised.ShouldAllBe(a => a.Outcome == Outcome.SystemVulnerability && a.Type == AlarmType.AbnormalStartup);
    }

    [Fact]
    [Raises("AS-01")]
    public void Gives_the_payload_with_basis_and_severity_and_the_implied_settings_as_evidence()
    {
        AlarmRaised alarm = RaisedBy(Some.PrivilegedSpec());

        alarm.Content.ShouldHaveSingleItem().ShouldBe(new ContentItem("privileged", "privileged:true", Severity.High, "explicit"));
        Evidence evidence = alarm.Evidence.ShouldHaveSingleItem();
        evidence.Facts["settings"].ShouldBe("privileged:true");
        evidence.Facts["implied"].ShouldContain("seccomp=unconfined");
        evidence.Facts["image"].ShouldBe("nginx:1.27");
    }

    [Theory]
    [InlineData("/etc", "rw", "T1610")]
    [InlineData("/", "ro", "T1610")]
    [InlineData("/", "rw", "T1610 T1611")]
    [InlineData("/var/run/docker.sock", "ro", "T1610 T1611")]
    [Raises("AS-02")]
    public void Names_the_escape_technique_where_a_mount_is_a_way_out(string source, string mode, string techniques) =>
        string.Join(' ', RaisedBy(Some.PlainSpec() with { Mounts = [new(source, "/x", mode, "rprivate", "bind")] }).Attack).ShouldBe(techniques);

    [Fact]
    [Raises("AS-02")]
    public void Tells_what_to_do_in_words()
    {
        AlarmRaised alarm = RaisedBy(WithEtc);

        alarm.Title.ShouldBe("Container web has sensitive directories or sockets of the host mounted: host paths");
        alarm.Recommendation.ShouldContain("Find out who started this container");
        alarm.Recommendation.ShouldContain("read-only");
    }

    [Fact]
    [Raises("AS-01")]
    public void Names_the_workload_that_the_container_belongs_to()
    {
        AlarmSource source = RaisedBy(Some.PrivilegedSpec() with { Pod = new PodFacts("shop", "cart-7f-x", "uid", "Deployment", "cart", "sa") }).Source;

        source.ShouldBe(new AlarmSource("n1", "boot-1-of-n1", "c1", "web", "nginx:1.27", "sha256:0123", "shop", "cart-7f-x", "Deployment/cart"));
    }

    [Fact]
    [Raises("AS-01")]
    public void Ignores_everything_else_an_engine_reports()
    {
        var script = Script.OnNode("n1").Created("c1", Some.PrivilegedSpec()).Started("c1");
        ContainerAction[] others =
        [
            ContainerAction.Paused, ContainerAction.Unpaused, ContainerAction.ExecCreated, ContainerAction.ExecStarted, ContainerAction.ExecDied,
            ContainerAction.Unknown,
        ];
        foreach (ContainerAction action in others)
            script.Container(new ContainerRecord { Action = action, ContainerId = "c1" });

        script.ThenAlarms(Catalog.Detectors, Raised, "confirmed AS-01");
    }

    private static AlarmRaised RaisedBy(ContainerSpec spec) =>
        Script.OnNode("n1").Created("c1", spec).Run(Catalog.Detectors).OfType<AlarmRaised>().ShouldHaveSingleItem();
}
