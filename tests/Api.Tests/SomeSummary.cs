using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;
using Testing;

namespace Api.Tests;

/// <summary>Throw-away rows of the list.</summary>
internal static class SomeSummary
{
    public static AlarmSummary Of(string name) => new(
        SomeAlarm.Id(name), AlarmType.AbnormalStartup, "AS-01", "container_1003", "Container started with too much power", Severity.High,
        Outcome.SystemVulnerability, AlarmState.Open, SomeAlarm.Source, "web", ["privileged:true"], 1, SomeAlarm.Moment, SomeAlarm.Moment, null,
        SomeAlarm.Moment, [], null, "", null, null);
}
