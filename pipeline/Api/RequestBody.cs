using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Api;

/// <summary>Bodies of requests that change something.</summary>
internal static class RequestBody
{
    /// <summary>Exactly one of the two is not null.</summary>
    public static async Task<(T? Asked, IResult? Problem)> ReadAsync<T>(HttpContext http, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class
    {
        // A page of another site can make a browser send text, but not JSON.
        if (!http.Request.HasJsonContentType()) return (null, Problems.NotJson());
        try
        {
            T? asked = await http.Request.ReadFromJsonAsync(type, cancellation);
            return asked is null ? (null, Problems.InvalidCommand("The body is null.")) : (asked, null);
        }
        catch (JsonException fault)
        {
            return (null, Problems.InvalidCommand(
                $"The body is not such a request at {fault.Path ?? "$"}, line {fault.LineNumber + 1 ?? 1}: a member is missing there, or its value is none. "
                + "GET /api/openapi.json has the members and their values."));
        }
    }
}
