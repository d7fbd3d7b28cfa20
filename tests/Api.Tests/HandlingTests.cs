using System.Net;
using System.Text.Json;
using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;
using Testing;

namespace Api.Tests;

public sealed class HandlingTests
{
    private static readonly Guid A = SomeAlarm.Id("a");
    private static readonly string Path = $"/api/alarms/{A}/actions";
    private const string Close = """{"action":"close","actor":"alice","verdict":"benign","reason":"meant to be"}""";

    [Fact]
    public async Task Does_what_is_asked_and_says_where_the_alarm_stands()
    {
        var alarms = new FakeAlarms();
        await using TestApi api = await TestApi.StartAsync(alarms);

        HttpResponseMessage answer = await api.PostAsync(Path, Close, ("If-Match", "\"7\""));

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Headers.ETag.ShouldNotBeNull().Tag.ShouldBe("\"2\"");
        JsonElement done = await TestApi.BodyAsync(answer);
        done.GetProperty("state").GetString().ShouldBe("closed");
        done.GetProperty("version").GetInt32().ShouldBe(2);
        alarms.About.Version.ShouldBe(7);
        alarms.Commanded.ShouldNotBeNull().ShouldBe(
            new AlarmCommand(alarms.Commanded!.RequestId, AlarmAction.Close, "alice", "api", "meant to be", "", Verdict.Benign));
    }

    [Fact]
    public async Task A_key_names_one_request_however_often_it_is_sent()
    {
        var alarms = new FakeAlarms();
        await using TestApi api = await TestApi.StartAsync(alarms);

        await api.PostAsync(Path, Close, ("Idempotency-Key", "k1"));
        Guid first = alarms.Commanded!.RequestId;
        await api.PostAsync(Path, Close, ("Idempotency-Key", "k1"));
        Guid again = alarms.Commanded!.RequestId;
        await api.PostAsync(Path, Close);

        again.ShouldBe(first);
        alarms.Commanded!.RequestId.ShouldNotBe(first);
    }

    [Theory]
    [InlineData("""{"action":"close","actor":"alice"}""")]
    [InlineData("""{"action":"comment","actor":"alice"}""")]
    [InlineData("""{"action":"whitelist","actor":"alice"}""")]
    [InlineData("""{"action":"erase","actor":"alice"}""")]
    [InlineData("""{"action":"close"}""")]
    [InlineData("""{"action":"close","actor":null,"verdict":"benign"}""")]
    [InlineData("""[""")]
    public async Task Refuses_a_request_that_is_not_whole(string json)
    {
        await using TestApi api = await TestApi.StartAsync(new FakeAlarms());

        await ProblemTests.ShouldBeProblemAsync(await api.PostAsync(Path, json), 400, "invalid-command");
    }

    [Fact]
    public async Task Takes_nothing_that_a_page_of_another_site_could_send()
    {
        await using TestApi api = await TestApi.StartAsync(new FakeAlarms());

        HttpResponseMessage answer = await api.Client.PostAsync(
            new Uri(Path, UriKind.Relative), new StringContent(Close), TestContext.Current.CancellationToken);

        await ProblemTests.ShouldBeProblemAsync(answer, 415, "not-json");
    }

    [Theory]
    [InlineData("\"seven\"")]
    [InlineData("W/\"7\"")]
    [InlineData("\"1\", \"2\"")]
    public async Task Refuses_a_version_that_is_none(string match)
    {
        await using TestApi api = await TestApi.StartAsync(new FakeAlarms());

        await ProblemTests.ShouldBeProblemAsync(await api.PostAsync(Path, Close, ("If-Match", match)), 400, "invalid-command");
    }

    [Fact]
    public async Task Says_why_an_alarm_does_not_accept_it()
    {
        var alarms = new FakeAlarms { Becomes = id => new HandlingResult.Refused(id, "is closed already", AlarmState.Closed) };
        await using TestApi api = await TestApi.StartAsync(alarms);

        HttpResponseMessage answer = await api.PostAsync(Path, Close);

        await ProblemTests.ShouldBeProblemAsync(answer, 409, "action-refused");
        JsonElement problem = await TestApi.BodyAsync(answer);
        problem.GetProperty("detail").GetString().ShouldBe("The alarm is closed already.");
        problem.GetProperty("state").GetString().ShouldBe("closed");
    }

    [Fact]
    public async Task Says_when_something_happened_since_or_there_is_no_such_alarm()
    {
        var alarms = new FakeAlarms { Becomes = id => new HandlingResult.Changed(id, 3) };
        await using TestApi api = await TestApi.StartAsync(alarms);

        await ProblemTests.ShouldBeProblemAsync(await api.PostAsync(Path, Close), 412, "alarm-changed");
        alarms.Becomes = id => new HandlingResult.NotFound(id);
        await ProblemTests.ShouldBeProblemAsync(await api.PostAsync(Path, Close), 404, "alarm-not-found");
        await ProblemTests.ShouldBeProblemAsync(await api.PostAsync("/api/alarms/1/actions", Close), 404, "alarm-not-found");
        alarms.Failure = new AlarmStoreUnavailableException("away");
        await ProblemTests.ShouldBeProblemAsync(await api.PostAsync(Path, Close), 503, "store-unavailable");
    }

    [Fact]
    public async Task Does_the_same_about_many_and_tells_of_each_that_did_not_accept_it()
    {
        var alarms = new FakeAlarms
        {
            Becomes = id => id == A ? new HandlingResult.Done(id, 2, AlarmState.Closed) : new HandlingResult.Refused(id, "is ignored already", AlarmState.Ignored),
        };
        await using TestApi api = await TestApi.StartAsync(alarms);

        HttpResponseMessage answer = await api.PostAsync("/api/alarms/actions", $$"""{"do":{{Close}},"ids":["{{A}}","{{SomeAlarm.Id("b")}}"]}""");

        JsonElement body = await TestApi.BodyAsync(answer);
        body.GetProperty("done")[0].GetProperty("id").GetGuid().ShouldBe(A);
        body.GetProperty("refused")[0].GetProperty("reason").GetString().ShouldBe("The alarm is ignored already.");
        body.GetProperty("more").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task Does_it_about_all_that_the_filters_of_the_list_find()
    {
        var alarms = new FakeAlarms();
        await using TestApi api = await TestApi.StartAsync(alarms);

        HttpResponseMessage answer = await api.PostAsync("/api/alarms/actions?rule=AS-01&severity=low", $$"""{"do":{{Close}}}""");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (alarms.Asked.ShouldNotBeNull().Rule, alarms.About.Ids.Length).ShouldBe(("AS-01", 2));
    }

    [Theory]
    [InlineData("/api/alarms/actions", "[]")]
    [InlineData("/api/alarms/actions?rule=AS-01", """["4d201a62-60a3-812a-a842-4b6329ec9ad7"]""")]
    public async Task Wants_either_ids_or_filters(string path, string ids)
    {
        await using TestApi api = await TestApi.StartAsync(new FakeAlarms());

        await ProblemTests.ShouldBeProblemAsync(await api.PostAsync(path, $$"""{"do":{{Close}},"ids":{{ids}}}"""), 400, "invalid-command");
    }
}
