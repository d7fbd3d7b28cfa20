using Detection.Tests.VulnerabilityEscape;
using FsCheck;
using FsCheck.Fluent;
using Pipeline.Domain.Alarms;
using Testing.Scripts;

namespace Detection.Tests.Laws;

/// <summary>The laws are worth what happens in the logs that they are tried on.</summary>
public sealed class EscapeStepsTests
{
    /// <summary>One draw for good: of fresh draws, one in ten shows a rule less than most others.</summary>
    private static readonly Rnd Seed = new(20261124, 1);

    [Fact]
    public void Most_rules_fire_in_the_logs_that_the_laws_are_tried_on()
    {
        string[] rules = [.. LogGenerator.Scripts().Generator.Sample(200, Seed, 150).SelectMany(log =>
            log.OnKernel(Escapes.Detector)).OfType<AlarmRaised>()
            .Select(alarm => alarm.RuleId).Distinct().Order()];

        rules.Length.ShouldBeGreaterThanOrEqualTo(12, string.Join(' ', rules));
    }
}
