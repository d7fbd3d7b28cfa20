using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Pipeline.Api.Contracts;
using Pipeline.Api.Ports;

namespace Pipeline.Api.Export;

/// <summary>
/// The whole list as one document, page by page as the receiver takes it: memory is that of one page. When the store goes away in the
/// middle the connection is cut, so that half a document is not taken for all of it.
/// </summary>
internal sealed class ExportEndpoint(IAlarmQueries alarms) : IDisposable
{
    /// <summary>Exports at the same time.</summary>
    private const int MostAtOnce = 4;

    private readonly SemaphoreSlim _places = new(MostAtOnce, MostAtOnce);

    public async Task RunAsync(HttpContext http)
    {
        (AlarmListQuery? query, IResult? problem) = AlarmListQuery.Read(http.Request, [QueryParameter.Format, .. QueryParameter.Filters]);
        string format = http.Request.Query[QueryParameter.Format.Name] is [{ } one] ? one : "json";
        if (query is not null && !QueryParameter.Format.Words.Contains(format))
            problem = Problems.UnknownWord(QueryParameter.Format.Name, format, QueryParameter.Format.Words);
        if (problem is null && !await _places.WaitAsync(0)) problem = RequestGate.Later(http, Problems.TooManyRequests());
        if (problem is not null)
        {
            await problem.ExecuteAsync(http);
            return;
        }

        try
        {
            await WriteAsync(http, query!.Filter, format, http.RequestAborted);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Who asked has gone.
        }
        catch (AlarmStoreUnavailableException) when (http.Response.HasStarted)
        {
            http.Abort();
        }
        catch (AlarmStoreUnavailableException)
        {
            http.Response.Headers.ContentDisposition = default;
            await RequestGate.Later(http, Problems.StoreUnavailable()).ExecuteAsync(http);
        }
        finally
        {
            _places.Release();
        }
    }

    public void Dispose() => _places.Dispose();

    private async Task WriteAsync(HttpContext http, AlarmFilter filter, string format, CancellationToken cancellation)
    {
        AlarmPage? page = await alarms.ListAsync(filter, null, QueryParameter.LargestLimit, cancellation);
        http.Response.ContentType = format switch { "csv" => "text/csv; charset=utf-8", "ndjson" => "application/x-ndjson", _ => "application/json" };
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"alarms.{format}\"";
        bool first = true;
        while (page is not null)
        {
            await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(Text(page, format, first)), cancellation);
            await http.Response.Body.FlushAsync(cancellation);
            first = first && page.Alarms.IsEmpty;
            page = page.Next is { } next ? await alarms.ListAsync(filter, next, QueryParameter.LargestLimit, cancellation) : null;
        }
    }

    private static string Text(AlarmPage page, string format, bool first)
    {
        var text = new StringBuilder();
        if (first) text.Append(format switch { "csv" => Csv.Head, "json" => "{\"alarms\":[", _ => "" });
        foreach (AlarmSummary alarm in page.Alarms)
        {
            if (format == "csv")
            {
                text.Append(Csv.Line(alarm));
                continue;
            }

            string json = JsonSerializer.Serialize(AlarmListItemContract.From(alarm), ApiJson.Shaped.AlarmListItemContract);
            if (format == "ndjson") text.Append(json).Append('\n');
            else text.Append(first ? "" : ",").Append(json);
            first = false;
        }

        if (format == "json" && page.Next is null) text.Append("],\"next\":null}");
        return text.ToString();
    }
}
