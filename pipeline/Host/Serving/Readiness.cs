using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Pipeline.Host.Serving;

/// <summary>The answer of /readyz: each part with its state, and why.</summary>
internal static class Readiness
{
    public static async Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.Body);
        json.WriteStartObject();
        json.WriteBoolean("ready", report.Status == HealthStatus.Healthy);
        json.WriteStartObject("parts");
        foreach ((string name, HealthReportEntry part) in report.Entries)
        {
            json.WriteStartObject(name);
            json.WriteBoolean("ready", part.Status == HealthStatus.Healthy);
            json.WriteString("detail", part.Description ?? "");
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
        await json.FlushAsync(context.RequestAborted);
    }
}
