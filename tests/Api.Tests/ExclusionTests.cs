using System.Net;
using System.Text.Json;

namespace Api.Tests;

public sealed class ExclusionTests
{
    private const string One =
        """{"conditions":[{"field":"image","operator":"prefix","value":"shop/"}],"actor":"alice","reason":"meant to be","expiresAt":"2999-01-01T00:00:00Z"}""";

    [Fact]
    public async Task Adds_lists_shows_and_removes()
    {
        await using TestApi api = await TestApi.StartAsync(new FakeAlarms());

        HttpResponseMessage added = await api.PostAsync("/api/exclusions", One, ("Idempotency-Key", "k"));
        await api.PostAsync("/api/exclusions", One, ("Idempotency-Key", "k"));
        string path = added.Headers.Location.ShouldNotBeNull().ToString();
        JsonElement found = await api.JsonAsync(path);
        JsonElement listed = await api.JsonAsync("/api/exclusions");
        JsonElement removed = await TestApi.BodyAsync(await api.PostAsync($"{path}/removal", """{"actor":"bob","reason":"over"}"""));

        added.StatusCode.ShouldBe(HttpStatusCode.Created);
        found.GetProperty("conditions")[0].GetProperty("operator").GetString().ShouldBe("prefix");
        found.GetProperty("hides").GetInt64().ShouldBe(7);
        listed.GetProperty("exclusions").GetArrayLength().ShouldBe(1);
        (removed.GetProperty("state").GetString(), removed.GetProperty("endedBy").GetString()).ShouldBe(("removed", "bob"));
        (await api.JsonAsync("/api/exclusions")).GetProperty("exclusions").GetArrayLength().ShouldBe(0);
        (await api.JsonAsync("/api/exclusions?all=true")).GetProperty("exclusions").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task Says_what_one_would_hide()
    {
        await using TestApi api = await TestApi.StartAsync(new FakeAlarms());

        JsonElement preview = await TestApi.BodyAsync(await api.PostAsync("/api/exclusions/preview", One));

        (preview.GetProperty("open").GetInt64(), preview.GetProperty("past").GetInt64()).ShouldBe((7, 2));
    }

    [Theory]
    [InlineData("""{"conditions":[],"actor":"a","reason":"r"}""", "conditions: there are none")]
    [InlineData("""{"conditions":[{"field":"image","operator":"not-equal","value":"x"}],"actor":"a","reason":"r"}""", "conditions: all say what an alarm is not")]
    [InlineData("""{"conditions":[{"field":"image","operator":"equal","value":""}],"actor":"a","reason":"r"}""", "conditions[0].value: is empty")]
    [InlineData("""{"conditions":[{"field":"image","operator":"glob","value":"**"}],"actor":"a","reason":"r"}""", "conditions[0].value: holds for everything")]
    [InlineData("""{"conditions":[{"field":"image","operator":"equal","value":"x"}],"actor":"a","reason":""}""", "reason: ")]
    [InlineData("""{"conditions":[{"field":"image","operator":"equal","value":"x"}],"actor":"a","reason":"r","expiresAt":"2020-01-01T00:00:00Z"}""", "expiresAt: is past")]
    [InlineData("""{"conditions":[{"field":"colour","operator":"equal","value":"x"}],"actor":"a","reason":"r"}""", "$.conditions[0].field")]
    public async Task Refuses_one_that_is_not_whole_or_would_hide_nearly_all(string json, string detail)
    {
        await using TestApi api = await TestApi.StartAsync(new FakeAlarms());

        HttpResponseMessage answer = await api.PostAsync("/api/exclusions", json);

        await ProblemTests.ShouldBeProblemAsync(answer, 400, "invalid-command");
        (await TestApi.BodyAsync(answer)).GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain(detail);
    }

    [Fact]
    public async Task Says_so_when_there_is_none_or_too_many()
    {
        await using TestApi api = await TestApi.StartAsync(new FakeAlarms(), new FakeExclusions { IsFull = true });

        await ProblemTests.ShouldBeProblemAsync(await api.PostAsync("/api/exclusions", One), 409, "too-many-exclusions");
        await ProblemTests.ShouldBeProblemAsync(await api.GetAsync("/api/exclusions/1"), 404, "exclusion-not-found");
        await ProblemTests.ShouldBeProblemAsync(
            await api.PostAsync($"/api/exclusions/{Guid.NewGuid()}/removal", """{"actor":"bob","reason":""}"""), 404, "exclusion-not-found");
    }
}
