using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pipeline.Api.Contracts;
using Pipeline.Api.Export;
using Pipeline.Api.Live;

namespace Pipeline.Api;

/// <summary>
/// The HTTP API over <see cref="Ports.IAlarmQueries"/> and <see cref="Ports.IAlarmHandling"/>. Who may reach it is the host's to decide: it has no log-in of its own.
/// </summary>
public static class AlarmApi
{
    private const string Root = "/api";
    private static readonly string[] Changing = ["POST", "PUT", "PATCH", "DELETE"];
    private static readonly string[] NotPosting = ["GET", "PUT", "PATCH", "DELETE"];

    /// <summary>
    /// Services of the API, and around the whole pipeline of requests: problem details for failures, security headers for answers under
    /// /api.
    /// </summary>
    public static IServiceCollection AddAlarmApi(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json => ApiJson.Configure(json.SerializerOptions));
        services.AddProblemDetails(problems => problems.CustomizeProblemDetails = context =>
        {
            // What no handler foresaw. The exception is in the log, not in the answer.
            if (context.ProblemDetails.Type?.StartsWith(Problems.TypePrefix, StringComparison.Ordinal) != true)
                context.ProblemDetails.Type =
                    $"{Problems.TypePrefix}{(context.ProblemDetails.Status >= 500 ? "internal-error" : "bad-request")}";
        });
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<RequestGate>();
        services.AddSingleton<LiveTelemetry>();
        services.AddSingleton<LiveAlarms>();
        services.AddSingleton<LiveEndpoint>();
        services.AddSingleton<ExportEndpoint>();
        services.AddSingleton<IStartupFilter, AroundTheApi>();
        services.AddOpenApi(OpenApiDescription.Configure);
        return services;
    }

    /// <summary>Maps /api/alarms, /api/alarms/{id} and /api/openapi.json; whatever else is asked for under /api gets a problem.</summary>
    public static IEndpointRouteBuilder MapAlarmApi(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder api = routes.MapGroup(Root);
        RouteGroupBuilder alarms =
            api.MapGroup("/alarms").WithTags("Alarms").AddEndpointFilter(routes.ServiceProvider.GetRequiredService<RequestGate>());
        alarms.MapGet("", AlarmEndpoints.ListAsync)
            .WithName("listAlarms")
            .WithSummary("List alarms")
            .WithDescription("Newest stored first. A page boundary stays where it is while alarms arrive. All filters must hold.")
            .Produces<AlarmListContract>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status429TooManyRequests)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        alarms.MapGet("/{id}", AlarmEndpoints.FindAsync)
            .WithName("getAlarm")
            .WithSummary("Get one alarm")
            .WithDescription("With its findings, evidence and history. The ETag is its version; If-None-Match gets 304 while nothing changed.")
            .Produces<AlarmContract>()
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status429TooManyRequests)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        alarms.MapGet("/{id}/similar", AlarmEndpoints.SimilarAsync)
            .WithName("similarAlarms")
            .WithSummary("Get what is the same as an alarm")
            .WithDescription("Alarms of the same rule about the same subject, the newest stored first, and when this alarm itself was seen again.")
            .Produces<SimilarAlarmsContract>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status429TooManyRequests)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        MapHandling(alarms);
        MapStreams(api.MapGroup("/alarms").WithTags("Alarms"));
        MapExclusions(api.MapGroup("/exclusions").WithTags("Exclusions").AddEndpointFilter(routes.ServiceProvider.GetRequiredService<RequestGate>()));
        PolicyRoutes.Map(api.MapGroup("/policies").AddEndpointFilter(routes.ServiceProvider.GetRequiredService<RequestGate>()));
        routes.MapOpenApi(Root + "/openapi.json");

        foreach (string path in (string[])["/alarms", "/alarms/{id}", "/alarms/{id}/similar", "/alarms/live", "/alarms/export", "/openapi.json"])
            api.MapMethods(path, Changing, http => Only("GET", http)).ExcludeFromDescription();
        foreach (string path in (string[])["/alarms/actions", "/alarms/{id}/actions"])
            api.MapMethods(path, NotPosting, http => Only("POST", http)).ExcludeFromDescription();
        // What takes JSON is not found by requests that bring something else.
        api.MapFallback("{**path}", (HttpRequest request) =>
            (IResult)(HttpMethods.IsPost(request.Method) && !request.HasJsonContentType() ? Problems.NotJson() : Problems.NoSuchPath())).ExcludeFromDescription();
        return routes;
    }

    private static void MapHandling(RouteGroupBuilder alarms)
    {
        alarms.MapPost("/{id}/actions", HandlingEndpoints.HandleAsync)
            .WithName("handleAlarm")
            .WithSummary("Do something about an alarm")
            .WithDescription("If-Match with the alarm's ETag refuses it when something happened since. With the same Idempotency-Key it is done once.")
            .Accepts<HandlingRequestContract>("application/json")
            .Produces<HandlingContract>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed)
            .ProducesProblem(StatusCodes.Status429TooManyRequests)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        alarms.MapPost("/actions", HandlingEndpoints.HandleManyAsync)
            .WithName("handleAlarms")
            .WithSummary("Do the same about several alarms")
            .WithDescription("About those of ids, or about those that the list's filters, given as query parameters, find and that accept it.")
            .Accepts<BulkHandlingRequestContract>("application/json")
            .Produces<BulkHandlingContract>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status429TooManyRequests)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    /// <summary>Answers that last: they have bounds of their own and take no place from the others.</summary>
    private static void MapStreams(RouteGroupBuilder alarms)
    {
        alarms.MapGet("/live", (HttpContext http, LiveEndpoint live) => live.RunAsync(http))
            .WithName("watchAlarms")
            .WithSummary("Watch the list")
            .WithDescription("Server-sent events. ready: listening has begun, read the list now. alarm: an alarm that the filters find, new or changed, as in the "
                + "list. gone: one that they do not find any more. reset: more was missed than is told, read the list again. end: why it ends.")
            .Produces<string>(StatusCodes.Status200OK, "text/event-stream")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status429TooManyRequests)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        alarms.MapGet("/export", (HttpContext http, ExportEndpoint export) => export.RunAsync(http))
            .WithName("exportAlarms")
            .WithSummary("Export the list")
            .WithDescription("All alarms that the filters find, the newest stored first, as one document. Cells of CSV that a spreadsheet would take for a formula "
                + "begin with an apostrophe.")
            .Produces<AlarmListContract>(StatusCodes.Status200OK, "application/json", "application/x-ndjson", "text/csv")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status429TooManyRequests)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    private static void MapExclusions(RouteGroupBuilder exclusions)
    {
        exclusions.MapGet("", ExclusionEndpoints.ListAsync)
            .WithName("listExclusions")
            .WithSummary("List exclusions")
            .WithDescription("Those that hold, the newest added first; with all=true those that have ended too.")
            .Produces<ExclusionListContract>();
        exclusions.MapGet("/{id}", ExclusionEndpoints.FindAsync)
            .WithName("getExclusion")
            .WithSummary("Get one exclusion")
            .Produces<ExclusionContract>()
            .ProducesProblem(StatusCodes.Status404NotFound);
        exclusions.MapPost("/preview", ExclusionEndpoints.PreviewAsync)
            .WithName("previewExclusion")
            .WithSummary("See what an exclusion would hide")
            .Accepts<ExclusionRequestContract>("application/json")
            .Produces<ExclusionPreviewContract>()
            .ProducesProblem(StatusCodes.Status400BadRequest);
        exclusions.MapPost("", ExclusionEndpoints.AddAsync)
            .WithName("addExclusion")
            .WithSummary("Add an exclusion")
            .WithDescription("Alarms that match are whitelisted when they are stored, and open ones within seconds. With the same Idempotency-Key it is added once.")
            .Accepts<ExclusionRequestContract>("application/json")
            .Produces<ExclusionContract>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status409Conflict);
        exclusions.MapPost("/{id}/removal", ExclusionEndpoints.RemoveAsync)
            .WithName("removeExclusion")
            .WithSummary("Remove an exclusion")
            .WithDescription("What it hides is shown again within seconds, as it stood before.")
            .Accepts<ExclusionRemovalContract>("application/json")
            .Produces<ExclusionContract>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static Task Only(string method, HttpContext http)
    {
        http.Response.Headers.Allow = method;
        return Problems.OnlyBy(method).ExecuteAsync(http);
    }
}
