using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Api;

/// <summary>What surrounds every request, wherever the host maps the API.</summary>
internal sealed class AroundTheApi : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(AddHeaders);
        app.UseExceptionHandler();
        next(app);
    };

    /// <summary>
    /// Answers are data: nothing in them may run, be framed or be guessed to be something else. At the start of the answer, so that errors
    /// carry them too.
    /// </summary>
    private static Task AddHeaders(HttpContext http, RequestDelegate next)
    {
        if (http.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal))
        {
            http.Response.OnStarting(static state =>
            {
                IHeaderDictionary headers = ((HttpContext)state).Response.Headers;
                headers.XContentTypeOptions = "nosniff";
                headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
                headers["Referrer-Policy"] = "no-referrer";
                headers["Cross-Origin-Resource-Policy"] = "same-origin";
                // Kept by a browser only together with its ETag, and asked for again each time.
                headers.CacheControl = headers.ETag.Count > 0 ? "private, no-cache" : "no-store";
                return Task.CompletedTask;
            }, http);
        }

        return next(http);
    }
}
