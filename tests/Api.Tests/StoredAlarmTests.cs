using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Domain.Alarms;
using Pipeline.EventStore;
using Pipeline.Runtime.Ports;
using Testing;

namespace Api.Tests;

/// <summary>The API over a real store.</summary>
public sealed class StoredAlarmTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly PartitionId Partition = new("node-events", 0);
    private AlarmDatabase _database = null!;
    private TestApi _api = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = new AlarmDatabase(new EventStoreOptions { ConnectionString = await postgres.CreateDatabaseAsync() });
        _api = await TestApi.StartAsync(new AlarmQueries(_database));
    }

    public async ValueTask DisposeAsync()
    {
        if (_api is not null) await _api.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
    }

    [Fact]
    public async Task Shows_a_stored_alarm_in_the_list_and_by_itself()
    {
        await StoreAsync(
            SomeAlarm.Raised("a"), SomeAlarm.Confirmed("a", 1), SomeAlarm.Recurred("a", 2, 9), SomeAlarm.Escalated("a", 3, Severity.Critical));

        JsonElement row =
            (await _api.JsonAsync("/api/alarms?severity=critical")).GetProperty("alarms").EnumerateArray().ShouldHaveSingleItem();
        JsonElement alarm = await _api.JsonAsync($"/api/alarms/{row.GetProperty("id").GetString()}");

        foreach (JsonProperty property in row.EnumerateObject())
            JsonElement.DeepEquals(property.Value, alarm.GetProperty(property.Name)).ShouldBeTrue(property.Name);
        WithoutStoredAt(alarm).ShouldMatchApproved("alarm.json");
    }

    [Fact]
    public async Task Answers_not_modified_until_the_alarm_changes()
    {
        await StoreAsync(SomeAlarm.Raised("a"));
        string path = $"/api/alarms/{SomeAlarm.Id("a")}";
        HttpResponseMessage first = await _api.GetAsync(path);
        first.Headers.ETag.ShouldNotBeNull().Tag.ShouldBe("\"1\"");

        HttpStatusCode unchanged = await StatusAsync(path, "\"1\"");
        await StoreAsync(SomeAlarm.Recurred("a", 1, 2));
        HttpStatusCode changed = await StatusAsync(path, "\"1\"");

        (unchanged, changed).ShouldBe((HttpStatusCode.NotModified, HttpStatusCode.OK));
    }

    [Fact]
    public async Task Pages_through_all_alarms_without_leaving_any_out()
    {
        await StoreAsync([.. Enumerable.Range(0, 7).Select(i => SomeAlarm.Raised($"{i}"))]);
        var seen = new List<string>();
        string? next = null;
        do
        {
            JsonElement page = await _api.JsonAsync($"/api/alarms?limit=3{(next is null ? "" : $"&cursor={next}")}");
            seen.AddRange(page.GetProperty("alarms").EnumerateArray().Select(alarm => alarm.GetProperty("id").GetString()!));
            next = page.GetProperty("next").GetString();
        }
        while (next is not null);

        seen.ShouldBe(Enumerable.Range(0, 7).Reverse().Select(i => SomeAlarm.Id($"{i}").ToString()));
    }

    [Fact]
    public async Task Refuses_a_cursor_that_the_store_did_not_give()
    {
        HttpResponseMessage answer = await _api.GetAsync("/api/alarms?cursor=AAAA");

        (await TestApi.BodyAsync(answer)).GetProperty("type").GetString().ShouldBe("urn:alarm-pipeline:problem:bad-cursor");
    }

    private async Task StoreAsync(params AlarmEvent[] alarms)
    {
        var store = new AlarmStore(_database, NullLogger<AlarmStore>.Instance);
        PartitionCheckpoint checkpoint = await store.AcquireAsync(Partition, Cancellation);
        (await store.CommitAsync(new PartitionCommit(Partition, checkpoint.Token, [.. alarms], null), Cancellation)).ShouldBeOfType<CommitOutcome.Committed>();
    }

    private async Task<HttpStatusCode> StatusAsync(string path, string tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        return (await _api.Client.SendAsync(request, Cancellation)).StatusCode;
    }

    /// <summary>Pretty, and without what differs from run to run.</summary>
    private static string WithoutStoredAt(JsonElement alarm)
    {
        string text = TestApi.Pretty(alarm);
        return System.Text.RegularExpressions.Regex.Replace(text, "\"storedAt\": \"[^\"]+Z\"", "\"storedAt\": \"(now)\"");
    }
}
