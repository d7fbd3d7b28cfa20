using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Pipeline.Api.Contracts;
using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Identity;

namespace Pipeline.Api;

/// <summary>The handlers that do something about alarms.</summary>
internal static class HandlingEndpoints
{
    private const string IdempotencyKey = "Idempotency-Key";
    private const int LongestKey = 256;

    public static async Task<IResult> HandleAsync(string id, HttpContext http, IAlarmHandling handling, CancellationToken cancellation)
    {
        (HandlingRequestContract? asked, IResult? unreadable) = await RequestBody.ReadAsync(http, ApiJson.Shaped.HandlingRequestContract, cancellation);
        if (asked is null) return unreadable!;
        if (!Guid.TryParseExact(id, "D", out Guid alarm)) return Problems.NoSuchAlarm();
        (Guid request, IResult? problem) = RequestOf(http);
        (int? version, IResult? mismatch) = VersionOf(http);
        if ((problem ?? mismatch) is { } wrong) return wrong;
        AlarmCommand command = asked.Command(request);
        if (AlarmHandling.Fault(command) is { Length: > 0 } fault) return Problems.InvalidCommand(fault);

        ImmutableArray<HandlingResult> results = await handling.HandleAsync(command, [alarm], version, cancellation);
        return results[0] switch
        {
            HandlingResult.Done done => Done(http, request, done),
            HandlingResult.Refused refused => Problems.ActionRefused(refused.Reason, refused.State),
            HandlingResult.Changed changed => Problems.AlarmChanged(changed.Version),
            _ => Problems.NoSuchAlarm(),
        };
    }

    public static async Task<IResult> HandleManyAsync(HttpContext http, IAlarmHandling handling, CancellationToken cancellation)
    {
        (BulkHandlingRequestContract? asked, IResult? unreadable) = await RequestBody.ReadAsync(http, ApiJson.Shaped.BulkHandlingRequestContract, cancellation);
        if (asked is null) return unreadable!;
        (Guid request, IResult? problem) = RequestOf(http);
        if (problem is not null) return problem;
        AlarmCommand command = asked.Do.Command(request);
        if (AlarmHandling.Fault(command) is { Length: > 0 } fault) return Problems.InvalidCommand(fault);
        if (asked.Ids.Length > IAlarmHandling.MostAlarms) return Problems.InvalidCommand($"ids: more than {IAlarmHandling.MostAlarms}");
        if (asked.Ids.IsEmpty == (http.Request.Query.Count == 0))
            return Problems.InvalidCommand("ids: give the alarms' ids, or the list's filters as query parameters; one of the two");

        ImmutableArray<Guid> ids = asked.Ids;
        if (ids.IsEmpty)
        {
            (AlarmListQuery? query, IResult? wrong) = AlarmListQuery.Read(http.Request);
            if (query is null) return wrong!;
            ids = await handling.AcceptingAsync(query.Filter, command.Action, IAlarmHandling.MostAlarms, cancellation);
        }

        ImmutableArray<HandlingResult> results = ids.IsEmpty ? [] : await handling.HandleAsync(command, ids, null, cancellation);
        return TypedResults.Ok(BulkHandlingContract.From(request, results, asked.Ids.IsEmpty && ids.Length == IAlarmHandling.MostAlarms));
    }

    private static Ok<HandlingContract> Done(HttpContext http, Guid request, HandlingResult.Done done)
    {
        http.Response.GetTypedHeaders().ETag = new EntityTagHeaderValue($"\"{done.Version.ToString(CultureInfo.InvariantCulture)}\"");
        return TypedResults.Ok(BulkHandlingContract.From(request, done));
    }

    /// <summary>The same key names the same request: sent again it changes nothing and is answered as before.</summary>
    internal static (Guid Request, IResult? Problem) RequestOf(HttpContext http)
    {
        if (http.Request.Headers[IdempotencyKey] is not [{ Length: > 0 } key]) return (Guid.NewGuid(), null);
        return key.Length > LongestKey
            ? (default, Problems.InvalidCommand($"{IdempotencyKey}: longer than {LongestKey} characters"))
            : (DeterministicId.From("request", key), null);
    }

    internal static (int? Version, IResult? Problem) VersionOf(HttpContext http)
    {
        IList<EntityTagHeaderValue> match = http.Request.GetTypedHeaders().IfMatch;
        if (match.Count == 0 || match.Any(tag => tag.Equals(EntityTagHeaderValue.Any))) return (null, null);
        return match is [{ IsWeak: false } tag] && int.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out int version)
            ? (version, null)
            : (null, Problems.InvalidCommand("If-Match: not an ETag of ours"));
    }
}
