using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;
using Pipeline.Api.Contracts;
using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Policies;

namespace Pipeline.Api;

/// <summary>The handlers for the policy.</summary>
internal static class PolicyEndpoints
{
    /// <summary>A document with every character escaped has room.</summary>
    public const int LongestBody = 4 * PolicyDocument.LongestBytes;

    private const int LongestList = 1000;

    private static readonly StoredPolicy Never = new(0, null, "", "", default, null);

    public static async Task<IResult> ListAsync([FromServices] IPolicies policies, CancellationToken cancellation) => TypedResults.Ok(
        new PolicyListContract([.. (await policies.HistoryAsync(LongestList, cancellation)).Select(p => PolicyContract.From(p, withDocument: false))]));

    public static async Task<IResult> CurrentAsync(HttpContext http, [FromServices] IPolicies policies, CancellationToken cancellation) =>
        Answer(http, await policies.FindAsync(null, cancellation) ?? Never);

    public static async Task<IResult> FindAsync(string revision, [FromServices] IPolicies policies, CancellationToken cancellation) =>
        Number(revision) is { } wanted && await policies.FindAsync(wanted, cancellation) is { } found
            ? TypedResults.Ok(PolicyContract.From(found, withDocument: true))
            : Problems.NoSuchPolicy();

    public static async Task<IResult> DifferAsync(
        [FromServices] IPolicies policies, [FromServices] IPolicyDocuments documents, int from, int to, CancellationToken cancellation)
    {
        (bool, PolicyDocument?)[] both = [await DocumentAsync(policies, from, cancellation), await DocumentAsync(policies, to, cancellation)];
        return both.All(one => one.Item1) ? Differences(documents, both[0].Item2, both[1].Item2) : Problems.NoSuchPolicy();
    }

    public static async Task<IResult> PreviewAsync(
        HttpContext http, [FromServices] IPolicies policies, [FromServices] IPolicyDocuments documents, CancellationToken cancellation)
    {
        (PolicyPreviewRequestContract? asked, IResult? problem) =
            await RequestBody.ReadAsync(http, ApiJson.Shaped.PolicyPreviewRequestContract, cancellation);
        if (asked is null) return problem!;
        (PolicyDocument? document, IResult? refused) = Read(documents, asked.Document);
        return refused ?? Differences(documents, (await policies.FindAsync(null, cancellation))?.Document, document);
    }

    public static async Task<IResult> ApplyAsync(
        HttpContext http, [FromServices] IPolicies policies, [FromServices] IPolicyDocuments documents, CancellationToken cancellation)
    {
        (PolicyRequestContract? asked, IResult? problem) = await RequestBody.ReadAsync(http, ApiJson.Shaped.PolicyRequestContract, cancellation);
        if (asked is null) return problem!;
        (int? expected, IResult? wrong) = HandlingEndpoints.VersionOf(http);
        if ((wrong ?? Fault(asked.Author, asked.Reason)) is { } fault) return fault;
        (PolicyDocument? document, IResult? refused) = Read(documents, asked.Document);
        return document is null ? refused! : Answer(http, await policies.ApplyAsync(document, asked.Author, asked.Reason, expected, cancellation));
    }

    public static async Task<IResult> RollBackAsync(HttpContext http, [FromServices] IPolicies policies, CancellationToken cancellation)
    {
        (PolicyRollbackContract? asked, IResult? problem) = await RequestBody.ReadAsync(http, ApiJson.Shaped.PolicyRollbackContract, cancellation);
        if (asked is null) return problem!;
        (int? expected, IResult? wrong) = HandlingEndpoints.VersionOf(http);
        if ((wrong ?? Fault(asked.Author, asked.Reason)) is { } fault) return fault;
        if (asked.Revision < 0) return Problems.NoSuchPolicy();
        return Answer(http, await policies.RollBackAsync(asked.Revision, asked.Author, asked.Reason, expected, cancellation));
    }

    public static async Task<IResult> PositionsAsync(
        [FromServices] IPolicies policies, string topic, int partition, CancellationToken cancellation) => TypedResults.Ok(new PolicyPositionListContract(
        [.. (await policies.PositionsAsync(topic, partition, LongestList, cancellation)).Select(p => new PolicyPositionContract(
            p.Topic, p.Partition, p.Offset, p.PolicyId, p.Version, p.Hash, p.RecordedAt.UtcDateTime))]));

    private static IResult Answer(HttpContext http, PolicyOutcome outcome) => outcome switch
    {
        PolicyOutcome.Holds holds => Answer(http, holds.Policy),
        PolicyOutcome.Changed changed => Problems.PolicyChanged(changed.Revision),
        PolicyOutcome.Refused refused => Problems.PolicyRefused(refused.Reason),
        _ => Problems.NoSuchPolicy(),
    };

    private static Ok<PolicyContract> Answer(HttpContext http, StoredPolicy policy)
    {
        http.Response.GetTypedHeaders().ETag = new EntityTagHeaderValue($"\"{policy.Revision.ToString(CultureInfo.InvariantCulture)}\"");
        return TypedResults.Ok(PolicyContract.From(policy, withDocument: true));
    }

    private static (PolicyDocument? Document, IResult? Refused) Read(IPolicyDocuments documents, string text)
    {
        if (Encoding.UTF8.GetByteCount(text) > PolicyDocument.LongestBytes || text.Contains('\0'))
            return (null, Problems.InvalidCommand($"document: at most {PolicyDocument.LongestBytes / 1024} KiB of UTF-8, without U+0000"));
        (PolicyDocument? document, ImmutableArray<PolicyDocumentFault> faults) = documents.Read(text);
        return (document, document is null ? Problems.PolicyInvalid(faults) : null);
    }

    private static IResult Differences(IPolicyDocuments documents, PolicyDocument? from, PolicyDocument? to) =>
        documents.Differences(from, to) is { } differences
            ? TypedResults.Ok(PolicyDifferencesContract.From(differences))
            : Problems.PolicyRefused("One of the documents is not understood by this process; it may be of a later program");

    private static async Task<(bool Found, PolicyDocument? Document)> DocumentAsync(IPolicies policies, int revision, CancellationToken cancellation)
    {
        if (revision == 0) return (true, null);
        StoredPolicy? found = revision < 0 ? null : await policies.FindAsync(revision, cancellation);
        return (found is not null, found?.Document);
    }

    private static ProblemHttpResult? Fault(string author, string reason)
    {
        if (author.Length is 0 or > AlarmActionTaken.LongestName) return Problems.InvalidCommand($"author: 1 to {AlarmActionTaken.LongestName} characters");
        return reason.Length > AlarmActionTaken.LongestReason
            ? Problems.InvalidCommand($"reason: at most {AlarmActionTaken.LongestReason} characters") : null;
    }

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? number : null;
}
