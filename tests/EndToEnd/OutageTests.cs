using System.Net;
using Pipeline.Domain.Events;
using Testing;
using Testing.Scripts;

namespace EndToEnd;

public sealed class OutageTests(PostgresFixture postgres)
{
    [Theory]
    [MemberData(nameof(LogServer.Kinds), MemberType = typeof(LogServer))]
    public async Task The_pipeline_stays_up_without_its_broker_and_goes_on_when_it_is_back(LogKind kind)
    {
        await using LocalSystem system = await LocalSystem.StartAsync(postgres, kind);
        using var api = new ApiClient(system.Api);
        Script script = Script.OnNode("n")
            .Created(Some.ContainerId(1), Some.PrivilegedSpec("before"))
            .Created(Some.ContainerId(2), Some.PrivilegedSpec("after"));
        EventBatch[] batches = [.. Batches.Of(script.Events, most: 1)];
        await system.Log.SendAsync(batches[0]);
        await Eventually.GetAsync(api.AlarmsAsync, rows => rows.Count == 1, "the first alarm");

        await system.StopBrokerAsync();
        await Eventually.GetAsync(() => api.StatusAsync("readyz"), status => status == HttpStatusCode.ServiceUnavailable, "the pipeline to say that it is not ready");
        (await api.StatusAsync("healthz")).ShouldBe(HttpStatusCode.OK);
        (await api.AlarmsAsync()).Count.ShouldBe(1);
        await system.StartBrokerAsync();

        await system.Log.SendAsync(batches[1]);
        await Eventually.GetAsync(api.AlarmsAsync, rows => rows.Count == 2, "the alarm after the outage", TimeSpan.FromMinutes(2));
        system.Pipeline.HasExited.ShouldBeFalse();
    }
}
