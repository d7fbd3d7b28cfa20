using System.Collections.Immutable;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;
using Testing;
using Testing.Scripts;

namespace Domain.Tests.Kernel;

/// <summary>How repeats become few events without losing count, and when an alarm is a new one.</summary>
public sealed class AlarmJournalTests
{
    private const string Raised = "raised PR-01 Low c1: ";
    private static readonly ImmutableArray<DetectorFactory> Probe = ProbeDetector.Alone;

    [Fact]
    public void Tells_the_first_repeat_at_once() =>
        Script.OnNode("n1").Exec("c1", "/a").After(0.1).Exec("c1", "/a").ThenAlarms(Probe, Raised, "recurred PR-01 x2");

    [Fact]
    public void Holds_further_repeats_of_the_same_second_until_the_watermark_has_passed_it() =>
        Script.OnNode("n1").Exec("c1", "/a").After(0.1).Exec("c1", "/a").After(0.1).Exec("c1", "/a").Exec("c1", "/a").After(4).Heartbeat()
            .ThenAlarms(Probe, Raised, "recurred PR-01 x2", "recurred PR-01 x4");

    [Fact]
    public void Tells_nothing_of_them_while_the_watermark_has_not() =>
        Script.OnNode("n1").Exec("c1", "/a").After(0.1).Exec("c1", "/a").After(0.1).Exec("c1", "/a").After(1).Heartbeat()
            .ThenAlarms(Probe, Raised, "recurred PR-01 x2");

    [Fact]
    public void Tells_at_most_one_repeat_a_second_while_they_go_on_and_the_exact_total_at_the_end()
    {
        var script = Script.OnNode("n1");
        for (int i = 0; i < 10_000; i++) script.Exec("c1", "/a").After(0.001);
        script.After(5).Heartbeat();

        var recurred = script.Run(Probe).OfType<AlarmRecurred>().ToList();

        recurred.Count.ShouldBeInRange(10, 13);
        recurred[^1].Occurrences.ShouldBe(10_000);
        recurred.Select(r => r.Occurrences).ShouldBeInOrder();
    }

    [Fact]
    public void Counts_repeats_that_come_late() =>
        Script.OnNode("n1").Exec("c1", "/a").After(1).Exec("c1", "/a").After(-0.9).Exec("c1", "/a").After(5).Heartbeat()
            .ThenAlarms(Probe, Raised, "recurred PR-01 x2", "recurred PR-01 x3");

    [Fact]
    public void Tells_worse_severity_at_once_and_once() =>
        Script.OnNode("n1").Exec("c1", "/a").Exec("c1", "/bin/worse").Exec("c1", "/bin/worse").After(4).Heartbeat()
            .ThenAlarms(Probe, Raised, "escalated PR-01 High AttackAttempt", "recurred PR-01 x3");

    [Fact]
    public void Tells_that_an_attempt_succeeded_and_keeps_the_worst_of_both() =>
        Script.OnNode("n1").Exec("c1", "/bin/worse").Exec("c1", "/bin/works").After(4).Heartbeat()
            .ThenAlarms(Probe, "raised PR-01 High c1: ", "escalated PR-01 High AttackSuccess", "recurred PR-01 x2");

    [Fact]
    public void Keeps_nodes_apart() =>
        Script.OnNode("n1").Exec("c1", "/a").Node("n2").Exec("c1", "/a").ThenAlarms(Probe, Raised, Raised);

    [Fact]
    public void Begins_a_new_alarm_when_the_episode_is_over() =>
        Script.OnNode("n1").Exec("c1", "/a").After(24 * 3600).Exec("c1", "/a").ThenAlarms(Probe, Raised, Raised);

    [Fact]
    public void Tells_what_it_held_before_it_begins_a_new_alarm() =>
        Script.OnNode("n1").After(0.1).Exec("c1", "/a").Exec("c1", "/a").Exec("c1", "/a").After(24 * 3600).Exec("c1", "/a")
            .ThenAlarms(Probe, Raised, "recurred PR-01 x2", "recurred PR-01 x3", Raised);

    [Fact]
    public void Begins_a_new_alarm_after_quiet_where_the_rule_says_so() =>
        Script.OnNode("n1").Exec("c1", "/a").After(500).Exec("c1", "/a").After(599).Exec("c1", "/a").After(600).Exec("c1", "/a")
            .ThenAlarms(
                [new(ProbeDetector.Description, () => new ProbeDetector(600 * EventTime.NanosecondsPerSecond))],
                Raised, "recurred PR-01 x2", "recurred PR-01 x3", Raised);

    [Fact]
    public void Goes_on_with_the_alarm_after_a_reboot() =>
        Script.OnNode("n1").Exec("c1", "/a").Reboot().Exec("c1", "/a").ThenAlarms(Probe, Raised, "recurred PR-01 x2");

    [Fact]
    public void Ends_an_episode_across_a_reboot_by_wall_time() =>
        Script.OnNode("n1").Exec("c1", "/a").Reboot().After(24 * 3600).Exec("c1", "/a").ThenAlarms(Probe, Raised, Raised);

    [Fact]
    public void Is_not_deceived_by_a_wall_clock_that_is_set() =>
        Script.OnNode("n1").At("00:00:00").Exec("c1", "/a").At("23:59:59").After(2).Exec("c1", "/a").At("00:00:00").After(2)
            .Exec("c1", "/a")
            .ThenAlarms(Probe, Raised, "recurred PR-01 x2", "recurred PR-01 x3");

    [Fact]
    public void Gives_the_ids_that_the_document_on_alarms_states()
    {
        AlarmEvent raised = Script.OnNode("n1").Exec("c1", "/a").Run(Probe).Single();

        raised.AlarmId.ShouldBe(DeterministicId.From("alarm", "PR-01", "n1", "PR-01|c1", "n1/boot-1-of-n1/0"));
        raised.EventId.ShouldBe(DeterministicId.From(raised.AlarmId.ToString("N"), "0"));
    }

    [Fact]
    public void Lets_the_quietest_episode_go_at_its_bound_and_loses_no_count()
    {
        var journal = new AlarmJournal(ProbeDetector.Description, capacity: 2);
        journal.Report(Finding("a", 1));
        journal.Report(Finding("a", 2));
        journal.Report(Finding("a", 3));
        journal.Report(Finding("b", 4));
        journal.Report(Finding("c", 5));

        AlarmText.Short(journal.Take().Select(placed => placed.Event))
            .ShouldBe(["raised PR-01 Low a: ", "recurred PR-01 x2", "raised PR-01 Low b: ", "recurred PR-01 x3", "raised PR-01 Low c: "]);
        journal.OpenEpisodes.ShouldBe(2);
        journal.EvictedEpisodes.ShouldBe(1);
    }

    [Fact]
    public void Refuses_a_finding_without_evidence() =>
        Should.Throw<ArgumentException>(() => new AlarmJournal(ProbeDetector.Description).Report(Finding("a", 1) with { Evidence = [] }));

    [Fact]
    public void Cuts_what_is_too_long_to_store()
    {
        var journal = new AlarmJournal(ProbeDetector.Description);
        string huge = new('x', 1_000_000);
        journal.Report(Finding("a", 1) with { Subject = huge, DedupKey = huge, Title = huge, Content = [new("check", huge, Severity.Low, "")] });

        var raised = (AlarmRaised)journal.Take().Single().Event;

        System.Text.Json.JsonSerializer.Serialize(raised).Length.ShouldBeLessThan(64 * 1024);
        raised.DedupKey.Length.ShouldBeLessThanOrEqualTo(512);
    }

    [Fact]
    public void Says_that_evidence_may_be_missing_when_the_window_spans_a_gap()
    {
        var raised = Script.OnNode("n1").Heartbeat().After(30).Lost(3).After(1).Exec("c1", "/a").After(120).Exec("c2", "/a")
            .After(1).LossReport(7).Exec("c3", "/a")
            .Run(Probe).OfType<AlarmRaised>().ToList();

        raised.Select(r => (r.Subject, r.EvidenceComplete)).ShouldBe([("c1", false), ("c2", true), ("c3", false)]);
        raised[0].EvidenceGaps.ShouldBe(["events 1-3 are missing"]);
        raised[2].EvidenceGaps.ShouldBe(["7 events were lost on the node before 6"]);
    }

    private static Finding Finding(string container, long sequence)
    {
        var id = new EventId(new NodeId("n1"), new BootId("b1"), sequence);
        var at = new EventTime(sequence, sequence);
        return new Finding
        {
            RuleId = "PR-01",
            ClassId = "",
            Title = "A program ran",
            Severity = Severity.Low,
            Outcome = Outcome.AttackAttempt,
            Attack = [],
            Source = new AlarmSource("n1", "b1", container, "", "", "", "", "", ""),
            Subject = container,
            Content = [],
            Evidence = [Evidence.Of(id, "process", at, ImmutableSortedDictionary<string, string>.Empty)],
            Cause = id,
            At = at,
            DedupKey = container,
            Recommendation = "",
        };
    }

    [Theory]
    [InlineData(59, true)]
    [InlineData(61, false)]
    public void Says_what_the_container_is_when_that_becomes_known_within_a_minute(double seconds, bool amended) =>
        Script.OnNode("n1").Exec("c1", "/a").After(seconds).Described("c1", Some.PlainSpec()).Described("c1", Some.PlainSpec()).After(5).Heartbeat()
            .ThenAlarms(Probe, amended ? [Raised, "amended PR-01 web nginx:1.27"] : [Raised]);

    [Fact]
    public void Takes_no_other_containers_description_for_it() =>
        Script.OnNode("n1").Exec("c1", "/a").Described("c2", Some.PlainSpec()).Node("n2").Described("c1", Some.PlainSpec())
            .Node("n1").Started("c1").ThenAlarms(Probe, Raised);

    [Fact]
    public void Shows_the_container_in_the_alarm_from_then_on_and_takes_it_for_no_sighting()
    {
        AlarmView view = Script.OnNode("n1").Exec("c1", "/a").After(10).Described("c1", Some.PlainSpec()).Run(Probe)
            .Aggregate((AlarmView?)null, AlarmView.Apply)!;

        view.Raised.Source.Image.ShouldBe("nginx:1.27");
        view.Raised.Source.ContainerId.ShouldBe("c1");
        view.Evidence[^1].Facts["image"].ShouldBe("nginx:1.27");
        view.LastSeen.ShouldBe(view.FirstSeen);
        view.Occurrences.ShouldBe(1);
    }
}
