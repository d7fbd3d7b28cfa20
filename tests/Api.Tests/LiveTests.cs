using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;

namespace Api.Tests;

public sealed class LiveTests
{
    private readonly FakeChanges _changes = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tells_what_the_filters_find_and_what_they_do_not_find_any_more()
    {
        await using TestApi api = await TestApi.StartAsync(new FakeAlarms(), changes: _changes);
        _changes.Say(10);
        using StreamReader stream = await ListenAsync(api, "/api/alarms/live?state=open&node=node-1");
        (await NextAsync(stream)).ShouldBe(("10", "ready", "{}"));

        AlarmSummary open = SomeSummary.Of("a"), elsewhere = SomeSummary.Of("b") with { Source = open.Source with { Node = "node-2" } };
        _changes.Say(12, new ChangedAlarm(elsewhere, true), new ChangedAlarm(open, true));
        _changes.Say(13, new ChangedAlarm(open with { State = AlarmState.Closed }, false));

        (string id, string name, string data) = await NextAsync(stream);
        (id, name).ShouldBe(("12", "alarm"));
        JsonElement.Parse(data).GetProperty("id").GetGuid().ShouldBe(open.Id);
        (await NextAsync(stream)).ShouldBe(("13", "gone", $$"""{"id":"{{open.Id}}"}"""));
    }

    [Fact]
    public async Task Tells_first_what_was_missed_since_the_last_event()
    {
        _changes.Missed = [SomeSummary.Of("missed")];
        await using TestApi api = await TestApi.StartAsync(new FakeAlarms(), changes: _changes);
        _changes.Say(20);

        using StreamReader stream = await ListenAsync(api, "/api/alarms/live", "7");

        (string id, string name, _) = await NextAsync(stream);
        (id, name, _changes.AskedSince).ShouldBe(("7", "alarm", 7));
        (await NextAsync(stream)).ShouldBe(("20", "ready", "{}"));
    }

    [Fact]
    public async Task Says_to_read_the_list_again_when_too_much_was_missed()
    {
        _changes.Missed = null;
        await using TestApi api = await TestApi.StartAsync(new FakeAlarms(), changes: _changes);
        _changes.Say(20);

        using StreamReader stream = await ListenAsync(api, "/api/alarms/live", "7");

        (await NextAsync(stream)).Name.ShouldBe("reset");
    }

    [Fact]
    public async Task Lets_a_listener_go_that_falls_behind_by_more_than_its_queue()
    {
        await using TestApi api = await TestApi.StartAsync(new FakeAlarms(), changes: _changes);
        _changes.Say(1);
        using StreamReader stream = await ListenAsync(api, "/api/alarms/live");
        await NextAsync(stream);

        _changes.Say(2, [.. Enumerable.Range(0, 5000).Select(i => new ChangedAlarm(SomeSummary.Of($"{i}"), true))]);

        string last = "";
        for (; last != "end"; last = (await NextAsync(stream)).Name) last.ShouldBeOneOf("", "alarm");
    }

    [Theory]
    [InlineData("/api/alarms/live?cursor=x", null)]
    [InlineData("/api/alarms/live?state=asleep", null)]
    [InlineData("/api/alarms/live", "minus one")]
    public async Task Refuses_what_it_does_not_know(string path, string? lastEventId)
    {
        await using TestApi api = await TestApi.StartAsync(new FakeAlarms(), changes: _changes);

        using HttpResponseMessage answer = await SendAsync(api, path, lastEventId);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    private static async Task<StreamReader> ListenAsync(TestApi api, string path, string? lastEventId = null)
    {
        HttpResponseMessage answer = await SendAsync(api, path, lastEventId);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        return new StreamReader(await answer.Content.ReadAsStreamAsync(Cancellation));
    }

    private static Task<HttpResponseMessage> SendAsync(TestApi api, string path, string? lastEventId)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastEventId is not null) request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        return api.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }

    private static async Task<(string Id, string Name, string Data)> NextAsync(StreamReader stream)
    {
        var fields = ImmutableDictionary<string, string>.Empty;
        while (await stream.ReadLineAsync(Cancellation) is { } line)
        {
            if (line.Length == 0 && fields.TryGetValue("event", out string? name)) return (fields.GetValueOrDefault("id", ""), name, fields["data"]);
            string[] parts = line.Split(": ", 2);
            if (parts.Length == 2) fields = fields.SetItem(parts[0], parts[1]);
        }

        throw new EndOfStreamException();
    }
}
