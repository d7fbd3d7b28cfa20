using Pipeline.Domain.Alarms;
using Testing;

namespace Domain.Tests.Alarms;

public sealed class AlarmStandingTests
{
    private static readonly AlarmStanding Open = new(AlarmType.AbnormalStartup, Outcome.SystemVulnerability, AlarmState.Open, false, "");

    [Fact]
    public void Every_action_that_leads_away_from_a_state_has_one_that_leads_back()
    {
        foreach (AlarmAction action in Open.AcceptedActions())
        {
            AlarmStanding after = Open.After(action, "bob", Guid.NewGuid());

            if (after != Open) after.AcceptedActions().ShouldContain(inverse => after.After(inverse, "", null) == Open, $"{action}");
        }
    }

    [Fact]
    public void What_is_resolved_is_not_resolved_again()
    {
        AlarmAction[] resolving = [AlarmAction.Handle, AlarmAction.Ignore, AlarmAction.Close, AlarmAction.Whitelist];
        foreach (AlarmAction first in resolving)
            foreach (AlarmAction second in resolving)
                Open.After(first).WhyNot(second).ShouldEndWith("already");
    }

    [Theory]
    [InlineData(AlarmType.VulnerabilityEscape, Outcome.AttackSuccess, false)]
    [InlineData(AlarmType.FileEscape, Outcome.AttackSuccess, false)]
    [InlineData(AlarmType.FileEscape, Outcome.AttackBlocked, true)]
    [InlineData(AlarmType.MaliciousProgram, Outcome.AttackSuccess, true)]
    public void A_successful_escape_cannot_be_ignored(AlarmType type, Outcome outcome, bool accepted) =>
        (Open with { Type = type, Outcome = outcome }).AcceptedActions().Contains(AlarmAction.Ignore).ShouldBe(accepted);

    [Theory]
    [InlineData(AlarmAction.Assign, "", "", null, "assignee")]
    [InlineData(AlarmAction.Comment, "bob", "text", null, "assignee")]
    [InlineData(AlarmAction.Comment, "", "", null, "reason")]
    [InlineData(AlarmAction.Close, "", "", null, "verdict")]
    [InlineData(AlarmAction.Handle, "", "", Verdict.Benign, "verdict")]
    [InlineData(AlarmAction.WithdrawComment, "", "", null, "comment")]
    [InlineData(AlarmAction.Whitelist, "", "", null, "action")]
    public void A_command_that_lacks_or_has_too_much_is_at_fault(AlarmAction action, string assignee, string reason, Verdict? verdict, string field) =>
        AlarmHandling.Fault(new AlarmCommand(Guid.NewGuid(), action, "alice", "api", reason, assignee, verdict)).ShouldStartWith($"{field}: ");

    [Fact]
    public void The_state_that_an_action_states_is_the_one_that_the_view_has()
    {
        AlarmView view = AlarmView.Apply(null, SomeAlarm.Raised("a"))!;
        AlarmAction[] actions =
            [AlarmAction.Acknowledge, AlarmAction.Assign, AlarmAction.Comment, AlarmAction.Close, AlarmAction.Reopen, AlarmAction.Whitelist, AlarmAction.Unwhitelist];
        foreach (AlarmAction action in actions)
        {
            AlarmActionTaken taken = AlarmHandling.Event(view.Raised.AlarmId, view.Standing(), SomeCommand.To(action), SomeAlarm.Moment);

            view = AlarmView.Apply(view, taken)!;

            view.Standing().State.ShouldBe(taken.State);
            view.Standing().Acknowledged.ShouldBe(taken.Acknowledged);
        }

        (view.State, view.Assignee, view.Resolution, view.Version).ShouldBe((AlarmState.Acknowledged, "bob", null, actions.Length + 1));
    }
}
