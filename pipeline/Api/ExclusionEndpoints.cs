using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Pipeline.Api.Contracts;
using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Exclusions;

namespace Pipeline.Api;

/// <summary>The handlers for exclusions.</summary>
internal static class ExclusionEndpoints
{
    private const int LongestList = 1000;

    public static async Task<IResult> ListAsync([FromServices] IExclusions exclusions, CancellationToken cancellation, bool all = false) =>
        TypedResults.Ok(new ExclusionListContract([.. (await exclusions.ListAsync(all, LongestList, cancellation)).Select(ExclusionContract.From)]));

    public static async Task<IResult> FindAsync(string id, [FromServices] IExclusions exclusions, CancellationToken cancellation) =>
        Guid.TryParseExact(id, "D", out Guid wanted) && await exclusions.FindAsync(wanted, cancellation) is { } found
            ? TypedResults.Ok(ExclusionContract.From(found))
            : Problems.NoSuchExclusion();

    public static async Task<IResult> PreviewAsync(HttpContext http, [FromServices] IExclusions exclusions, [FromServices] TimeProvider time, CancellationToken cancellation)
    {
        (ExclusionRequestContract? asked, IResult? problem) = await ReadAsync(http, time, cancellation);
        if (asked is null) return problem!;
        ExclusionPreview preview = await exclusions.PreviewAsync(asked.Wanted(), cancellation);
        return TypedResults.Ok(new ExclusionPreviewContract(preview.Open, preview.Past, [.. preview.Sample.Select(AlarmListItemContract.From)]));
    }

    public static async Task<IResult> AddAsync(HttpContext http, [FromServices] IExclusions exclusions, [FromServices] TimeProvider time, CancellationToken cancellation)
    {
        (ExclusionRequestContract? asked, IResult? problem) = await ReadAsync(http, time, cancellation);
        if (asked is null) return problem!;
        (Guid request, IResult? wrong) = HandlingEndpoints.RequestOf(http);
        if (wrong is not null) return wrong;
        StoredExclusion? added = await exclusions.AddAsync(request, asked.Wanted(), asked.Actor, asked.Reason, asked.ExpiresAt, cancellation);
        return added is null ? Problems.TooManyExclusions() : TypedResults.Created($"/api/exclusions/{added.Id}", ExclusionContract.From(added));
    }

    public static async Task<IResult> RemoveAsync(string id, HttpContext http, [FromServices] IExclusions exclusions, CancellationToken cancellation)
    {
        (ExclusionRemovalContract? asked, IResult? problem) = await RequestBody.ReadAsync(http, ApiJson.Shaped.ExclusionRemovalContract, cancellation);
        if (asked is null) return problem!;
        if (asked.Actor.Length is 0 or > AlarmActionTaken.LongestName) return Problems.InvalidCommand($"actor: 1 to {AlarmActionTaken.LongestName} characters");
        if (asked.Reason.Length > AlarmActionTaken.LongestReason) return Problems.InvalidCommand($"reason: at most {AlarmActionTaken.LongestReason} characters");
        return Guid.TryParseExact(id, "D", out Guid wanted) && await exclusions.RemoveAsync(wanted, asked.Actor, asked.Reason, cancellation) is { } removed
            ? TypedResults.Ok(ExclusionContract.From(removed))
            : Problems.NoSuchExclusion();
    }

    private static async Task<(ExclusionRequestContract? Asked, IResult? Problem)> ReadAsync(
        HttpContext http, TimeProvider time, CancellationToken cancellation)
    {
        (ExclusionRequestContract? asked, IResult? problem) = await RequestBody.ReadAsync(http, ApiJson.Shaped.ExclusionRequestContract, cancellation);
        if (asked is null) return (null, problem);
        string fault = ExclusionRules.Fault(asked.Wanted(), asked.Actor, asked.Reason, asked.ExpiresAt, time.GetUtcNow());
        return fault.Length == 0 ? (asked, null) : (null, Problems.InvalidCommand(fault));
    }
}
