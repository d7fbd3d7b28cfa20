using System.Net;
using System.Text.Json;
using Pipeline.Api.Ports;

namespace Api.Tests;

public sealed class ProblemTests
{
    [Theory]
    [InlineData("/api/alarms?type=abnormal-startup,portscan", 400, "unknown-filter-value")]
    [InlineData("/api/alarms?severity=High", 400, "unknown-filter-value")]
    [InlineData("/api/alarms?state=", 400, "unknown-filter-value")]
    [InlineData("/api/alarms?severty=high", 400, "invalid-query")]
    [InlineData("/api/alarms?limit=0", 400, "invalid-query")]
    [InlineData("/api/alarms?limit=501", 400, "invalid-query")]
    [InlineData("/api/alarms?limit=+5", 400, "invalid-query")]
    [InlineData("/api/alarms?limit=5&limit=6", 400, "invalid-query")]
    [InlineData("/api/alarms?from=yesterday", 400, "invalid-query")]
    [InlineData("/api/alarms?from=2026-03-01", 400, "invalid-query")]
    [InlineData("/api/alarms?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z", 400, "invalid-query")]
    [InlineData("/api/alarms?node=", 400, "invalid-query")]
    [InlineData("/api/alarms/4d201a62-60a3-812a-a842-4b6329ec9ad7", 404, "alarm-not-found")]
    [InlineData("/api/alarms/1", 404, "alarm-not-found")]
    [InlineData("/api/nothing/here", 404, "not-found")]
    public async Task Answers_with_a_problem_of_a_stable_type_when(string path, int status, string type)
    {
        await using TestApi api = await TestApi.StartAsync(new FakeAlarms());

        HttpResponseMessage answer = await api.GetAsync(path);

        await ShouldBeProblemAsync(answer, status, type);
    }

    [Fact]
    public async Task Names_the_allowed_values_when_a_filter_value_is_not_known()
    {
        await using TestApi api = await TestApi.StartAsync(new FakeAlarms());

        JsonElement problem = await TestApi.BodyAsync(await api.GetAsync("/api/alarms?severity=urgent"));

        problem.GetProperty("parameter").GetString().ShouldBe("severity");
        problem.GetProperty("allowed").EnumerateArray().Select(word => word.GetString()).ShouldBe(["low", "medium", "high", "critical"]);
        problem.GetProperty("detail").GetString().ShouldBe("\"urgent\" is not a value of severity; allowed are low, medium, high, critical.");
    }

    [Fact]
    public async Task Refuses_a_value_longer_than_any_real_one()
    {
        await using TestApi api = await TestApi.StartAsync(new FakeAlarms());

        await ShouldBeProblemAsync(await api.GetAsync($"/api/alarms?image={new string('a', 513)}"), 400, "invalid-query");
        await ShouldBeProblemAsync(
            await api.GetAsync($"/api/alarms?{string.Join('&', Enumerable.Repeat("type=abnormal-startup", 300))}"), 400, "invalid-query");
    }

    [Fact]
    public async Task Says_so_when_the_cursor_is_not_ours()
    {
        await using TestApi api = await TestApi.StartAsync(new FakeAlarms { Page = null });

        await ShouldBeProblemAsync(await api.GetAsync("/api/alarms?cursor=abc"), 400, "bad-cursor");
    }

    [Theory]
    [InlineData("/api/alarms")]
    [InlineData("/api/alarms/4d201a62-60a3-812a-a842-4b6329ec9ad7")]
    public async Task Says_when_to_try_again_while_the_store_is_away(string path)
    {
        await using TestApi api =
            await TestApi.StartAsync(new FakeAlarms { Failure = new AlarmStoreUnavailableException("no route to host 10.1.2.3") });

        HttpResponseMessage answer = await api.GetAsync(path);

        await ShouldBeProblemAsync(answer, 503, "store-unavailable");
        answer.Headers.RetryAfter.ShouldNotBeNull().Delta.ShouldBe(TimeSpan.FromSeconds(5));
        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldNotContain("10.1.2.3");
    }

    [Fact]
    public async Task Keeps_the_failure_to_itself_when_nobody_foresaw_it()
    {
        await using TestApi api = await TestApi.StartAsync(new FakeAlarms { Failure = new InvalidDataException("secret") });

        HttpResponseMessage answer = await api.GetAsync("/api/alarms");

        await ShouldBeProblemAsync(answer, 500, "internal-error");
        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldNotContain("secret");
    }

    [Theory]
    [InlineData("DELETE", "/api/alarms")]
    [InlineData("POST", "/api/alarms/4d201a62-60a3-812a-a842-4b6329ec9ad7")]
    public async Task Refuses_to_change_anything(string method, string path)
    {
        await using TestApi api = await TestApi.StartAsync(new FakeAlarms());

        HttpResponseMessage answer =
            await api.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), TestContext.Current.CancellationToken);

        await ShouldBeProblemAsync(answer, 405, "method-not-allowed");
        answer.Content.Headers.Allow.ShouldBe(["GET"]);
    }

    [Theory]
    [InlineData("GET", "/api/alarms/actions")]
    [InlineData("PUT", "/api/alarms/4d201a62-60a3-812a-a842-4b6329ec9ad7/actions")]
    public async Task Takes_actions_by_POST_only(string method, string path)
    {
        await using TestApi api = await TestApi.StartAsync(new FakeAlarms());

        HttpResponseMessage answer =
            await api.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), TestContext.Current.CancellationToken);

        await ShouldBeProblemAsync(answer, 405, "method-not-allowed");
        answer.Content.Headers.Allow.ShouldBe(["POST"]);
    }

    internal static async Task ShouldBeProblemAsync(HttpResponseMessage answer, int status, string type)
    {
        answer.StatusCode.ShouldBe((HttpStatusCode)status);
        answer.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json");
        answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        answer.Headers.CacheControl.ShouldNotBeNull().NoStore.ShouldBeTrue();
        JsonElement problem = await TestApi.BodyAsync(answer);
        problem.GetProperty("type").GetString().ShouldBe($"urn:alarm-pipeline:problem:{type}");
        problem.GetProperty("status").GetInt32().ShouldBe(status);
        problem.GetProperty("title").GetString().ShouldNotBeNullOrEmpty();
    }
}
