using System.Collections.Concurrent;
using System.Collections.Immutable;
using Pipeline.Detection;
using Pipeline.Detection.Rules;
using Pipeline.Domain.Alarms;
using Testing.Scripts;

namespace Detection.Tests.Proof;

/// <summary>A script that a test has run: who judged it, and the rules of the alarms that they raised.</summary>
public sealed record JudgedScript(ImmutableHashSet<string> Detectors, ImmutableHashSet<string> Raised);

/// <summary>
/// Holds every alarm of every script against the facts of its rule, and remembers by test what was raised. Thread-safe.
/// </summary>
public static class JudgedScripts
{
    private static readonly ConcurrentDictionary<string, ImmutableArray<JudgedScript>> ByTest = new();
    private static readonly ImmutableDictionary<string, RuleFacts> Rules = Catalog.Rules.ToImmutableDictionary(rule => rule.Id);

    public static ImmutableArray<JudgedScript> Of(string test) => ByTest.GetValueOrDefault(test, []);

    internal static void Carry(ScriptRun run)
    {
        AlarmRaised[] raised = [.. run.Alarms.OfType<AlarmRaised>()];
        foreach (AlarmRaised alarm in raised) Agrees(alarm);
        foreach (AlarmEscalated alarm in run.Alarms.OfType<AlarmEscalated>())
        {
            // Of an alarm that was raised before the script began nothing is known.
            if (raised.FirstOrDefault(r => r.AlarmId == alarm.AlarmId) is { } first)
                (alarm.Severity <= Rules[first.RuleId].Most).ShouldBeTrue($"{first.RuleId} {alarm.Severity}");
        }

        var judged = new JudgedScript(
            [.. run.Detectors.Select(detector => detector.Spec.Name)], [.. raised.Select(alarm => alarm.RuleId)]);
        if (TestContext.Current.Test?.UniqueID is { } test) ByTest.AddOrUpdate(test, [judged], (_, before) => before.Add(judged));
    }

    private static void Agrees(AlarmRaised alarm)
    {
        RuleFacts rule = Rules.GetValueOrDefault(alarm.RuleId).ShouldNotBeNull($"{alarm.RuleId} is not in the catalogue");
        alarm.Type.ShouldBe(rule.Detector.Type, rule.Id);
        rule.ClassIds.ShouldContain(alarm.ClassId, rule.Id);
        (alarm.Severity >= rule.Least && alarm.Severity <= rule.Most).ShouldBeTrue($"{rule.Id} {alarm.Severity}");
        alarm.Attack.Except(rule.Attack).ShouldBeEmpty(rule.Id);
    }
}
