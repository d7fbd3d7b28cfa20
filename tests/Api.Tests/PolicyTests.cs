using System.Net;
using System.Text.Json;

namespace Api.Tests;

public sealed class PolicyTests
{
    private const string Change = """{"document": "id: shop", "author": "ann", "reason": "as agreed"}""";

    [Fact]
    public async Task Applies_a_document_and_gives_it_with_its_revision_as_the_etag()
    {
        await using TestApi api = await TestApi.StartAsync(new FakeAlarms());
        (await api.JsonAsync("/api/policies/current")).GetProperty("revision").GetInt32().ShouldBe(0);

        HttpResponseMessage applied = await api.PostAsync("/api/policies", Change, ("If-Match", "\"0\""));

        applied.StatusCode.ShouldBe(HttpStatusCode.OK);
        applied.Headers.ETag!.Tag.ShouldBe("\"1\"");
        JsonElement policy = await api.JsonAsync("/api/policies/1");
        (policy.GetProperty("document").GetString(), policy.GetProperty("author").GetString()).ShouldBe(("id: shop", "ann"));
        (await api.JsonAsync("/api/policies")).GetProperty("policies")[0].GetProperty("document").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task Says_every_fault_of_a_document_that_it_refuses()
    {
        await using TestApi api = await TestApi.StartAsync(new FakeAlarms());

        HttpResponseMessage refused = await api.PostAsync("/api/policies", """{"document": "bad", "author": "ann", "reason": ""}""");

        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await TestApi.BodyAsync(refused)).GetProperty("faults")[0].GetString().ShouldBe("2:3: abnormal-startup: knows no setting 'bad'");
        (await api.JsonAsync("/api/policies")).GetProperty("policies").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Refuses_a_change_of_what_somebody_else_has_changed()
    {
        await using TestApi api = await TestApi.StartAsync(new FakeAlarms());
        await api.PostAsync("/api/policies", Change);

        HttpResponseMessage refused = await api.PostAsync("/api/policies/rollback", """{"revision": 0, "author": "bob", "reason": ""}""", ("If-Match", "\"0\""));

        refused.StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
        (await TestApi.BodyAsync(refused)).GetProperty("revision").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task Compares_revisions_and_a_document_with_what_is_in_force()
    {
        await using TestApi api = await TestApi.StartAsync(new FakeAlarms());
        await api.PostAsync("/api/policies", Change);

        (await api.JsonAsync("/api/policies/differences?from=0&to=1")).GetProperty("differences")[0].GetProperty("to").GetString().ShouldBe("shop");
        (await TestApi.BodyAsync(await api.PostAsync("/api/policies/preview", """{"document": "id: shop"}"""))).GetProperty("differences")
            .GetArrayLength().ShouldBe(0);
        (await api.GetAsync("/api/policies/differences?from=1&to=9")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await api.GetAsync("/api/policies/9")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await api.JsonAsync("/api/policies/positions?topic=node-events&partition=3")).GetProperty("positions")[0].GetProperty("offset").GetInt64()
            .ShouldBe(42);
    }
}
