using System.Text.Json;
using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;

namespace Api.Tests;

public sealed class AlarmListTests
{
    [Fact]
    public async Task Asks_for_any_of_the_words_whether_repeated_or_separated_by_commas()
    {
        var alarms = new FakeAlarms();
        await using TestApi api = await TestApi.StartAsync(alarms);

        await api.JsonAsync("/api/alarms?type=abnormal-startup,file-escape&severity=high&severity=critical,%20high&state=open");

        alarms.Asked!.Types.ShouldBe([AlarmType.AbnormalStartup, AlarmType.FileEscape]);
        alarms.Asked.Severities.ShouldBe([Severity.High, Severity.Critical]);
        alarms.Asked.States.ShouldBe([AlarmState.Open]);
    }

    [Fact]
    public async Task Hands_texts_and_times_over_as_they_are_meant()
    {
        var alarms = new FakeAlarms();
        await using TestApi api = await TestApi.StartAsync(alarms);

        await api.JsonAsync(
            "/api/alarms?node=n,1&container=web&image=a%2Fb:1*&rule=AS-01&from=2026-03-01T10:00:00+02:00&to=2026-03-01T08:00:00.0000001Z&limit=500");

        AlarmFilter asked = alarms.Asked.ShouldNotBeNull();
        (asked.Node, asked.Container, asked.Image, asked.Rule, alarms.Limit).ShouldBe(("n,1", "web", "a/b:1*", "AS-01", 500));
        asked.From.ShouldBe(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));
        asked.To.ShouldBe(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero).AddTicks(1));
    }

    [Fact]
    public async Task Asks_without_restriction_for_fifty_when_nothing_is_said()
    {
        var alarms = new FakeAlarms();
        await using TestApi api = await TestApi.StartAsync(alarms);

        JsonElement page = await api.JsonAsync("/api/alarms");

        alarms.Limit.ShouldBe(50);
        alarms.Asked!.Types.ShouldBeEmpty();
        (alarms.Asked.Node, alarms.Asked.From).ShouldBe((null, null));
        page.GetProperty("alarms").GetArrayLength().ShouldBe(0);
        page.GetProperty("next").ValueKind.ShouldBe(JsonValueKind.Null);
    }
}
