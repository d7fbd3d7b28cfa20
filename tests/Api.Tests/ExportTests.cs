using System.Net;
using System.Text.Json;
using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;
using Testing;

namespace Api.Tests;

public sealed class ExportTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"x\"", "\"say \"\"x\"\"\"")]
    [InlineData("two\r\nlines", "\"two\r\nlines\"")]
    [InlineData("=cmd|'/c calc'!A0", "'=cmd|'/c calc'!A0")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@SUM(A1,A2)", "\"'@SUM(A1,A2)\"")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("\r=1", "\"'\r=1\"")]
    public async Task Writes_no_cell_that_a_spreadsheet_would_run(string text, string cell)
    {
        AlarmSummary alarm = SomeSummary.Of("a") with { Subject = text };
        await using TestApi api = await TestApi.StartAsync(new FakeAlarms { Page = new AlarmPage([alarm], null) });

        (await TextAsync(api, "csv", "text/csv")).ShouldContain($",StatefulSet/web,{cell},privileged:true,");
    }

    [Fact]
    public async Task Writes_every_page_as_one_document_in_each_form()
    {
        AlarmSummary alarm = SomeSummary.Of("a") with { Subject = "=1+1" };
        await using TestApi api = await TestApi.StartAsync(new FakeAlarms { Page = new AlarmPage([alarm, SomeSummary.Of("b")], null) });

        string csv = await TextAsync(api, "csv", "text/csv");
        string[] lines = [.. (await TextAsync(api, "ndjson", "application/x-ndjson")).Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        JsonElement json = JsonElement.Parse(await TextAsync(api, "json", "application/json"));

        csv.Split("\r\n").Length.ShouldBe(4);
        csv.ShouldStartWith("id,type,rule_id,");
        csv.ShouldContain(",'=1+1,");
        lines.Select(line => JsonElement.Parse(line).GetProperty("id").GetGuid()).ShouldBe([SomeAlarm.Id("a"), SomeAlarm.Id("b")]);
        json.GetProperty("alarms").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task Exports_what_the_filters_find()
    {
        var alarms = new FakeAlarms();
        await using TestApi api = await TestApi.StartAsync(alarms);

        await api.GetAsync("/api/alarms/export?format=json&severity=critical");

        alarms.Asked!.Severities.ShouldBe([Severity.Critical]);
    }

    [Theory]
    [InlineData("?format=xml")]
    [InlineData("?limit=5")]
    public async Task Refuses_what_it_does_not_know(string query)
    {
        await using TestApi api = await TestApi.StartAsync(new FakeAlarms());

        (await api.GetAsync("/api/alarms/export" + query)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Says_when_to_try_again_while_the_store_is_away()
    {
        await using TestApi api = await TestApi.StartAsync(new FakeAlarms { Failure = new AlarmStoreUnavailableException("away") });

        HttpResponseMessage answer = await api.GetAsync("/api/alarms/export");

        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        answer.Headers.RetryAfter.ShouldNotBeNull();
    }

    private static async Task<string> TextAsync(TestApi api, string format, string type)
    {
        HttpResponseMessage answer = await api.GetAsync($"/api/alarms/export?format={format}");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe(type);
        answer.Content.Headers.ContentDisposition!.FileName!.Trim((char)34).ShouldBe($"alarms.{format}");
        return await answer.Content.ReadAsStringAsync(Cancellation);
    }
}
