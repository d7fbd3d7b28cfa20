using Detection.Tests.VulnerabilityEscape;
using FsCheck.Fluent;
using Pipeline.Domain.Alarms;
using Testing.Scripts;

namespace Detection.Tests.Laws;

/// <summary>The laws are worth what happens in the logs that they are tried on.</summary>
public sealed class EscapeStepsTests
{
    [Fact]
    public void Most_rules_fire_in_the_logs_that_the_laws_are_tried_on()
    {
        string[] rules = [.. LogGenerator.Scripts().Generator.Sample(200, 150).SelectMany(log =>
            log.Run(Escapes.Detector)).OfType<AlarmRaised>()
            .Select(alarm => alarm.RuleId).Distinct().Order()];

        rules.Length.ShouldBeGreaterThanOrEqualTo(12, string.Join(' ', rules));
    }
}
