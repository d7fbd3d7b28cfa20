using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.Api.Ports;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Exclusions;

namespace Pipeline.Api;

/// <summary>
/// What can go wrong, as RFC 9457 problem details. The types are URNs that never change and are explained in docs/api.md; programs compare
/// them, people
/// read the rest.
/// </summary>
internal static class Problems
{
    public const string TypePrefix = "urn:alarm-pipeline:problem:";
    public const int RetryAfterSeconds = 5;

    public static ProblemHttpResult InvalidQuery(string parameter, string detail) =>
        Problem(
            StatusCodes.Status400BadRequest, "invalid-query", "A query parameter is not valid", detail, new() { ["parameter"] = parameter });

    public static ProblemHttpResult UnknownWord(string parameter, string value, IEnumerable<string> allowed) => Problem(
        StatusCodes.Status400BadRequest,
        "unknown-filter-value",
        "A filter value is not known",
        $"\"{value}\" is not a value of {parameter}; allowed are {string.Join(", ", allowed)}.",
        new() { ["parameter"] = parameter, ["allowed"] = allowed.ToArray() });

    public static ProblemHttpResult BadCursor() => Problem(
        StatusCodes.Status400BadRequest, "bad-cursor", "The cursor is not one of ours", "Use the value of \"next\" from the page before, unchanged, or leave it out.");

    public static ProblemHttpResult NoSuchAlarm() =>
        Problem(
            StatusCodes.Status404NotFound, "alarm-not-found", "There is no such alarm", "No alarm has this id; ids are the \"id\" of the alarms in the list.");

    public static ProblemHttpResult NoSuchPath() =>
        Problem(StatusCodes.Status404NotFound, "not-found", "There is nothing here", "GET /api/openapi.json describes what there is.");

    public static ProblemHttpResult OnlyBy(string method) => Problem(
        StatusCodes.Status405MethodNotAllowed, "method-not-allowed", $"Only {method} is possible here", "GET /api/openapi.json describes what there is.");

    public static ProblemHttpResult InvalidCommand(string detail) =>
        Problem(StatusCodes.Status400BadRequest, "invalid-command", "The request cannot be carried out as it is", detail);

    public static ProblemHttpResult NoSuchExclusion() => Problem(
        StatusCodes.Status404NotFound, "exclusion-not-found", "There is no such exclusion", "No exclusion has this id.");

    public static ProblemHttpResult TooManyExclusions() => Problem(
        StatusCodes.Status409Conflict, "too-many-exclusions", "Too many exclusions hold at the same time",
        $"{ExclusionRules.MostAtOnce} hold, and each is asked about every new alarm. Remove some, or say more with one.");

    public static ProblemHttpResult NoSuchPolicy() => Problem(
        StatusCodes.Status404NotFound, "policy-not-found", "There is no such revision", "GET /api/policies lists the revisions of the policy.");

    public static ProblemHttpResult PolicyRefused(string reason) =>
        Problem(StatusCodes.Status409Conflict, "policy-refused", "The policy cannot be put in force", $"{reason}.");

    public static ProblemHttpResult PolicyChanged(int revision) => Problem(
        StatusCodes.Status412PreconditionFailed, "policy-changed", "Somebody changed the policy in between",
        "Look at the policy in force again; its ETag goes into If-Match.", new() { ["revision"] = revision });

    /// <summary>Every fault, in the order of the document.</summary>
    public static ProblemHttpResult PolicyInvalid(IEnumerable<PolicyDocumentFault> faults)
    {
        string[] lines = [.. faults.Select(f => $"{f.Line}:{f.Column}: {(f.Setting.Length > 0 ? $"{f.Setting}: " : "")}{f.Reason}")];
        return Problem(
            StatusCodes.Status400BadRequest, "policy-invalid", "The policy's document is not valid",
            $"Nothing was changed. {string.Join("; ", lines)}", new() { ["faults"] = lines });
    }

    public static ProblemHttpResult NotJson() => Problem(
        StatusCodes.Status415UnsupportedMediaType, "not-json", "The body is not JSON", "Send it with Content-Type: application/json.");

    public static ProblemHttpResult ActionRefused(string reason, AlarmState state) => Problem(
        StatusCodes.Status409Conflict, "action-refused", "The alarm does not accept this", $"The alarm {reason}.", new() { ["state"] = Spelling.Of(state) });

    public static ProblemHttpResult AlarmChanged(int version) => Problem(
        StatusCodes.Status412PreconditionFailed, "alarm-changed", "Something happened to the alarm since",
        "Look at the alarm again; its ETag goes into If-Match.", new() { ["version"] = version });

    public static ProblemHttpResult StoreUnavailable() => Problem(
        StatusCodes.Status503ServiceUnavailable, "store-unavailable", "The alarm store does not answer", "Nothing is lost; try again after the time in Retry-After.");

    public static ProblemHttpResult TooManyRequests() => Problem(
        StatusCodes.Status429TooManyRequests, "too-many-requests", "Too many requests at the same time", "Try again after the time in Retry-After.");

    private static ProblemHttpResult Problem(int status, string type, string title, string detail, Dictionary<string, object?>? more = null) =>
        TypedResults.Problem(detail, statusCode: status, title: title, type: TypePrefix + type, extensions: more);
}
