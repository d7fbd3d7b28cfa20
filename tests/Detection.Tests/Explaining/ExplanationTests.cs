using Detection.Tests.HighRiskSystemCall;
using Pipeline.Detection;
using Pipeline.Detection.Explaining;
using Pipeline.Detection.HighRiskSystemCall;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Containers;
using Pipeline.Domain.Identity;
using Testing;
using Testing.Scripts;

namespace Detection.Tests.Explaining;

/// <summary>Why an event did or did not alarm, told from the log alone.</summary>
public sealed class ExplanationTests
{
    [Fact]
    public void An_alarm_is_explained_by_the_conditions_that_held()
    {
        DetectorReasons told = OfLast(CallScript.InContainer().Calls("setns", -1), "high-risk-system-call");

        RuleReasons rule = told.Rules.Single(r => r.RuleId == "SC-03");
        rule.Failed.ShouldBeNull();
        rule.Conditions.Select(c => $"{c.Text}: {c.Value}").ShouldContain("it succeeded or was refused: -1 EPERM");
        told.Alarms.ShouldHaveSingleItem().ShouldBeOfType<AlarmRaised>().RuleId.ShouldBe("SC-03");
    }

    [Fact]
    public void Silence_is_explained_by_the_first_condition_that_failed()
    {
        DetectorReasons told = OfLast(CallScript.InContainer().Calls("ptrace", 0, 17), "high-risk-system-call");

        Condition failed = told.Rules.Single(r => r.RuleId == "SC-02").Failed.ShouldNotBeNull();
        failed.Text.ShouldBe("its arguments are of a class that is on: trace-me, trace-other-container, trace");
        failed.Value.ShouldStartWith("0x11 ");
        told.Alarms.ShouldBeEmpty();
    }

    [Fact]
    public void A_suppression_is_named()
    {
        DetectorReasons told = OfLast(CallScript.InContainer().Calls("clone3", -38, 0), "high-risk-system-call");

        told.Rules.Single(r => r.RuleId == "SC-04").Failed.ShouldNotBeNull().Value.ShouldContain("falls back to clone");
    }

    [Fact]
    public void An_exception_of_the_policy_is_named()
    {
        var policy = new DetectionPolicy
        {
            HighRiskSystemCall = new SystemCallPolicy { Exceptions = [new("*", "/bin/app", ["setns"], "our network plug-in")] },
        };

        DetectorReasons told = OfLast(CallScript.InContainer().Calls("setns", 0), "high-risk-system-call", policy);

        told.Rules.Single(r =>
            r.RuleId == "SC-03").Failed.ShouldNotBeNull().Value.ShouldBe("image *, program /bin/app: our network plug-in");
    }

    [Fact]
    public void A_startup_is_explained_by_settings_and_exceptions()
    {
        ContainerSpec spec = Some.PlainSpec("web") with
        {
            Mounts = [new("/etc/hosts", "/etc/hosts", "rw", "rprivate", "bind"), new("/srv", "/srv", "rw", "rprivate", "bind")],
        };

        DetectorReasons told = OfLast(Script.OnNode("n1").Created("c1", spec), "abnormal-startup");

        told.Rules.Select(r => r.RuleId).ShouldBe(["AS-01", "AS-02", "AS-03"]);
        told.Rules[0].Failed.ShouldNotBeNull().Value.ShouldContain("privileged False");
        told.Rules[1].Failed.ShouldNotBeNull().Value.ShouldBe("/etc/hosts (bind, rw): exception /etc/hosts; /srv (bind, rw): not guarded");
    }

    [Fact]
    public void An_elevation_that_was_none_is_explained() =>
        OfLast(Script.OnNode("n1").By("c1").Execs("/usr/bin/sudo", "sudo"), "abnormal-startup")
            .Rules.Single(r => r.RuleId == "AS-04").Failed.ShouldBe(new Condition("by a user other than root", "uid 0", false));

    [Fact]
    public void A_detector_that_is_not_shown_the_kind_says_so() =>
        OfLast(CallScript.InContainer().Calls("setns", 0), "abnormal-startup").Listens.ShouldBeFalse();

    [Fact]
    public void All_events_of_a_container_within_a_time_are_explained()
    {
        Script script = Script.OnNode("n1").At("10:00:00").Created("c1", Some.PlainSpec("web")).By("c1")
            .Calls("setns", 0).After(60).Calls("setns", 0).By("c2").Calls("setns", 0).By("c1").Calls("kcmp", 0).After(600).Calls("kcmp", 0);
        DateTimeOffset start = script.Events[0].At.Wall;

        Explanation explanation = Explained(
            script, new Question.OfContainer(new NodeId("n1"), "c1", start.AddSeconds(30), start.AddSeconds(90)), DetectionPolicy.Default);

        explanation.Events.Select(e => e.Id.Sequence).ShouldBe([2L, 4]);
        explanation.Events.ShouldAllBe(e => e.Container == "c1" && e.Program == "/bin/app");
    }

    [Fact]
    public void Batches_and_asking_change_nothing()
    {
        Script script = CallScript.InContainer().Calls("setns", -1).Calls("bpf", -1, 5).Calls("acct", -1).Calls("reboot", -1, 0, 0, 0);
        var question = new Question.OfContainer(new NodeId("n1"), "c1", DateTimeOffset.MinValue, DateTimeOffset.MaxValue);

        Explanation whole = Explained(script, question, DetectionPolicy.Default, batchSize: 256);
        Explanation single = Explained(script, question, DetectionPolicy.Default, batchSize: 1);

        AlarmText.Exact(Alarms(single)).ShouldBe(AlarmText.Exact(Alarms(whole)));
        AlarmText.Exact(Alarms(whole)).ShouldBe(AlarmText.Exact(script.Run(Catalog.Detectors)));
        single.Events.Select(e => e.Id).ShouldBe(whole.Events.Select(e => e.Id));
    }

    [Fact]
    public void More_events_than_wanted_are_only_counted()
    {
        var question = new Question.OfContainer(new NodeId("n1"), "c1", DateTimeOffset.MinValue, DateTimeOffset.MaxValue);
        var explanation = new Explanation(Catalog.Detectors, question, most: 2);
        Script script = CallScript.InContainer().Calls("setns", -1).Calls("setns", -1).Calls("setns", -1);

        foreach (var batch in Batches.Of(script.Events)) explanation.Feed(batch);

        explanation.Events.Length.ShouldBe(2);
        explanation.Asked.ShouldBe(5);
    }

    private static IEnumerable<AlarmEvent> Alarms(Explanation explanation) =>
        explanation.Events.SelectMany(e => e.Detectors.SelectMany(d => d.Alarms));

    private static DetectorReasons OfLast(Script script, string detector, DetectionPolicy? policy = null) =>
        Explained(script, new Question.OfEvent(script.Events[^1].Id), policy ?? DetectionPolicy.Default)
            .Events.ShouldHaveSingleItem().Detectors.Single(d => d.Detector == detector);

    private static Explanation Explained(Script script, Question question, DetectionPolicy policy, int batchSize = 256)
    {
        var explanation = new Explanation(Catalog.Under(policy), question, most: 1000);
        foreach (var batch in Batches.Of(script.Events, batchSize)) explanation.Feed(batch);
        return explanation;
    }
}
