using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Pipeline.Api.Contracts;
using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;

namespace Pipeline.Api;

/// <summary>The handlers: request in, contract or problem out.</summary>
internal static class AlarmEndpoints
{
    public static async Task<IResult> ListAsync(HttpRequest request, IAlarmQueries alarms, CancellationToken cancellation)
    {
        (AlarmListQuery? query, IResult? problem) = AlarmListQuery.Read(request);
        if (query is null) return problem!;
        AlarmPage? page = await alarms.ListAsync(query.Filter, query.Cursor, query.Limit, cancellation);
        return page is null ? Problems.BadCursor() : TypedResults.Ok(AlarmListContract.From(page));
    }

    public static async Task<IResult> FindAsync(string id, HttpContext http, IAlarmQueries alarms, CancellationToken cancellation)
    {
        if (!Guid.TryParseExact(id, "D", out Guid alarmId) || await alarms.FindAsync(alarmId, cancellation) is not { } alarm)
            return Problems.NoSuchAlarm();
        var tag = new EntityTagHeaderValue($"\"{alarm.View.Version.ToString(CultureInfo.InvariantCulture)}\"");
        ResponseHeaders(http).ETag = tag;
        IList<EntityTagHeaderValue> known = http.Request.GetTypedHeaders().IfNoneMatch;
        bool unchanged = known.Any(held => held.Equals(EntityTagHeaderValue.Any) || held.Compare(tag, useStrongComparison: false));
        return unchanged ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : TypedResults.Ok(AlarmContract.From(alarm));
    }

    public static async Task<IResult> SimilarAsync(string id, IAlarmQueries alarms, CancellationToken cancellation)
    {
        if (!Guid.TryParseExact(id, "D", out Guid alarmId) || await alarms.FindAsync(alarmId, cancellation) is not { } alarm)
            return Problems.NoSuchAlarm();
        AlarmRaised raised = alarm.View.Raised;
        var same = new AlarmFilter { Rule = raised.RuleId, Subject = raised.Subject };
        AlarmPage? page = await alarms.ListAsync(same, null, SimilarAlarmsContract.Most + 1, cancellation);
        return TypedResults.Ok(SimilarAlarmsContract.From(alarm, page!));
    }

    private static Microsoft.AspNetCore.Http.Headers.ResponseHeaders ResponseHeaders(HttpContext http) => http.Response.GetTypedHeaders();
}
