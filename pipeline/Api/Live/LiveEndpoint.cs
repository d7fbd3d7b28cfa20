using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Pipeline.Api.Contracts;
using Pipeline.Api.Ports;

namespace Pipeline.Api.Live;

/// <summary>
/// The live list as server-sent events: <c>ready</c>, then <c>alarm</c> and <c>gone</c>; <c>reset</c> when too much was missed to be told,
/// <c>end</c> with the reason. Comments keep the connection alive.
/// </summary>
internal sealed class LiveEndpoint(LiveAlarms live, IAlarmChanges changes, TimeProvider time, IHostApplicationLifetime lifetime)
{
    private const string LastEventId = "Last-Event-ID";

    /// <summary>Events of the store that a listener who was away is told; beyond that it has to read the list again.</summary>
    private const int MostMissed = 10_000;

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(5);

    /// <summary>How long one that is let go has to take what was written already.</summary>
    private static readonly TimeSpan LastGrace = TimeSpan.FromSeconds(5);

    public async Task RunAsync(HttpContext http)
    {
        (AlarmListQuery? query, IResult? problem) = AlarmListQuery.Read(http.Request, QueryParameter.Filters);
        if (query is null)
        {
            await problem!.ExecuteAsync(http);
            return;
        }

        long? after = null;
        if (http.Request.Headers[LastEventId] is [{ Length: > 0 } text])
        {
            if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long position))
            {
                await Problems.BadCursor().ExecuteAsync(http);
                return;
            }

            after = position;
        }

        await JoinAsync(http, query.Filter, after);
    }

    private async Task JoinAsync(HttpContext http, AlarmFilter filter, long? after)
    {
        using var start = new CancellationTokenSource(LongestStart, time);
        using var starting = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, start.Token);
        (LiveClient Client, long Position)? joined;
        try
        {
            joined = await live.JoinAsync(filter, starting.Token);
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            await RequestGate.Later(http, Problems.StoreUnavailable()).ExecuteAsync(http);
            return;
        }

        if (joined is not { } listening)
        {
            await RequestGate.Later(http, Problems.TooManyRequests()).ExecuteAsync(http);
            return;
        }

        string why = "left";
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            why = await TellAsync(http, listening.Client, filter, after, listening.Position, stop.Token);
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException)
        {
            if (listening.Client.TooSlow.IsCompleted) why = "too-slow";
            else if (lifetime.ApplicationStopping.IsCancellationRequested) why = "stopping";
        }
        catch (AlarmStoreUnavailableException)
        {
            why = "store-away";
        }
        finally
        {
            live.Leave(listening.Client, why);
        }

        await EndAsync(http, why);
    }

    /// <returns>Why it ended.</returns>
    private async Task<string> TellAsync(HttpContext http, LiveClient client, AlarmFilter filter, long? after, long position, CancellationToken stop)
    {
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        http.Response.ContentType = "text/event-stream";
        if (after is { } missedSince) await CatchUpAsync(http.Response, filter, missedSince, stop);
        await WriteAsync(http.Response, position, "ready", "{}", stop);

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _ = client.TooSlow.ContinueWith(_ => TryCancel(patience, LastGrace), stop, TaskContinuationOptions.None, TaskScheduler.Default);
        Task<bool>? more = null;
        while (true)
        {
            more ??= client.Queue.WaitToReadAsync(patience.Token).AsTask();
            Task pause = Task.Delay(Heartbeat, time, patience.Token);
            if (await Task.WhenAny(more, pause) != more)
            {
                await pause;
                await http.Response.WriteAsync(": still here\n\n", patience.Token);
            }
            else if (!await more)
            {
                return "too-slow";
            }
            else
            {
                more = null;
                while (client.Queue.TryRead(out LiveMessage? message)) await WriteAsync(http.Response, message, patience.Token);
            }

            await http.Response.Body.FlushAsync(patience.Token);
        }
    }

    /// <summary>What was missed, under the position that the listener came with: it may lose the connection again meanwhile.</summary>
    private async Task CatchUpAsync(HttpResponse response, AlarmFilter filter, long after, CancellationToken stop)
    {
        if (await changes.SinceAsync(after, MostMissed, stop) is not { } missed)
        {
            await WriteAsync(response, after, "reset", "{}", stop);
            return;
        }

        foreach (AlarmSummary alarm in missed)
        {
            if (filter.Finds(alarm)) await WriteAsync(response, new LiveMessage(after, alarm), stop);
            else if (filter.MayFind(alarm)) await WriteAsync(response, new LiveMessage(after, null, alarm.Id), stop);
        }
    }

    private static Task WriteAsync(HttpResponse response, LiveMessage message, CancellationToken stop) => message.Alarm is { } alarm
        ? WriteAsync(
            response, message.Position, "alarm", JsonSerializer.Serialize(AlarmListItemContract.From(alarm), ApiJson.Shaped.AlarmListItemContract), stop)
        : WriteAsync(response, message.Position, "gone", $$"""{"id":"{{message.Gone}}"}""", stop);

    private static async Task WriteAsync(HttpResponse response, long position, string name, string data, CancellationToken stop)
    {
        string id = position.ToString(CultureInfo.InvariantCulture);
        await response.Body.WriteAsync(Encoding.UTF8.GetBytes($"id: {id}\nevent: {name}\ndata: {data}\n\n"), stop);
        if (name is "ready") await response.Body.FlushAsync(stop);
    }

    private async Task EndAsync(HttpContext http, string why)
    {
        if (why == "left" || http.RequestAborted.IsCancellationRequested) return;
        using var last = new CancellationTokenSource(LastGrace, time);
        try
        {
            await http.Response.WriteAsync($$"""
                event: end
                data: {"reason":"{{why}}"}


                """.ReplaceLineEndings("\n"), last.Token);
            await http.Response.Body.FlushAsync(last.Token);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            http.Abort();
        }
    }

    private static void TryCancel(CancellationTokenSource source, TimeSpan after)
    {
        try
        {
            source.CancelAfter(after);
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself meanwhile.
        }
    }
}
