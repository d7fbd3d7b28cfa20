using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace NodeAgent.Tests.Docker;

/// <summary>
/// A container engine that does what a test tells it: it serves the same few addresses as Docker Engine over a unix socket, remembers its events as that does, and can
/// go and come back. Thread-safe.
/// </summary>
internal sealed class FakeEngine(string socket) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, JsonObject> _containers = [];
    private readonly List<(long TimeNs, string Line)> _events = [];
    private readonly List<ChannelWriter<string>> _listeners = [];
    private readonly Dictionary<string, int> _inspected = [];
    private WebApplication? _server;
    private CancellationTokenSource _running = new();
    private int _listed;
    private long _now = 1_800_000_000_000_000_000;

    /// <summary>Answers an inspect in place of the engine when it gives a result.</summary>
    public Func<string, Task<IResult?>> Inspecting { get; set; } = _ => Task.FromResult<IResult?>(null);

    /// <summary>Awaited before the engine answers a ping.</summary>
    public Func<Task> Answering { get; set; } = () => Task.CompletedTask;

    public int Listeners
    {
        get
        {
            lock (_gate) return _listeners.Count;
        }
    }

    /// <summary>How often the list of containers was asked for since the engine came.</summary>
    public int Listed
    {
        get
        {
            lock (_gate) return _listed;
        }
    }

    public int InspectedTimes(string id)
    {
        lock (_gate) return _inspected.GetValueOrDefault(id);
    }

    public async Task StartAsync()
    {
        File.Delete(socket);
        lock (_gate) _listed = 0;
        _running = new CancellationTokenSource();
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(socket));
        builder.Services.AddRoutingCore();
        builder.Logging.ClearProviders();
        _server = builder.Build();
        _server.MapGet("/_ping", PingAsync);
        _server.MapGet("/containers/json", List);
        _server.MapGet("/containers/{id}/json", InspectAsync);
        _server.MapGet("/events", EventsAsync);
        await _server.StartAsync();
    }

    /// <summary>Goes away, socket and all; what it knows it keeps.</summary>
    public async Task StopAsync()
    {
        await _running.CancelAsync();
        if (_server is not null) await _server.DisposeAsync();
        _server = null;
        File.Delete(socket);
    }

    /// <summary>As after a restart: containers are still there, past events are not.</summary>
    public void ForgetEvents()
    {
        lock (_gate) _events.Clear();
    }

    public void Create(string id, bool privileged = false, bool tell = true) => Change(
        id,
        containers => containers[id] = new JsonObject
        {
            ["Id"] = id,
            ["Name"] = $"/name-{id}",
            ["State"] = new JsonObject { ["Status"] = "created", ["Running"] = false, ["Pid"] = 0 },
            ["HostConfig"] = new JsonObject { ["Privileged"] = privileged },
            ["Config"] = new JsonObject { ["Image"] = "image:1" },
        },
        tell ? "create" : null);

    public void Start(string id, int pid = 4321, bool tell = true) => Change(id, containers => SetState(containers[id], "running", pid), tell ? "start" : null);

    public void Die(string id, int exitCode, bool tell = true) =>
        Change(id, containers => SetState(containers[id], "exited", 0), tell ? "die" : null, ("exitCode", exitCode.ToString(CultureInfo.InvariantCulture)));

    public void Destroy(string id, bool tell = true) => Change(id, containers => containers.Remove(id), tell ? "destroy" : null);

    /// <summary>Says that something happened without anything happening.</summary>
    public void Say(string id, string action, params (string Name, string Value)[] attributes) => Change(id, _ => { }, action, attributes);

    /// <summary>Writes a line into the stream of events that may be anything.</summary>
    public void SayRaw(string line)
    {
        lock (_gate) Publish(line);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _running.Dispose();
    }

    private static void SetState(JsonObject container, string status, int pid) =>
        container["State"] = new JsonObject { ["Status"] = status, ["Running"] = pid > 0, ["Pid"] = pid };

    private void Change(string id, Action<Dictionary<string, JsonObject>> change, string? action, params (string Name, string Value)[] attributes)
    {
        lock (_gate)
        {
            change(_containers);
            if (action is null) return;
            var details = new JsonObject { ["image"] = "image:1", ["name"] = $"name-{id}" };
            foreach ((string name, string value) in attributes) details[name] = value;
            Publish(new JsonObject
            {
                ["Type"] = "container",
                ["Action"] = action,
                ["Actor"] = new JsonObject { ["ID"] = id, ["Attributes"] = details },
                ["time"] = _now / 1_000_000_000,
                ["timeNano"] = _now,
            }.ToJsonString());
        }
    }

    private void Publish(string line)
    {
        _events.Add((_now, line));
        _now += 1_000_000;
        foreach (ChannelWriter<string> listener in _listeners) listener.TryWrite(line);
    }

    private async Task PingAsync(HttpContext context)
    {
        await Answering();
        if (_running.IsCancellationRequested)
        {
            // It is about to go.
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        context.Response.Headers["Api-Version"] = "1.41";
        await context.Response.WriteAsync("OK");
    }

    private IResult List()
    {
        lock (_gate)
        {
            _listed++;
            var rows = new JsonArray();
            foreach ((string id, JsonObject container) in _containers) rows.Add(new JsonObject { ["Id"] = id, ["State"] = (string?)container["State"]!["Status"] });
            return Results.Text(rows.ToJsonString(), "application/json");
        }
    }

    private async Task<IResult> InspectAsync(string id)
    {
        lock (_gate) _inspected[id] = _inspected.GetValueOrDefault(id) + 1;
        if (await Inspecting(id) is { } scripted) return scripted;
        lock (_gate)
        {
            return _containers.TryGetValue(id, out JsonObject? container) ? Results.Text(container.ToJsonString(), "application/json") : Results.NotFound();
        }
    }

    private async Task EventsAsync(HttpContext context, string? since, string? until)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _running.Token);
        var news = Channel.CreateUnbounded<string>();
        lock (_gate)
        {
            foreach ((long timeNs, string line) in _events)
            {
                if (since is not null && timeNs >= Nanoseconds(since) && (until is null || timeNs <= Nanoseconds(until))) news.Writer.TryWrite(line);
            }

            if (until is null) _listeners.Add(news.Writer);
            else news.Writer.Complete();
        }

        try
        {
            await context.Response.StartAsync(ending.Token);
            await context.Response.Body.FlushAsync(ending.Token);
            await foreach (string line in news.Reader.ReadAllAsync(ending.Token)) await context.Response.WriteAsync(line + "\n", ending.Token);
        }
        catch (OperationCanceledException)
        {
            // The engine goes, or the listener went.
        }
        finally
        {
            lock (_gate) _listeners.Remove(news.Writer);
        }
    }

    private static long Nanoseconds(string instant)
    {
        string[] parts = instant.Split('.');
        return long.Parse(parts[0], CultureInfo.InvariantCulture) * 1_000_000_000 + long.Parse(parts[1], CultureInfo.InvariantCulture);
    }
}
