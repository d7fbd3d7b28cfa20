using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Pipeline.Api.Ports;

namespace Pipeline.Api;

/// <summary>
/// Stands before every endpoint that reads the store: bounds how many requests read at the same time, so that impatient clients cannot take
/// the connections
/// that commits need, and turns an absent store into an answer that says when to try again.
/// </summary>
internal sealed class RequestGate : IEndpointFilter, IDisposable
{
    private readonly ConcurrencyLimiter _readers = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = 16,
        QueueLimit = 64,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        using RateLimitLease place = await _readers.AcquireAsync(1, context.HttpContext.RequestAborted);
        if (!place.IsAcquired) return Later(context.HttpContext, Problems.TooManyRequests());
        try
        {
            return await next(context);
        }
        catch (AlarmStoreUnavailableException)
        {
            return Later(context.HttpContext, Problems.StoreUnavailable());
        }
    }

    public void Dispose() => _readers.Dispose();

    /// <summary>The same answer, with when to try again.</summary>
    internal static IResult Later(HttpContext http, IResult problem)
    {
        http.Response.Headers.RetryAfter = Problems.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        return problem;
    }
}
